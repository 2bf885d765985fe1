/// A screw from the side: wood screws that taper to a point, machine screws with a flat end.
struct Screw: ProductFamily {
    let name = "screw"
    let nouns = ["screw", "wood screw", "machine screw", "bolt"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .scratch, .dent, .rust, .burr, .stain, .contamination, .color, .broken, .bent,
    ]

    private enum Head: CaseIterable { case countersunk, pan, hexagon, cylinder }

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity, zoom: 0.95...1.12, shift: 5)
        let isWood = random.chance(0.55)
        let metal =
            random.chance(0.2)
            ? Material(Color(hex: 0x2A2A2C).varied(&random), gloss: random.uniform(0.3, 0.7), metal: 0.6)
            : Material.anyMetal(&random)
        let total = random.uniform(165, 205)
        let major = isWood ? random.uniform(10, 15) : random.uniform(11, 19)
        let head = random.pick(Head.allCases)
        let headRadius = major * (head == .cylinder ? random.uniform(1.5, 1.7) : random.uniform(1.75, 2.2))
        let headLength = major * (head == .countersunk ? random.uniform(1, 1.3) : random.uniform(0.85, 1.4))
        let pitch = isWood ? random.uniform(7.5, 11) : random.uniform(3.6, 6.5)
        let depth = isWood ? major * random.uniform(0.3, 0.42) : pitch * 0.55
        let core = major - depth
        let shank = random.chance(0.55) ? (total - headLength) * random.uniform(0.12, 0.4) : pitch * 0.4
        let tip = isWood ? major * random.uniform(1.6, 2.6) : major * random.uniform(0.2, 0.5)
        let shankRadius = isWood ? core * random.uniform(1.05, 1.2) : major * 0.97
        let flutes = isWood && random.chance(0.3)

        let straight = (0...10).map { Point(-total / 2 + total * Float($0) / 10, 0) }
        let spine = scene.bendable(straight, in: frame)
        let place = scene.coordinates(along: spine, in: frame, reach: headRadius + 10)
        let threadStart = headLength + shank
        // Half the thickness at a place; the helix climbs half a pitch from one side to the other.
        let half = place.field { s, n in
            if s < 0 || s > total { return -1 }
            if s < headLength {
                let t = s / headLength
                switch head {
                case .countersunk:
                    return s < 1.6
                        ? headRadius - (1.6 - s) * 0.5 : mix(headRadius, shankRadius, (s - 1.6) / (headLength - 1.6))
                case .pan: return headRadius * max(0, 1 - (1 - t) * (1 - t) * (1 - t) * 0.9).squareRoot()
                case .hexagon: return headRadius - max(0, 1.5 - s) * 0.8
                case .cylinder: return headRadius - max(0, 2 - s)
                }
            }
            if s < threadStart { return shankRadius }
            let lean = clamped(n / major, -1, 1)
            // arcsin by its first terms is enough for a line's slant.
            let turn = (lean + lean * lean * lean * 0.22) * 0.25
            let phase = wrapped(s / pitch + turn, 1)
            let ridge = isWood ? max(0, 1 - abs(2 * phase - 1) * 2.1) : 1 - abs(2 * phase - 1)
            let runIn = smoothstep(threadStart, threadStart + pitch * 1.5, s)
            let left = total - s
            var body = core + depth * ridge * runIn + (1 - runIn) * (shankRadius - core)
            if left < tip {
                let t = left / tip
                body *= isWood ? power(t, 0.72) : 0.62 + 0.38 * t
            }
            return body
        }
        let distance = half.combined(place.across) { h, n in (abs(n) - h) * 0.85 }
        let full = scene.wholePicture(distance, outside: 1e3)
        scene.body(full, metal, in: frame, edge: 0, elevation: major * random.uniform(0.4, 1.1))
        let isHexagon = head == .hexagon
        let round = half.combined(place.across) { h, n in h <= 0 ? 0 : max(0, h * h - n * n).squareRoot() }
        scene.raise(round.combined(place.along) { value, s in isHexagon && s < headLength ? 0 : value }, by: 1)
        if isHexagon {
            // Three of the six faces: the middle one flat, the others sloping away.
            let faces = place.across.map { headRadius - max(0, abs($0) - headRadius * 0.5) * 1.6 }
            scene.raise(
                faces.combined(place.along) { value, s in s >= 0 && s < headLength ? value : 0 }.masked(by: scene.part),
                by: 1)
        }
        if flutes {
            let slot = place.field { s, n in
                s > total - tip * 1.9 ? coverage(abs(n + (total - s) * 0.25 - 3) - 1.4, 1.2) : 0
            }
            scene.shadow(slot.masked(by: scene.part), 0.6)
        }
        // A collar's shadow under the head and grooves of turning.
        let under = place.along.map { s in s > headLength ? 1 - clamped((s - headLength) / 4) : 0 }
        scene.shadow(under.masked(by: scene.part), 0.35)
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.01, 0.07), where: scene.part)
        for edge in [Point(-total / 2, headRadius), Point(-total / 2, -headRadius), Point(total / 2, 0)] {
            scene.addEdge(
                at: edge, outward: Point(edge.x > 0 ? 1 : -0.7, edge.y == 0 ? 0 : (edge.y > 0 ? 0.7 : -0.7)), in: frame)
        }
        for tooth in 0..<8 {
            let s = threadStart + (total - threadStart - tip) * (Float(tooth) + 0.5) / 8
            let up: Float = tooth % 2 == 0 ? 1 : -1
            scene.addEdge(at: Point(s - total / 2, up * major * 0.9), outward: Point(0, up), in: frame)
        }
    }
}

extension Scene {
    /// A plane over a part of the picture continued by one value over all of it.
    func wholePicture(_ plane: Plane, outside: Float) -> Plane {
        var result = Plane(rect, fill: outside)
        result.combine(plane) { _, value in value }
        return result
    }
}
