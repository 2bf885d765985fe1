extension Scene {
    /// Makes everything of one material.
    mutating func cover(_ material: Material) {
        red.apply { _ in material.color.red }
        green.apply { _ in material.color.green }
        blue.apply { _ in material.color.blue }
        gloss.apply { _ in material.gloss }
        metal.apply { _ in material.metal }
    }

    /// Lays a material over what is there.
    mutating func fill(_ mask: Plane, _ material: Material, opacity: Float = 1) {
        tint(mask, material.color, opacity: opacity)
        gloss.combine(mask) { $0 + (material.gloss - $0) * $1 * opacity }
        metal.combine(mask) { $0 + (material.metal - $0) * $1 * opacity }
    }

    /// Changes the colour only.
    mutating func tint(_ mask: Plane, _ color: Color, opacity: Float = 1) {
        red.combine(mask) { $0 + (color.red - $0) * $1 * opacity }
        green.combine(mask) { $0 + (color.green - $0) * $1 * opacity }
        blue.combine(mask) { $0 + (color.blue - $0) * $1 * opacity }
    }

    /// Shows another picture where the mask is, such as the backdrop.
    mutating func reveal(_ mask: Plane, _ other: Backdrop, brightness: Float = 1) {
        func blend(_ target: inout Plane, _ source: Plane) {
            let shown = mask.combined(source) { alpha, value in alpha * value * brightness }
            target.combine(mask) { $0 * (1 - $1) }
            target.combine(shown) { $0 + $1 }
        }
        blend(&red, other.red)
        blend(&green, other.green)
        blend(&blue, other.blue)
        gloss.combine(mask) { $0 * (1 - $1) }
        metal.combine(mask) { $0 * (1 - $1) }
    }

    /// Multiplies the reflectance by a plane (around 1).
    mutating func multiply(_ factor: Plane) {
        red.combine(factor) { $0 * max($1, 0) }
        green.combine(factor) { $0 * max($1, 0) }
        blue.combine(factor) { $0 * max($1, 0) }
    }

    /// Varies the reflectance: × (1 + amount · noise), inside a mask when one is given.
    mutating func modulate(_ noise: Plane, _ amount: Float, where mask: Plane? = nil) {
        multiply(mask.map { noise.masked(by: $0).map { 1 + amount * $0 } } ?? noise.map { 1 + amount * $0 })
    }

    /// Multiplies the reflectance by a factor where the mask is.
    mutating func scale(_ mask: Plane, by factor: Float) { multiply(mask.map { 1 + (factor - 1) * $0 }) }

    /// Adds height: units × plane.
    mutating func raise(_ plane: Plane, by amount: Float) { height.combine(plane) { $0 + $1 * amount } }

    /// Sets the height where the mask is, as for a part laid on top with its own flat face.
    mutating func level(_ mask: Plane, to value: Float = 0) { height.combine(mask) { $0 + (value - $0) * $1 } }

    /// Takes light away where the mask is; `strength` 1 leaves none.
    mutating func shadow(_ mask: Plane, _ strength: Float) { exposure.combine(mask) { $0 * (1 - $1 * strength) } }

    /// Moves the gloss towards a value where the mask is.
    mutating func setGloss(_ mask: Plane, _ value: Float, amount: Float = 1) {
        gloss.combine(mask) { $0 + (value - $0) * $1 * amount }
    }

    /// Darkens what lies around and beside something that stands `elevation` units above it.
    ///
    /// Call it before the thing itself is drawn.
    mutating func castShadow(of mask: Plane, elevation: Float, strength: Float = 0.6) {
        let reach = elevation / picture.pixel
        let radius = max(1, Int(reach * 0.45))
        let moved = mask.shifted(
            Int((light.direction.x * -reach).rounded()), Int((light.direction.y * -reach).rounded()),
            in: rect, margin: radius * 2)
        shadow(moved.blurred(radius), strength)
    }

    /// Draws the product's body: a shadow on the backdrop, the material, and a rounded border.
    ///
    /// - Parameters:
    ///   - distance: Signed distance in the frame's units, negative inside.
    ///   - material: What it is made of.
    ///   - frame: Whose units the distance is in.
    ///   - edge: Over how many units the border falls off; 0 for a sharp-edged sheet.
    ///   - elevation: How far it stands above the backdrop; longer shadows when larger.
    /// - Returns: The coverage, which is also the scene's `part` from now on.
    @discardableResult
    mutating func body(
        _ distance: Plane, _ material: Material, in frame: Frame, edge: Float = 3, elevation: Float = 6
    ) -> Plane {
        let soft = frame.pixel
        let mask = distance.map { coverage($0, soft) }
        if elevation > 0 { castShadow(of: mask, elevation: elevation) }
        exposure.combine(mask) { $0 + (1 - $0) * $1 }
        fill(mask, material)
        height.combine(mask) { $0 * (1 - $1) }
        if edge > 0 {
            // A quarter circle: t = 0 at the border, 1 where the face begins. Beyond the border it stays at the border's
            // height so that the silhouette itself makes no false slope.
            height.combine(distance) { old, d in
                let t = 1 - clamped(-d / edge)
                return old - edge * (1 - max(0, 1 - t * t * 0.96).squareRoot())
            }
        }
        part = mask.cropped(to: rect)
        return mask
    }

    /// Remembers what is drawn so far as the backdrop.
    mutating func rememberBackdrop() { behind = Backdrop(red: red, green: green, blue: blue) }
}
