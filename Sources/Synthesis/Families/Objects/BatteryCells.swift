/// Cells of a battery pack in their holder, seen on the poles, with or without welded strips.
struct BatteryCells: ProductFamily {
    let name = "battery_cells"
    let nouns = ["battery cells", "battery pack", "battery", "lithium cells"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .missing, .misplaced, .dent, .rust, .scratch, .contamination, .stain, .liquid, .color, .broken, .bent, .hole,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: 0.08, zoom: 0.92...1.08, shift: 4)
        let rows = random.integer(1...3)
        let columns = random.integer(max(2, rows)...5)
        let pitch = min(200 / Float(columns), 190 / Float(rows), 74)
        let radius = pitch * random.uniform(0.43, 0.47)
        let holder =
            random.chance(0.6)
            ? Material(Color(random.uniform(0.01, 0.05)), gloss: random.uniform(0.1, 0.35))
            : Material.anyPlastic(&random)
        let half = Point(Float(columns) * pitch / 2 + 5, Float(rows) * pitch / 2 + 5)
        let outline = scene.field(frame) { x, y in boxDistance(x, y, half.x, half.y, radius: 10) }
        scene.body(outline, holder, in: frame, edge: 3, elevation: 12)
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.01, 0.06), where: scene.part)

        let steel = Material(Color(hex: 0xC6C8CB).varied(&random, by: 0.08), gloss: random.uniform(0.55, 0.9), metal: 1)
        let wrap = Material(.any(&random, 0.15, 0.9), gloss: random.uniform(0.3, 0.7))
        let ring = Material(random.chance(0.6) ? Color(0.75) : .any(&random, 0.1, 0.9), gloss: 0.2)
        let alternates = random.chance(0.6)
        for row in 0..<rows {
            for column in 0..<columns {
                let at = Point(
                    (Float(column) - Float(columns - 1) / 2) * pitch, (Float(row) - Float(rows - 1) / 2) * pitch)
                scene.bore(at: at, radius: radius * 1.03, in: frame, depth: 0.9)
                let isPositive = !alternates || (row + column) % 2 == 0
                var piece = random.piece()
                scene.component(in: frame, at: at, angle: piece.angle(), reach: radius * 0.7, &random) {
                    scene, place, own in
                    cell(&scene, place, radius, steel, wrap, ring, isPositive: isPositive, &own)
                }
            }
        }
        if random.chance(0.5) { strips(&scene, frame, rows, columns, pitch, radius, &random) }
    }

    private func cell(
        _ scene: inout Scene, _ place: Frame, _ radius: Float, _ steel: Material, _ wrap: Material, _ ring: Material,
        isPositive: Bool, _ random: inout Generator
    ) {
        let sleeve = scene.disk(radius, wrap, in: place, rim: .rounded(radius * 0.09), elevation: 4)
        scene.include(sleeve)
        if isPositive {
            scene.disk(radius * 0.82, ring, in: place, rim: .rounded(1), elevation: 0)
            scene.disk(radius * 0.56, steel, in: place, rim: .rounded(1.5), elevation: 1)
            // Vents around the raised pole.
            scene.shadow(
                scene.field(place, reach: radius) { x, y in
                    let r = length(x, y)
                    let band = coverage(abs(r - radius * 0.46) - radius * 0.045, place.pixel)
                    return band * smoothstep(0.2, 0.5, cosine(3 * arcTangent(y, x)))
                }, 0.75)
            scene.disk(radius * 0.36, steel, in: place, rim: .rounded(2.2), elevation: 3.5)
        } else {
            let face = scene.disk(radius * 0.86, steel, in: place, rim: .rounded(2), elevation: 0.5)
            scene.modulate(scene.noise(.brush, in: place, &random, reach: radius), 0.06, where: face)
            scene.raise(
                scene.field(place, reach: radius) { x, y in -bell((length(x, y) - radius * 0.6) / 1.6) }, by: 0.8)
        }
    }

    /// Nickel strips with weld spots, tab ends free to bend.
    private func strips(
        _ scene: inout Scene, _ frame: Frame, _ rows: Int, _ columns: Int, _ pitch: Float, _ radius: Float,
        _ random: inout Generator
    ) {
        let nickel = Material(Color(hex: 0xCFCDC6), gloss: 0.65, metal: 1)
        let width = radius * random.uniform(0.45, 0.6)
        for row in 0..<rows {
            let y = (Float(row) - Float(rows - 1) / 2) * pitch
            var column = row % 2
            while column + 1 < columns {
                let a = Point((Float(column) - Float(columns - 1) / 2) * pitch - radius * 0.45, y)
                let b = Point(a.x + pitch + radius * 0.9, y)
                let middle = (a + b) * 0.5
                scene.component(in: frame, at: middle, reach: pitch * 0.4, &random) { scene, place, own in
                    let points = scene.bendable([a - middle, b - middle], in: place)
                    scene.tube(points, width: width, nickel, in: place, elevation: 2.5, flatness: 0.08)
                    for end in [a - middle, b - middle] where points.count == 2 {
                        for k: Float in [-1, 1] {
                            let spot = end + Point(end.x < 0 ? radius * 0.45 : -radius * 0.45, k * width * 0.2)
                            scene.bore(at: spot, radius: 1.5, in: place, depth: 0.6)
                        }
                    }
                }
                column += 2
            }
        }
    }
}
