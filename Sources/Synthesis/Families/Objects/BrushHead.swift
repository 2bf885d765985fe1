/// A brush head from above: tufts of bristles in rows on an oval or round plate.
struct BrushHead: ProductFamily {
    let name = "brush_head"
    let nouns = ["toothbrush", "brush", "brush head", "bristles"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .missing, .misplaced, .bent, .contamination, .stain, .color, .broken, .liquid, .cut,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: 0.12, zoom: 0.92...1.08, shift: 5).placed(
            angle: random.chance(0.5) ? 1.570_796_4 : 0)
        let isRound = random.chance(0.25)
        let half = isRound ? Point(86, 86) : Point(random.uniform(90, 106), random.uniform(44, 60))
        let plate = Material.anyPlastic(&random)
        let corner = isRound ? 86 : half.y * random.uniform(0.75, 1)
        let neck = !isRound && random.chance(0.7)
        let body = scene.field(frame) { x, y in
            let head = boxDistance(x, y, half.x, half.y, radius: corner)
            return neck ? smoothUnion(head, boxDistance(x - half.x - 40, y, 60, half.y * 0.26, radius: 6), 24) : head
        }
        scene.body(body, plate, in: frame, edge: 4, elevation: 10)

        let spacing = random.uniform(15, 20)
        let tuft = spacing * random.uniform(0.4, 0.48)
        let colors = (0..<random.integer(1...3)).map { _ in
            Material(
                random.chance(0.4) ? Color(random.uniform(0.6, 0.9)) : .any(&random, 0.25, 0.95),
                gloss: random.uniform(0.3, 0.6))
        }
        let isStriped = random.chance(0.5)
        let rows = Int(half.y * 2 / spacing)
        let columns = Int(half.x * 2 / spacing)
        let bristles = random.integer(13...22)
        for row in 0..<rows {
            for column in 0..<columns {
                let stagger: Float = row % 2 == 0 ? 0 : 0.5
                let at = Point(
                    (Float(column) - Float(columns - 1) / 2 + stagger - 0.25) * spacing,
                    (Float(row) - Float(rows - 1) / 2) * spacing * 0.95)
                guard boxDistance(at.x, at.y, half.x, half.y, radius: corner) < -tuft - 1.5 else { continue }
                let key = isStriped ? row : (column * 2 / max(1, columns) + row / max(1, rows))
                let material = colors[key % colors.count]
                scene.component(in: frame, at: at, reach: tuft, &random) { scene, place, own in
                    self.tuft(&scene, place, tuft, material, bristles, center: at, &own)
                }
            }
        }
    }

    /// A bundle of fibres that lean outwards by perspective and a little each in its own way.
    private func tuft(
        _ scene: inout Scene, _ place: Frame, _ radius: Float, _ material: Material, _ count: Int, center: Point,
        _ random: inout Generator
    ) {
        let dark = Material(material.color * 0.35, gloss: 0.1)
        scene.disk(radius * 1.05, dark, in: place, rim: .sharp, elevation: 5, strength: 0.5)
        var piece = random.piece()
        let lean = Point(center.x * 0.05 + piece.normal(0.6), center.y * 0.05 + piece.normal(0.6))
        let axis = scene.bendable([Point(0, 0), lean * 0.5, lean + Point(0.01, radius * 1.2)], in: place)
        let bend = axis.count > 3 ? axis[axis.count - 1] - Point(lean.x, lean.y + radius * 1.2) : Point(0, 0)
        for index in 0..<count {
            // A sunflower arrangement fills the disk evenly.
            let r = radius * ((Float(index) + 0.5) / Float(count)).squareRoot()
            let angle = Float(index) * 2.399_963
            let foot = Point.polar(angle, r * 0.9)
            let own = Point(piece.normal(radius * 0.12), piece.normal(radius * 0.12))
            // Where the tuft is splayed, most of its fibres follow.
            let splay = bend * (index % 4 == 0 ? 0.2 : 1.1)
            let tip = foot + lean + own + splay
            let shade = piece.uniform(0.75, 1.15)
            let fibre = Material(material.color * shade, gloss: material.gloss)
            scene.tube(
                [foot, tip], width: radius * 0.3, fibre, in: place, elevation: splay.length > 1 ? 3 : 0, flatness: 0.9)
            scene.disk(
                radius * 0.17, at: tip, Material((material.color * (shade * 1.25)).limited, gloss: 0.4), in: place,
                rim: .dome(height: radius * 0.15, radius: radius * 0.17), elevation: 0)
        }
    }
}
