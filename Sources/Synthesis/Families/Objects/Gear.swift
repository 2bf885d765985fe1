/// A spur gear of steel, brass or plastic, from above.
struct Gear: ProductFamily {
    let name = "gear"
    let nouns = ["gear", "gear wheel", "cog wheel", "spur gear"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .scratch, .dent, .rust, .burr, .stain, .contamination, .color, .broken, .bent, .missing, .crack, .liquid,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity)
        let teeth = random.integer(11...34)
        let tip = random.uniform(86, 110)
        let pitch = 6.283_185_5 * tip / Float(teeth)
        let depth = min(pitch * random.uniform(0.6, 0.75), tip * 0.2)
        let root = tip - depth
        let lean = random.uniform(0.16, 0.3)
        let width = random.uniform(0.46, 0.54)
        let isMetal = random.chance(0.65)
        let material = isMetal ? Material.anyMetal(&random) : Material.anyPlastic(&random)
        let bore = tip * random.uniform(0.1, 0.24)
        let rimWidth = random.uniform(6, 14)
        let webDepth = random.chance(0.6) ? random.uniform(1.5, 4) : 0
        let hub = bore + random.uniform(7, 14)
        let holes = random.chance(0.5) ? random.integer(3...6) : 0
        let spokes = (root - rimWidth + hub) / 2
        let holeRadius = min((root - rimWidth - hub) * random.uniform(0.22, 0.38), spokes * 2.4 / Float(max(3, holes)))
        let keyway = random.chance(0.5) ? bore * random.uniform(0.3, 0.45) : 0

        var outlines: [[Point]] = [Outline.circle(root + 0.5)]
        let profile = Outline.gear(teeth: teeth, root: root - 1, tip: tip, width: width, lean: lean)
        for tooth in 0..<teeth {
            // Each tooth stands on its own so that it can be bent or left out.
            let angle = Float(tooth) * 6.283_185_5 / Float(teeth)
            let foot = Point.polar(angle, root - 1)
            let head = Point.polar(angle, tip)
            let spine = scene.bendable([foot, head], in: frame)
            let corners = Array(profile[tooth * 8..<tooth * 8 + 8])
            outlines.append(spine.count == 2 ? corners : bent(corners, from: foot, to: head, along: spine))
            scene.addEdge(at: head, outward: .polar(angle, 1), in: frame)
        }
        let blank = scene.shape(outlines, in: frame)
        var cuts: [[Point]] = [Outline.circle(bore)]
        if keyway > 0 { cuts.append(Outline.rectangle(center: Point(bore, 0), keyway * 0.7, keyway / 2)) }
        for hole in 0..<holes {
            cuts.append(
                Outline.circle(center: .polar((Float(hole) + 0.5) * 6.283_185_5 / Float(holes), spokes), holeRadius))
        }
        let open = scene.shape(cuts, in: frame)
        let mask = scene.wholePicture(blank.combined(open) { $0 * (1 - $1) }, outside: 0)
        let distance = scene.distances(mask, in: frame, limit: 8)
        scene.body(distance, material, in: frame, edge: random.uniform(1, 2.5), elevation: random.uniform(6, 14))

        let radius = scene.field(frame) { x, y in length(x, y) }
        if webDepth > 0 {
            let web = radius.map { r in
                smoothstep(hub, hub + 2.5, r) * smoothstep(root - rimWidth, root - rimWidth - 2.5, r)
            }
            scene.raise(web, by: -webDepth)
            scene.shadow(web, 0.12)
        }
        if isMetal {
            let mill = random.uniform(1.4, 4)
            scene.raise(
                radius.map { sine($0 * 6.283_185_5 / mill) }.masked(by: mask), by: mill * random.uniform(0, 0.025))
        }
        scene.modulate(
            scene.noise(random.pick([.fine, .pink]), in: frame, &random), random.uniform(0.01, 0.07), where: mask)
        if random.chance(0.4) {
            let text = random.pick(["M1.5 Z" + String(teeth), "Z" + String(teeth), "A" + String(teeth), "POM"])
            let size = min(9, (root - rimWidth - hub) * 0.3)
            let local = frame.placed(at: .polar(0, (root - rimWidth + hub) / 2), angle: 1.570_796_4)
            var ink = scene.ink(local, reach: Ink.textWidth(text, size: size))
            ink.text(text, at: Point(-Ink.textWidth(text, size: size) / 2, -size / 2), size: size)
            scene.raise(ink.plane.masked(by: mask), by: isMetal ? -0.8 : 1)
        }
        // A tooth broken out at its foot.
        for tooth in stride(from: 0, to: teeth, by: max(1, teeth / 8)) {
            let angle = Float(tooth) * 6.283_185_5 / Float(teeth)
            scene.addEdge(
                at: .polar(angle + 0.3 * 6.283_185_5 / Float(teeth), (root + tip) / 2), outward: .polar(angle + 0.8, 1),
                in: frame)
        }
    }

    /// A tooth's corners carried along with its bent middle line.
    private func bent(_ corners: [Point], from foot: Point, to head: Point, along spine: [Point]) -> [Point] {
        let axis = head - foot
        let size = max(axis.length, 1e-4)
        let ux = axis.x / size
        let uy = axis.y / size
        return corners.map { corner in
            let relative = corner - foot
            let along = clamped((relative.x * ux + relative.y * uy) / size)
            let across = relative.y * ux - relative.x * uy
            let at = along * Float(spine.count - 1)
            let k = min(Int(at), spine.count - 2)
            let step = spine[k + 1] - spine[k]
            let length = max(step.length, 1e-4)
            let base = spine[k] + step * (at - Float(k))
            return Point(base.x - step.y / length * across, base.y + step.x / length * across)
        }
    }
}
