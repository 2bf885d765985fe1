/// A disc with a waved, scalloped, notched or straight-sided rim.
struct RadialLobes {
    let outline: [Point]
    /// Radius of the largest circle inside.
    let root: Float

    init(fold: Int, tip: Float, _ random: inout Generator) {
        let form = random.integer(0...4)
        let depth = tip * random.uniform(0.02, min(0.3, 2.2 / Float(fold) + 0.04))
        let sharpness = random.uniform(1.5, 5)
        let count = max(96, fold * 16)
        if form == 4 {
            root = tip * 0.95 * cosine(3.141_592_7 / Float(fold))
            outline = Outline.rounded(
                Outline.regular(sides: fold, apothem: root), radius: tip * random.uniform(0, 0.3))
            return
        }
        root = tip - depth
        outline = (0..<count).map { step in
            let angle = Float(step) * 6.283_185_5 / Float(count)
            let wave = 0.5 + 0.5 * cosine(Float(fold) * angle)
            let cut: Float
            switch form {
            case 0: cut = wave
            case 1: cut = power(wave, sharpness)
            case 2: cut = 1 - power(1 - wave, sharpness)
            default: cut = smoothstep(0.8, 0.95, wave)
            }
            return .polar(angle, tip - depth * cut)
        }
    }
}

/// Teeth, lobes, blades and rays around a disc, each of which can be bent.
struct RadialTeeth {
    private let fold: Int
    private let root: Float
    private let tip: Float
    /// A tooth's outline: along it (0 foot … 1 tip) and to its side, units.
    private let profile: [Point]
    /// Radians by which the tip runs ahead of the foot.
    private let sweep: Float

    init(fold: Int, root: Float, tip: Float, _ random: inout Generator) {
        self.fold = fold
        self.root = root
        self.tip = tip
        let pitch = 6.283_185_5 * root / Float(fold)
        let half = min(pitch * random.uniform(0.2, 0.5), (tip - root) * random.uniform(0.35, 1.6) + 2)
        let lead = random.chance(0.35) ? random.normal(0.35) : 0
        sweep = clamped(lead, -0.7, 0.7) * min(1, 9 / Float(fold))
        let right: [(along: Float, width: Float)]
        switch random.integer(0...6) {
        case 0: right = (0...8).map { (Float($0) / 8, 0.5 + 0.5 * cosine(Float($0) * 3.141_592_7 / 8)) }
        case 1: right = [(0, 1), (0.9, random.uniform(0.3, 0.8)), (1, random.uniform(0.2, 0.6))]
        case 2:
            // Ratchet: one flank upright, the other long.
            let back = random.uniform(0.05, 0.25)
            profile = [Point(-0.05, -half), Point(1, half * (1 - 2 * back)), Point(1, half), Point(-0.05, half)]
            return
        case 3: right = [(0, 1), (0.5, random.uniform(0.3, 0.55)), (1, 0.04)]
        case 4: right = [(0, 0.6), (0.3, 0.55), (0.55, 1), (0.85, 1), (1, 0.6)]
        case 5:
            right =
                [(0, 0.9), (0.2, 0.6)]
                + (0...6).map { step in
                    let turn = Float(step) * 1.570_796_4 / 6
                    return (0.6 + 0.4 * sine(turn), 0.6 * cosine(turn))
                }
        default: right = [(0, random.uniform(0.4, 1)), (0.96, 1), (1, 0.9)]
        }
        let near = right.map { Point($0.along, $0.width * half) }
        profile = [Point(-0.1, half)] + near + near.reversed().map { Point($0.x, -$0.y) } + [Point(-0.1, -half)]
    }

    /// The disc and its teeth, as they are bent in this drawing.
    func outlines(_ scene: inout Scene, _ frame: Frame) -> [[Point]] {
        var all = [Outline.circle(root + 0.4)]
        for tooth in 0..<fold {
            let angle = Float(tooth) * 6.283_185_5 / Float(fold)
            let straight = (0...3).map { step in
                let t = Float(step) / 3
                return Point.polar(angle + sweep * t, mix(root, tip, t))
            }
            all.append(carried(along: scene.bendable(straight, in: frame)))
            scene.addEdge(at: straight[3], outward: .polar(angle + sweep, 1), in: frame)
        }
        return all
    }

    /// The profile laid along a tooth's middle line.
    private func carried(along spine: [Point]) -> [Point] {
        let corners = profile.map { corner in
            let at = corner.x * Float(spine.count - 1)
            let k = min(max(Int(at), 0), spine.count - 2)
            let step = spine[k + 1] - spine[k]
            let normal = Point(-step.y, step.x) * (corner.y / max(step.length, 1e-4))
            return spine[k] + step * (at - Float(k)) + normal
        }
        // All outlines must turn the way the disc does.
        var area: Float = 0
        for index in corners.indices {
            let next = corners[(index + 1) % corners.count]
            area += corners[index].x * next.y - next.x * corners[index].y
        }
        return area < 0 ? corners.reversed() : corners
    }
}
