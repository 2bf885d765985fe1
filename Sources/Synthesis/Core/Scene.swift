/// A product before light and camera: what every pixel is made of.
///
/// ## How a family is written
///
/// A family is one file in `Families/`: a `struct` that conforms to ``ProductFamily`` and draws into a scene. Lengths
/// are in units; the picture is 256 units wide at every side in pixels, so nothing depends on the resolution.
///
/// 1. Choose where the product lies: `let frame = scene.posed(&random, turn: 0.2)`. Drawing goes through frames, which
///    carry position, rotation, zoom and perspective; `frame.placed(at:angle:scale:)` makes a frame inside a frame.
/// 2. Objects call `scene.drawBackdrop(&random)` first, then `scene.body(distance, material, edge:)` with a signed
///    distance made by `scene.field(frame) { x, y in … }`. Textures fill the frame: `scene.cover(material)`.
/// 3. Give it detail with `fill` (material), `tint` (colour only), `multiply` (albedo × plane), `raise` (height: the
///    light makes relief of it), `shadow` (baked darkness), `setGloss`. `scene.noise(…)` gives random fields.
/// 4. Tell defects where they can happen:
///    - draw parts that could be absent or in the wrong place with `scene.component(in:at:reach:_:draw:)`;
///    - run wires, leads, teeth, pins through `scene.bendable(_:in:)` and draw the points that come back;
///    - print through `scene.printed(in:…)`;
///    - edges are found by themselves from the body's outline; add inner ones (bores, tooth tips) with `addEdge`.
/// 5. Draw every random number outside `component`'s closure, or from the generator handed into it: a scene may be drawn
///    again without that component, and the rest must not change.
/// 6. `random` draws the *design*, which all pieces of a product share; `var piece = random.piece()` draws what differs
///    from piece to piece (a date code, the grain's course). Poses and noise fields do that by themselves.
///
/// Then add the family to ``FamilyRegistry``. `Families/Washer.swift` is the smallest complete example.
struct Scene {
    /// Pixels a side.
    let side: Int
    /// All pixels.
    let rect: PixelRect
    /// Reflectance in linear light, [side, side] each.
    var red: Plane
    var green: Plane
    var blue: Plane
    /// Height above the surface's own level, in units; only its slope is seen.
    var height: Plane
    /// 0 matte … 1 polished.
    var gloss: Plane
    /// 0 for everything that is not bare metal.
    var metal: Plane
    /// Light that reaches the surface: 1 in the open, less in corners and shadows.
    var exposure: Plane
    /// How much of a pixel the product covers; defects stay on it.
    var part: Plane
    /// What lies behind the product, if anything.
    var behind: Backdrop?
    /// The light of this picture, known to painters that need its direction.
    let light: Light
    /// Edges that were named by the family.
    private(set) var namedEdges: [EdgeAnchor] = []
    /// What was drawn through ``component(in:at:angle:reach:_:draw:)``, in drawing order.
    private(set) var components: [ComponentRecord] = []
    /// What was drawn through ``bendable(_:in:)``.
    private(set) var bendables: [BendableRecord] = []
    /// What was drawn through ``printed(in:reachX:reachY:color:opacity:_:draw:)``.
    private(set) var prints: [PrintRecord] = []
    /// Deviations from the design that this drawing is to show.
    let edits: [Edit]
    /// The whole picture's own frame.
    let picture: Frame

    init(side: Int, light: Light, edits: [Edit] = []) {
        self.side = side
        rect = PixelRect(x: 0, y: 0, width: side, height: side)
        red = Plane(rect, fill: 0.5)
        green = red
        blue = red
        height = Plane(rect)
        gloss = height
        metal = height
        exposure = Plane(rect, fill: 1)
        part = exposure
        self.light = light
        self.edits = edits
        picture = .picture(side: side)
    }

    // MARK: Anchors

    /// Names an edge where a piece can break off or a burr can stand; `outward` leaves the material.
    mutating func addEdge(at point: Point, outward: Point, in frame: Frame) {
        let a = frame.pixel(point)
        let b = frame.pixel(point + outward)
        let scale = 1 / max(1e-6, (b - a).length)
        namedEdges.append(EdgeAnchor(pixel: a, outward: (b - a) * scale))
    }

    // MARK: Parts that deviate

    /// Draws a part that could be absent or in the wrong place.
    ///
    /// - Parameters:
    ///   - frame: Where `center` and `angle` count.
    ///   - center: The part's middle.
    ///   - angle: Its rotation, radians.
    ///   - reach: Half its size in units: how large a gap it would leave.
    ///   - random: One number is taken, whatever the closure does.
    ///   - draw: Draws the part around the origin of the frame it is given, with the generator it is given.
    mutating func component(
        in frame: Frame, at center: Point, angle: Float = 0, reach: Float, _ random: inout Generator,
        draw: (inout Scene, Frame, inout Generator) -> Void
    ) {
        let index = components.count
        var own = random.fork(random.next())
        components.append(ComponentRecord(pixel: frame.pixel(center), reach: reach / frame.pixel))
        var place = frame.placed(at: center, angle: angle)
        for edit in edits {
            switch edit {
            case .remove(component: index):
                // What is drawn inside it keeps its numbers, so that other edits still mean the same things.
                var unseen = self
                draw(&unseen, place, &own)
                (components, bendables, prints) = (unseen.components, unseen.bendables, unseen.prints)
                return
            case .move(component: index, let offset, let turn):
                place = frame.placed(at: center + offset * reach, angle: angle + turn)
            default: break
            }
        }
        draw(&self, place, &own)
    }

    /// The points of something slender, bent when this drawing is to show that.
    ///
    /// - Parameters:
    ///   - points: From the fixed end to the free end, at least two.
    ///   - frame: Whose units they are in.
    /// - Returns: As many points; the first stays where it is.
    mutating func bendable(_ points: [Point], in frame: Frame) -> [Point] {
        let index = bendables.count
        guard let first = points.first, let last = points.last else { return points }
        bendables.append(
            BendableRecord(
                pixel: frame.pixel((first + last) * 0.5), length: (frame.pixel(last) - frame.pixel(first)).length))
        for edit in edits {
            if case .bend(bendable: index, let bend) = edit { return bend.applied(to: points) }
        }
        return points
    }

    /// Prints: the closure draws ink, which a print error may spoil before it reaches the surface.
    ///
    /// - Parameters:
    ///   - frame: Where the print lies; its origin is the print's middle.
    ///   - reachX: Half the print's width.
    ///   - reachY: Half its height.
    ///   - color: The ink.
    ///   - opacity: How much of the surface it hides.
    ///   - random: One number is taken.
    ///   - draw: Draws with the generator it is given.
    mutating func printed(
        in frame: Frame, reachX: Float, reachY: Float, color: Color, opacity: Float = 0.9, _ random: inout Generator,
        draw: (inout Ink, inout Generator) -> Void
    ) {
        let index = prints.count
        var own = random.fork(random.next())
        let area = frame.rect(reachX: reachX * 1.25, reachY: reachY * 1.25, side: side)
        prints.append(PrintRecord(frame: frame, reachX: reachX, reachY: reachY))
        var ink = Ink(frame, rect: area)
        draw(&ink, &own)
        var plane = ink.plane
        for edit in edits {
            if case .misprint(print: index, let fault) = edit {
                plane = fault.applied(to: plane, in: frame, reachX: reachX, reachY: reachY, scene: self)
            }
        }
        tint(plane, color, opacity: opacity)
        setGloss(plane, 0.12, amount: opacity * 0.6)
    }
}

/// A place on an edge of the product.
struct EdgeAnchor: Sendable {
    /// Where, in pixels.
    let pixel: Point
    /// Unit vector out of the material.
    let outward: Point
}

/// A part that could be absent.
struct ComponentRecord: Sendable {
    /// Its middle, in pixels.
    let pixel: Point
    /// Half its size, in pixels.
    let reach: Float
}

/// Something slender that could be bent.
struct BendableRecord: Sendable {
    /// Its middle, in pixels.
    let pixel: Point
    /// Its length, in pixels.
    let length: Float
}

/// A printed area.
struct PrintRecord: Sendable {
    let frame: Frame
    let reachX: Float
    let reachY: Float
}

/// What lies behind a product: reflectance only, it is flat and matte.
struct Backdrop: Sendable {
    var red: Plane
    var green: Plane
    var blue: Plane
}
