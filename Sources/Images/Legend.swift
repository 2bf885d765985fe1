/// The panel that names the defect types of an overlay.
struct Legend {
    /// One defect type.
    struct Row {
        let name: String
        let score: Float?
        let color: RGBColor
    }

    let title: String?
    let rows: [Row]

    private static let panelColor = RGBColor(hex: 0x12151C)
    private static let textColor = RGBColor(hex: 0xF4F6FA)
    private static let scoreColor = RGBColor(hex: 0xC3CAD6)

    /// One line of the panel as it will be drawn.
    private struct Line {
        var text: String
        var score = ""
        var color: RGBColor?
    }

    /// Draws the panel in the corner where it covers the fewest marked pixels, or nothing when there is no room.
    ///
    /// - Parameters:
    ///   - canvas: Drawn on.
    ///   - masks: What should stay visible.
    ///   - unit: Thickness of a fine line, in pixels.
    func draw(on canvas: inout Canvas, avoiding masks: [RunMask], unit: Float) {
        let dot = 1.5 * unit
        let layout = Layout(dot: dot)
        let border = 2 * (layout.margin + layout.padding)
        let maxLines = Int((Float(canvas.height) - border + layout.gap) / layout.lineHeight)
        let maxCharacters = Int((Float(canvas.width) - border - layout.swatch) / layout.advance)
        guard maxLines >= 1, maxCharacters >= 8 else { return }
        let lines = self.lines(maxLines: maxLines, maxCharacters: maxCharacters)
        guard !lines.isEmpty else { return }

        let widest = lines.map { layout.width(of: $0) }.max() ?? 0
        let width = widest + 2 * layout.padding
        let height = Float(lines.count) * layout.lineHeight - layout.gap + 2 * layout.padding
        let corner = bestCorner(width, height, layout.margin, canvas, masks)

        canvas.addRectangle(x: corner.x, y: corner.y, width: width, height: height, cornerRadius: 4 * unit)
        canvas.paint(Self.panelColor, opacity: 0.78)
        let right = corner.x + width - layout.padding
        for (index, line) in lines.enumerated() {
            let top = corner.y + layout.padding + Float(index) * layout.lineHeight
            var left = corner.x + layout.padding
            if let color = line.color {
                let side = Float(LegendFont.ascent) * dot
                canvas.addRectangle(x: left, y: top, width: side, height: side, cornerRadius: 1.5 * dot)
                canvas.paint(color)
                left += layout.swatch
            }
            canvas.addText(line.text, x: left, y: top, dot: dot)
            canvas.paint(Self.textColor)
            canvas.addText(line.score, x: right - Float(line.score.count) * layout.advance + dot, y: top, dot: dot)
            canvas.paint(Self.scoreColor)
        }
    }

    /// Distances, all in pixels.
    private struct Layout {
        let dot: Float
        var advance: Float { Float(LegendFont.advance) * dot }
        var lineHeight: Float { 12 * dot }
        /// Between two lines of text.
        var gap: Float { lineHeight - Float(LegendFont.ascent) * dot }
        var padding: Float { 6 * dot }
        var margin: Float { 5 * dot }
        /// The coloured square and the space after it.
        var swatch: Float { Float(LegendFont.ascent + 4) * dot }

        func width(of line: Line) -> Float {
            // A score keeps two characters' distance from its name.
            let characters = line.text.count + (line.score.isEmpty ? 0 : line.score.count + 2)
            return Float(characters) * advance - dot + (line.color == nil ? 0 : swatch)
        }
    }

    private func lines(maxLines: Int, maxCharacters: Int) -> [Line] {
        var lines = title.map { [Line(text: Self.shortened($0, to: maxCharacters))] } ?? []
        let room = maxLines - lines.count
        let shown = rows.count <= room ? rows.count : max(0, room - 1)
        for row in rows.prefix(shown) {
            let score = row.score.map(Self.text(of:)) ?? ""
            let nameRoom = maxCharacters - (score.isEmpty ? 0 : score.count + 2)
            lines.append(Line(text: Self.shortened(row.name, to: nameRoom), score: score, color: row.color))
        }
        if shown < rows.count, room >= 1 { lines.append(Line(text: "+\(rows.count - shown) more")) }
        return lines
    }

    /// The text, or its beginning and two dots.
    private static func shortened(_ text: String, to count: Int) -> String {
        text.count <= count ? text : text.prefix(max(1, count - 2)) + ".."
    }

    /// A score with two decimals; "-" for what is not a number of usual size.
    static func text(of score: Float) -> String {
        guard score.isFinite, abs(score) < 1_000 else { return "-" }
        let hundredths = Int((abs(score) * 100).rounded())
        let fraction = hundredths % 100
        return "\(score < 0 && hundredths > 0 ? "-" : "")\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction)"
    }

    private func bestCorner(
        _ width: Float, _ height: Float, _ margin: Float, _ canvas: Canvas, _ masks: [RunMask]
    ) -> Canvas.Point {
        let right = Float(canvas.width) - margin - width
        let bottom = Float(canvas.height) - margin - height
        let corners: [Canvas.Point] = [
            .init(x: margin, y: margin), .init(x: right, y: margin), .init(x: margin, y: bottom),
            .init(x: right, y: bottom),
        ]
        func covered(_ corner: Canvas.Point) -> Int {
            let columns = max(0, Int(corner.x))..<max(0, min(canvas.width, Int(corner.x + width) + 1))
            let rows = max(0, Int(corner.y))..<max(0, min(canvas.height, Int(corner.y + height) + 1))
            return masks.reduce(0) { total, mask in
                mask.runs.reduce(total) { sum, run in
                    sum + (rows.contains(run.y) ? (run.start..<run.end).clamped(to: columns).count : 0)
                }
            }
        }
        let costs = corners.map(covered)
        return corners[costs.indices.min { costs[$0] < costs[$1] } ?? 0]
    }
}
