/// What the components of one board have in common.
struct BoardStyle: Sendable {
    /// Plating of pads.
    let finish: Material
    /// Ink of designators.
    let silk: Color
    /// Whether there are electrolytic capacitors, headers and other tall parts.
    let isPopulatedWithLargeParts: Bool
}

/// A kind of component with its proportions, drawn with pads, solder and designator.
enum BoardComponent: Sendable {
    /// A chip with leads on two or four sides.
    case chip(halfWidth: Float, halfHeight: Float, pitch: Float, hasFourSides: Bool)
    /// A resistor or ceramic capacitor with soldered ends.
    case passive(length: Float, width: Float, isCapacitor: Bool)
    /// An aluminium electrolytic capacitor from above.
    case can(radius: Float)
    /// A tantalum capacitor or diode with a polarity bar.
    case molded(length: Float, width: Float)
    /// A row of pins.
    case header(pins: Int)
    /// A crystal in its can.
    case crystal
    /// A wound inductor.
    case inductor(half: Float)
    /// A light-emitting diode.
    case diode

    /// The next component for a board: large ones first.
    static func choose(_ index: Int, _ style: BoardStyle, _ random: inout Generator) -> BoardComponent {
        if index < 2 || random.chance(0.12) {
            let half = random.uniform(11, 24)
            return .chip(
                halfWidth: half, halfHeight: random.chance(0.5) ? half : half * random.uniform(0.45, 0.7),
                pitch: random.uniform(3.2, 5.2), hasFourSides: random.chance(0.4))
        }
        if style.isPopulatedWithLargeParts, index < 6 {
            switch random.integer(0...4) {
            case 0: return .can(radius: random.uniform(9, 17))
            case 1: return .header(pins: random.integer(3...9))
            case 2: return .crystal
            case 3: return .inductor(half: random.uniform(8, 13))
            default: return .molded(length: random.uniform(9, 13), width: random.uniform(5, 8))
            }
        }
        switch random.integer(0...9) {
        case 0: return .diode
        case 1: return .molded(length: random.uniform(7, 10), width: random.uniform(4, 6))
        default:
            let length = random.pick([4.5, 5.5, 7, 9]) as Float
            return .passive(
                length: length, width: length * random.uniform(0.48, 0.58), isCapacitor: random.chance(0.45))
        }
    }

    /// Half the extent with pads.
    var size: Point {
        switch self {
        case .chip(let halfWidth, let halfHeight, _, let hasFourSides):
            Point(halfWidth + (hasFourSides ? 5 : 0), halfHeight + 5)
        case .passive(let length, let width, _): Point(length + 2, width + 1)
        case .can(let radius): Point(radius + 1.5, radius + 1.5)
        case .molded(let length, let width): Point(length + 3, width)
        case .header(let pins): Point(Float(pins) * 3.6, 4.2)
        case .crystal: Point(13, 6)
        case .inductor(let half): Point(half + 1, half + 1)
        case .diode: Point(7, 4)
        }
    }

    /// Draws pads and solder, the designator, and the component itself as a part that could be absent.
    func solder(
        _ scene: inout Scene, _ board: Frame, at center: Point, angle: Float, _ style: BoardStyle, label: Int,
        _ random: inout Generator
    ) {
        let place = board.placed(at: center, angle: angle)
        pads(&scene, place, style)
        silkscreen(&scene, place, style, label)
        let size = size
        let reach = max(3, (size.x + size.y) / 2)
        scene.component(in: board, at: center, angle: angle, reach: reach, &random) { scene, place, own in
            switch self {
            case .chip(let halfWidth, let halfHeight, let pitch, let hasFourSides):
                chip(&scene, place, halfWidth, halfHeight, pitch, hasFourSides, &own)
            case .passive(let length, let width, let isCapacitor):
                passive(&scene, place, length, width, isCapacitor, &own)
            case .can(let radius): can(&scene, place, radius, &own)
            case .molded(let length, let width): molded(&scene, place, length, width, &own)
            case .header(let pins): header(&scene, place, pins, &own)
            case .crystal:
                scene.block(
                    12, 5, radius: 5, Material(Color(hex: 0xC4C6C8), gloss: 0.7, metal: 1), in: place,
                    rim: .rounded(1.4), elevation: 4)
                mark("16.000", &scene, place, size: 3, Color(0.1), &own)
            case .inductor(let half): inductor(&scene, place, half, &own)
            case .diode: diode(&scene, place, &own)
            }
        }
    }

    // MARK: What stays on the board without the component

    private func pads(_ scene: inout Scene, _ place: Frame, _ style: BoardStyle) {
        func pad(_ x: Float, _ y: Float, _ halfWidth: Float, _ halfHeight: Float) {
            scene.block(
                halfWidth, halfHeight, radius: 0.5, at: Point(x, y), style.finish, in: place,
                rim: .dome(height: 0.7, radius: min(halfWidth, halfHeight)), elevation: 0)
        }
        switch self {
        case .chip(let halfWidth, let halfHeight, let pitch, let hasFourSides):
            for lead in Self.leads(halfWidth, halfHeight, pitch, hasFourSides) {
                pad(lead.foot.x, lead.foot.y, lead.isVertical ? pitch * 0.3 : 2.6, lead.isVertical ? 2.6 : pitch * 0.3)
            }
        case .passive(let length, let width, _):
            for side: Float in [-1, 1] { pad(side * length * 0.85, 0, length * 0.38, width * 0.95) }
        case .molded(let length, let width):
            for side: Float in [-1, 1] { pad(side * (length + 0.5), 0, 2.6, width * 0.6) }
        case .can(let radius):
            for side: Float in [-1, 1] { pad(side * radius * 0.75, 0, radius * 0.35, 2.4) }
        case .header(let pins):
            for pin in 0..<pins {
                scene.disk(2.6, at: Self.pin(pin, of: pins), style.finish, in: place, rim: .sharp, elevation: 0)
            }
        case .crystal:
            for side: Float in [-1, 1] { pad(side * 8, 0, 3.5, 3) }
        case .inductor(let half):
            for side: Float in [-1, 1] { pad(side * half * 0.85, 0, half * 0.25, half * 0.6) }
        case .diode:
            for side: Float in [-1, 1] { pad(side * 5.2, 0, 2, 2.8) }
        }
    }

    private func silkscreen(_ scene: inout Scene, _ place: Frame, _ style: BoardStyle, _ label: Int) {
        let size = size
        let letter: String
        switch self {
        case .chip: letter = "U"
        case .passive(_, _, let isCapacitor): letter = isCapacitor ? "C" : "R"
        case .can, .molded: letter = "C"
        case .header: letter = "J"
        case .crystal: letter = "Y"
        case .inductor: letter = "L"
        case .diode: letter = "D"
        }
        let reach = max(size.x, size.y) + 8
        var ink = scene.ink(place, reach: reach)
        ink.text(letter + String(label), at: Point(-size.x, -size.y - 5.4), size: 3.6, weight: 0.17)
        if case .can(let radius) = self {
            let ring = scene.field(place, reach: reach) { x, y in
                coverage(abs(length(x, y) - radius - 1.6) - 0.4, place.pixel)
            }
            scene.tint(ring, style.silk, opacity: 0.8)
        } else {
            let corners = [
                Point(-size.x, -size.y), Point(size.x, -size.y), size, Point(-size.x, size.y), Point(-size.x, -size.y),
            ]
            ink.line(corners, width: 0.7)
        }
        scene.tint(ink.plane.masked(by: scene.part), style.silk, opacity: 0.85)
    }
}
