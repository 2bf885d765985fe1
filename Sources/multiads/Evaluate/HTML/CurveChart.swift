import Evaluation

/// A ROC or precision–recall chart as inline SVG, one line for each product.
struct CurveChart {
    /// What the axes show.
    enum Kind {
        case roc, precisionRecall

        var title: String { self == .roc ? "ROC" : "Precision–recall" }
        var horizontal: String { self == .roc ? "false-positive rate" : "recall" }
        var vertical: String { self == .roc ? "true-positive rate" : "precision" }
    }

    /// One line.
    struct Line {
        let name: String
        let points: [CurvePoint]
        /// Area or average precision, for the tooltip.
        let value: Double?
    }

    let heading: String
    let kind: Kind
    let lines: [Line]

    private static let plot = 240.0
    private static let left = 54.0
    private static let top = 10.0

    /// The figure.
    var html: String {
        let width = Self.left + Self.plot + 12
        let height = Self.top + Self.plot + 40
        return """
            <figure class="chart"><figcaption>\(HTMLText.escaped(heading))</figcaption>
            <svg viewBox="0 0 \(Int(width)) \(Int(height))" role="img" aria-label="\(HTMLText.escaped(heading))">
            \(grid)
            \(lines.enumerated().map(path).joined(separator: "\n"))
            <text class="axis" x="\(Int(Self.left + Self.plot / 2))" y="\(Int(height - 4))" text-anchor="middle">\(kind.horizontal)</text>
            <text class="axis" transform="translate(11 \(Int(Self.top + Self.plot / 2))) rotate(-90)" text-anchor="middle">\(kind.vertical)</text>
            </svg></figure>
            """
    }

    /// The colour of a line: hues far apart for neighbours, by the golden angle; every eighth comes close to the first again and is lighter
    /// or darker.
    static func color(_ index: Int) -> String {
        let shade = [0, 17, -15][index / 8 % 3]
        return "hsl(\((index * 137 + 210) % 360) 62% calc(var(--line) + \(shade)%))"
    }

    private var grid: String {
        var parts: [String] = []
        for step in 0...4 {
            let share = Double(step) / 4
            let (x, y) = place(share, share)
            let label = TextLayout.decimal(share, 2)
            parts.append(
                """
                <line class="grid" x1="\(text(x))" y1="\(text(Self.top))" x2="\(text(x))" y2="\(text(Self.top + Self.plot))"/>\
                <line class="grid" x1="\(text(Self.left))" y1="\(text(y))" x2="\(text(Self.left + Self.plot))" y2="\(text(y))"/>\
                <text class="tick" x="\(text(x))" y="\(text(Self.top + Self.plot + 14))" text-anchor="middle">\(label)</text>\
                <text class="tick" x="\(text(Self.left - 5))" y="\(text(y + 3))" text-anchor="end">\(label)</text>
                """)
        }
        if kind == .roc {
            let (a, b) = (place(0, 0), place(1, 1))
            parts.append(
                "<line class=\"chance\" x1=\"\(text(a.x))\" y1=\"\(text(a.y))\" x2=\"\(text(b.x))\" y2=\"\(text(b.y))\"/>"
            )
        }
        return parts.joined(separator: "\n")
    }

    private func path(_ index: Int, _ line: Line) -> String {
        guard !line.points.isEmpty else { return "" }
        var points = line.points.map { point in
            kind == .roc
                ? place(point.falsePositiveRate, point.truePositiveRate)
                : place(point.truePositiveRate, point.precision)
        }
        if kind == .roc {
            points.insert(place(0, 0), at: 0)
            points.append(place(1, 1))
        }
        let coordinates = points.map { "\(text($0.x)),\(text($0.y))" }.joined(separator: " ")
        return "<polyline class=\"curve\" stroke=\"\(Self.color(index))\" points=\"\(coordinates)\"><title>"
            + "\(HTMLText.escaped(line.name)) \(EvaluationText.percent(line.value))</title></polyline>"
    }

    private func place(_ x: Double, _ y: Double) -> (x: Double, y: Double) {
        (Self.left + x * Self.plot, Self.top + (1 - y) * Self.plot)
    }

    private func text(_ value: Double) -> String { HTMLText.coordinate(value) }
}
