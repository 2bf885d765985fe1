/// What a wheel is pierced by: its bore with splines, keys or flats, rows of holes, gaps between spokes.
struct RadialOpenings {
    private enum Bore { case round, splined, square, hexagon, flat }
    private enum Hole { case round, radialSlot, arcSlot, box, sector }

    private let bore: Float
    private let boreForm: Bore
    private let splines: Float
    private let keyway: Float
    private let holeForm: Hole
    /// How many holes; 0 for none.
    let holes: Int
    /// Where holes are and how large.
    let circle: Float
    let size: Float
    private let length2: Float
    private let spoke: Float
    /// Whether bolts fit into the holes.
    var takesBolts: Bool { holes > 0 && holeForm == .round && size > 3.5 }

    init(_ body: RadialPart.Body, isToothed: Bool, _ random: inout Generator) {
        bore = body.bore
        boreForm = random.pick([.round, .round, .round, .splined, .square, .hexagon, .flat])
        splines = Float(random.integer(4...24))
        keyway = random.chance(0.35) ? bore * random.uniform(0.2, 0.5) : 0
        holeForm = random.pick([.round, .round, .round, .radialSlot, .arcSlot, .box, .sector, .sector])
        let from = bore * 1.35 + 5
        let to = body.root * 0.92 - 3
        let width = max(0, to - from)
        let wanted = random.pick([0, 3, 4, 5, 6, 8, body.fold])
        circle = from + width * random.uniform(0.45, 0.6)
        let most = Int(circle * 6.283_185_5 / 14)
        holes = width > 12 ? min(wanted, most) : 0
        let pitch = holes > 0 ? circle * 6.283_185_5 / Float(holes) : 0
        size = min(width * random.uniform(0.12, 0.42), pitch * random.uniform(0.15, 0.36), 26)
        length2 = min(max(0, width * 0.45 - size), pitch * 0.3)
        spoke = max(2.5, pitch * random.uniform(0.08, 0.3))
    }

    /// Signed distance to everything that is open, negative inside it.
    @inline(__always)
    func distance(_ x: Float, _ y: Float) -> Float {
        let r = length(x, y)
        var open: Float = 1e3
        if bore > 0 {
            switch boreForm {
            case .round: open = r - bore
            case .splined: open = r - bore * (1 + 0.1 * clamped(3 * cosine(splines * arcTangent(y, x)), -1, 1))
            case .square: open = boxDistance(x, y, bore * 0.88, bore * 0.88, radius: 1.5)
            case .hexagon: open = polygonDistance(x, y, sides: 6, apothem: bore * 0.92)
            case .flat: open = max(r - bore, x - bore * 0.55)
            }
            if keyway > 0 { open = min(open, boxDistance(x - bore, y, keyway, keyway * 0.6)) }
        }
        guard holes > 0 else { return open }
        let sector = 6.283_185_5 / Float(holes)
        let angle = wrapped(arcTangent(y, x), sector) - sector / 2
        let u = r * cosine(angle) - circle
        let v = r * sine(angle)
        let hole: Float
        switch holeForm {
        case .round: hole = length(u, v) - size
        case .radialSlot: hole = length(max(abs(u) - length2, 0), v) - size * 0.6
        case .arcSlot: hole = length(max(abs(angle * circle) - length2, 0), r - circle) - size * 0.6
        case .box: hole = boxDistance(u, v, size, size * 0.8, radius: size * 0.25)
        case .sector:
            let side = (sector / 2 - abs(angle)) * r
            hole = max(abs(r - circle) - size - length2, spoke - side)
        }
        return min(open, hole)
    }
}
