/// A printed label on a package: lines of text, a bar code, a logo, a frame.
struct PrintedLabel: ProductFamily {
    let name = "printed_label"
    let nouns = ["label", "printed label", "sticker", "barcode label", "package label"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .printError, .misplaced, .missing, .scratch, .stain, .cut, .contamination, .color, .liquid, .hole, .poke,
        .broken,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: 0.12, zoom: 0.92...1.05, shift: 4)
        let package = Point(random.uniform(104, 122), random.uniform(92, 118))
        let isWholePicture = random.chance(0.4)
        if !isWholePicture {
            let box =
                random.chance(0.4)
                ? Material(Color(hex: 0xB08A5C).varied(&random), gloss: 0.05) : Material.anyPlastic(&random)
            let area = scene.field(frame) { x, y in boxDistance(x, y, package.x, package.y, radius: 5) }
            scene.body(area, box, in: frame, edge: 3, elevation: 8)
            scene.modulate(scene.noise(.fiber, in: frame, &random), random.uniform(0.01, 0.08), where: scene.part)
        }
        let half = Point(random.uniform(66, 88), random.uniform(44, 66))
        let paper = Material(
            random.chance(0.7) ? Color(random.uniform(0.68, 0.9)).varied(&random, by: 0.03) : .any(&random, 0.55, 0.95),
            gloss: random.uniform(0.02, 0.5))
        let ink = random.chance(0.65) ? Color(0.015) : Color.any(&random, 0.05, 0.45)
        let accent = Color.any(&random, 0.15, 0.7)
        let corner = random.uniform(0, 8)
        let sections = Self.sections(half, &random)
        let center = Point(random.uniform(-6, 6), random.uniform(-6, 6))
        scene.component(in: frame, at: center, reach: min(half.x, half.y) * 0.35, &random) { scene, place, own in
            let mask = scene.block(
                half.x, half.y, radius: corner, paper, in: place, rim: .rounded(0.5), elevation: 1.2, strength: 0.35)
            scene.include(mask)
            scene.modulate(scene.noise(.fine, in: place, &own), own.uniform(0, 0.03), where: mask)
            for section in sections {
                draw(section, &scene, place, ink: ink, accent: accent, &own)
            }
        }
    }

    private enum Content { case title, text, barcode, matrix, logo, table, band }

    private struct Section {
        let content: Content
        let center: Point
        let half: Point
    }

    /// Divides the label into horizontal strips and these sometimes into two.
    private static func sections(_ half: Point, _ random: inout Generator) -> [Section] {
        var result: [Section] = []
        let strips = random.integer(2...4)
        let margin: Float = 5
        var shares = (0..<strips).map { _ in random.uniform(0.6, 1.4) }
        let sum = shares.reduce(0, +)
        shares = shares.map { $0 / sum }
        var top = -half.y + margin
        let room = 2 * (half.y - margin)
        let codeStrip = random.integer(0...strips - 1)
        for strip in 0..<strips {
            let height = shares[strip] * room
            let middle = top + height / 2
            top += height
            let inner = height / 2 - 2.5
            let width = half.x - margin
            if random.chance(0.5) {
                let cut = random.uniform(-0.35, 0.35) * width
                let left: [Content] = strip == codeStrip ? [.barcode, .matrix] : [.logo, .text, .table]
                result.append(
                    Section(
                        content: random.pick(left), center: Point((-width + cut) / 2, middle),
                        half: Point((width + cut) / 2 - 2, inner)))
                result.append(
                    Section(
                        content: random.pick([.text, .title, .table]), center: Point((width + cut) / 2, middle),
                        half: Point((width - cut) / 2 - 2, inner)))
            } else {
                let all: [Content] = strip == codeStrip ? [.barcode] : [.title, .text, .text, .band]
                result.append(Section(content: random.pick(all), center: Point(0, middle), half: Point(width, inner)))
            }
        }
        return result
    }

    private func draw(
        _ section: Section, _ scene: inout Scene, _ place: Frame, ink color: Color, accent: Color,
        _ random: inout Generator
    ) {
        let local = place.placed(at: section.center)
        let half = section.half
        let isColored = section.content == .logo || section.content == .band
        scene.printed(
            in: local, reachX: half.x, reachY: half.y, color: isColored ? accent : color, opacity: 0.95, &random
        ) { ink, own in
            switch section.content {
            case .title: Self.lines(&ink, half, size: min(half.y * 1.2, 17), &own)
            case .text: Self.lines(&ink, half, size: own.uniform(3.6, 6), &own)
            case .barcode: Self.barcode(&ink, half, &own)
            case .matrix: Self.matrix(&ink, half, &own)
            case .logo: Self.logo(&ink, half, &own)
            case .table: Self.table(&ink, half, &own)
            case .band: ink.box(Point(0, 0), half.x, half.y * 0.6)
            }
        }
    }

    private static func lines(_ ink: inout Ink, _ half: Point, size: Float, _ random: inout Generator) {
        var y = -half.y
        let weight = random.uniform(0.12, 0.2)
        while y + size <= half.y + 0.5 {
            let fits = Int((2 * half.x / size + 0.2) * 6 / 7.2)
            guard fits > 1 else { return }
            var text = ""
            while text.count < fits - 2, random.chance(0.92) {
                let word = Lettering.mark(&random, longest: max(2, min(10, fits - text.count)))
                if text.count + word.count + 1 > fits { break }
                text += (text.isEmpty ? "" : " ") + word
            }
            ink.text(text, at: Point(-half.x, y), size: size, weight: weight)
            y += size * 1.55
        }
    }

    private static func barcode(_ ink: inout Ink, _ half: Point, _ random: inout Generator) {
        let size = min(5, half.y * 0.4)
        let height = half.y - size * 0.8
        for bar in Lettering.barcode(width: 2 * half.x * 0.92, modules: Int(max(30, min(95, half.x))), &random) {
            ink.box(Point(-half.x * 0.92 + bar.left + bar.width / 2, -size * 0.8), bar.width / 2, height)
        }
        let digits = (0..<12).map { _ in String(random.integer(0...9)) }.joined()
        let width = Ink.textWidth(digits, size: size)
        if width < 2 * half.x { ink.text(digits, at: Point(-width / 2, half.y - size), size: size) }
    }

    private static func matrix(_ ink: inout Ink, _ half: Point, _ random: inout Generator) {
        let count = 17
        let side = min(half.x, half.y)
        let module = 2 * side / Float(count)
        func fill(_ column: Int, _ row: Int) {
            ink.box(
                Point((Float(column) + 0.5) * module - side, (Float(row) + 0.5) * module - side), module * 0.52,
                module * 0.52)
        }
        for row in 0..<count {
            for column in 0..<count {
                let finder = [(0, 0), (count - 7, 0), (0, count - 7)].first {
                    (0..<7).contains(column - $0.0) && (0..<7).contains(row - $0.1)
                }
                if let finder {
                    let ring = max(abs(column - finder.0 - 3), abs(row - finder.1 - 3))
                    if ring != 2 { fill(column, row) }
                } else if random.chance(0.48) {
                    fill(column, row)
                }
            }
        }
    }

    private static func logo(_ ink: inout Ink, _ half: Point, _ random: inout Generator) {
        let size = min(half.x, half.y)
        switch random.integer(0...3) {
        case 0:
            ink.disk(Point(0, 0), size * 0.95)
        case 1:
            ink.polygon(
                Outline.placed(Outline.regular(sides: 3, apothem: size * 0.5, phase: -1.5708), at: Point(0, size * 0.2))
            )
        case 2:
            ink.line(Outline.circle(size * 0.8) + [Point(size * 0.8, 0)], width: size * 0.2)
            ink.box(Point(0, 0), size * 0.4, size * 0.12)
        default:
            for step in 0..<3 {
                ink.box(Point((Float(step) - 1) * size * 0.6, 0), size * 0.22, size * (0.4 + 0.25 * Float(step)))
            }
        }
    }

    private static func table(_ ink: inout Ink, _ half: Point, _ random: inout Generator) {
        let rows = max(1, min(5, Int(half.y / 4.5)))
        let row = 2 * half.y / Float(rows)
        let column = half.x * random.uniform(-0.3, 0.3)
        for index in 0...rows {
            let y = -half.y + Float(index) * row
            ink.line([Point(-half.x, y), Point(half.x, y)], width: 0.7)
        }
        for x in [-half.x, column, half.x] { ink.line([Point(x, -half.y), Point(x, half.y)], width: 0.7) }
        let size = row * 0.5
        for index in 0..<rows {
            let y = -half.y + (Float(index) + 0.25) * row
            for (left, right) in [(-half.x, column), (column, half.x)] {
                let fits = Int((right - left - 4) / size * 6 / 7)
                if fits >= 2 { ink.text(Lettering.mark(&random, longest: fits), at: Point(left + 2, y), size: size) }
            }
        }
    }
}
