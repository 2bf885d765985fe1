/// How a solid's top falls off towards its border.
enum Rim: Sendable {
    /// A sharp edge, as of punched sheet.
    case sharp
    /// A quarter circle of this many units.
    case rounded(Float)
    /// A slope of this many units across, half as high.
    case chamfer(Float)
    /// All of it is a dome: this high, where the border is this far from the middle.
    case dome(height: Float, radius: Float)
}

// Solids: parts with a top of their own that stand on what is there.
extension Scene {
    /// The coverage of closed outlines in a frame's units; outlines that turn the other way are holes.
    func shape(_ outlines: [[Point]], in frame: Frame) -> Plane {
        let pixels = outlines.map { $0.map(frame.pixel) }
        var rasterizer = Rasterizer(Rasterizer.bounds(of: pixels, side: side))
        for outline in pixels { rasterizer.add(outline) }
        return rasterizer.coverage()
    }

    /// The coverage of one closed outline.
    func shape(_ outline: [Point], in frame: Frame) -> Plane { shape([outline], in: frame) }

    /// Makes what a mask covers a part of the product: defects may happen to it.
    mutating func include(_ mask: Plane) { part.combine(mask) { max($0, $1) } }

    /// Signed distances of a coverage mask's border in the frame's units, exact up to `limit` units.
    func distances(_ mask: Plane, in frame: Frame, limit: Float) -> Plane {
        let unit = frame.pixel
        return DistanceField.signed(mask, limit: limit / unit).map { $0 * unit }
    }

    /// Stands a solid on what is there: its shadow, its material, its top.
    ///
    /// - Parameters:
    ///   - mask: Its coverage.
    ///   - material: What it is made of.
    ///   - frame: Whose units lengths are in.
    ///   - rim: How its top falls off.
    ///   - elevation: How far its top is above what is there; 0 casts no shadow.
    ///   - strength: Darkness of that shadow.
    mutating func solid(
        _ mask: Plane, _ material: Material, in frame: Frame, rim: Rim = .rounded(1.5), elevation: Float = 3,
        strength: Float = 0.55
    ) {
        guard !mask.rect.isEmpty else { return }
        let distance: Plane?
        switch rim {
        case .sharp: distance = nil
        case .rounded(let width), .chamfer(let width): distance = distances(mask, in: frame, limit: width)
        // A pixel's error in a distance would show as rays on a dome.
        case .dome(_, let radius): distance = distances(mask, in: frame, limit: radius).blurred(2)
        }
        stand(mask, distance, material, rim: rim, elevation: elevation, strength: strength)
    }

    /// Stands a box with rounded corners on what is there, around the frame's origin.
    @discardableResult
    mutating func block(
        _ halfWidth: Float, _ halfHeight: Float, radius: Float = 0, at center: Point = Point(0, 0), angle: Float = 0,
        _ material: Material, in frame: Frame, rim: Rim = .rounded(1.2), elevation: Float = 3, strength: Float = 0.55
    ) -> Plane {
        let local = center == Point(0, 0) && angle == 0 ? frame : frame.placed(at: center, angle: angle)
        let area = local.rect(reachX: halfWidth + 2, reachY: halfHeight + 2, side: side)
        let distance = field(local, over: area) { x, y in boxDistance(x, y, halfWidth, halfHeight, radius: radius) }
        let soft = local.pixel
        let mask = distance.map { coverage($0, soft) }
        stand(mask, distance, material, rim: rim, elevation: elevation, strength: strength)
        return mask
    }

    /// Stands a round disk, button or dome on what is there.
    @discardableResult
    mutating func disk(
        _ radius: Float, at center: Point = Point(0, 0), _ material: Material, in frame: Frame,
        rim: Rim = .rounded(1.2), elevation: Float = 3, strength: Float = 0.55
    ) -> Plane {
        let local = center == Point(0, 0) ? frame : frame.placed(at: center)
        let distance = field(local, reach: radius + 2) { x, y in length(x, y) - radius }
        let soft = local.pixel
        let mask = distance.map { coverage($0, soft) }
        stand(mask, distance, material, rim: rim, elevation: elevation, strength: strength)
        return mask
    }

    private mutating func stand(
        _ mask: Plane, _ distance: Plane?, _ material: Material, rim: Rim, elevation: Float, strength: Float
    ) {
        guard !mask.rect.isEmpty else { return }
        if elevation > 0 { castShadow(of: mask, elevation: elevation, strength: strength) }
        exposure.combine(mask) { $0 + (1 - $0) * $1 }
        fill(mask, material)
        level(mask)
        guard let distance else { return }
        switch rim {
        case .sharp: break
        case .rounded(let width):
            raise(distance.map { Self.quarterCircle(-$0 / width) }, by: width)
        case .chamfer(let width):
            raise(distance.map { clamped(-$0 / width) }, by: width * 0.5)
        case .dome(let height, let radius):
            raise(distance.map { Self.quarterCircle(-$0 / radius) }, by: height)
        }
    }

    /// Lays a round wire, hose or lead along a curve.
    ///
    /// - Parameters:
    ///   - points: Its middle line.
    ///   - width: Its diameter.
    ///   - material: What it is made of.
    ///   - frame: Whose units these are.
    ///   - elevation: How far it is above what is there.
    ///   - flatness: 1 for a round wire, less for a flat ribbon.
    ///   - profile: Width along the curve (0…1), as a factor.
    /// - Returns: Its coverage.
    @discardableResult
    mutating func tube(
        _ points: [Point], width: Float, _ material: Material, in frame: Frame, elevation: Float = 3,
        flatness: Float = 1, profile: (Float) -> Float = { _ in 1 }
    ) -> Plane {
        let pixels = points.map(frame.pixel)
        let margin = Int(width * 1.5 / frame.pixel) + 2
        let area = Rasterizer.bounds(of: [pixels], side: side).grown(margin).intersection(rect)
        var ink = Ink(frame, rect: area, withDepth: true)
        ink.line(points, width: width, profile: profile)
        let mask = ink.plane
        if elevation > 0 { castShadow(of: mask, elevation: elevation) }
        exposure.combine(mask) { $0 + (1 - $0) * $1 }
        fill(mask, material)
        level(mask)
        if let depth = ink.depth { raise(depth.map(Self.quarterCircle), by: width * 0.5 * flatness) }
        return mask
    }

    /// A round bore or recess: dark inside, with the wall that the light reaches.
    ///
    /// - Parameters:
    ///   - center: Its middle.
    ///   - radius: Its radius.
    ///   - frame: Whose units these are.
    ///   - depth: 1 is so deep that its ground is black.
    ///   - chamfer: Width of the countersink around it.
    mutating func bore(at center: Point, radius: Float, in frame: Frame, depth: Float = 0.85, chamfer: Float = 0) {
        let local = frame.placed(at: center)
        if chamfer > 0 {
            let funnel = field(local, reach: radius + chamfer + 2) { x, y in
                -clamped((radius + chamfer - length(x, y)) / chamfer)
            }
            raise(funnel, by: chamfer * 0.6)
        }
        let soft = local.pixel
        let mask = field(local, reach: radius + 2) { x, y in coverage(length(x, y) - radius, soft) }
        recess(mask, depth: depth, rim: radius * 0.5, in: local)
    }

    /// Darkens a recess; the wall towards the light throws a shadow on its ground.
    mutating func recess(_ mask: Plane, depth: Float, rim: Float, in frame: Frame) {
        let shift = rim / picture.pixel * 0.5
        let lit = mask.shifted(
            Int((light.direction.x * -shift).rounded()), Int((light.direction.y * -shift).rounded()), in: rect)
        level(mask)
        shadow(mask, depth * 0.6)
        shadow(mask.combined(lit.cropped(to: mask.rect)) { $0 * (1 - $1) }, depth * 0.7)
    }

    /// √(1-(1-t)²) for t in 0…1: height over a quarter circle, 0 at the border.
    @inline(__always)
    static func quarterCircle(_ t: Float) -> Float {
        let u = 1 - clamped(t)
        return max(0, 1 - u * u).squareRoot()
    }
}
