/// The loss of a training as an SVG picture: one panel per term, steps as a thin line, their running mean as a bold one.
struct LossChart {
    let history: LossHistory

    private static let width = 760.0
    private static let panelHeight = 210.0
    private static let left = 64.0
    private static let right = 24.0
    private static let top = 68.0
    private static let gap = 46.0

    private struct Panel {
        let title: String
        let color: String
        let values: [Double]
        /// For values that fall by orders of magnitude.
        var isLogarithmic = false
    }

    /// The whole file.
    var svg: String {
        var panels = [
            Panel(
                title: "focal (logarithmic)", color: "#1f6f8b", values: history.terms.map { Double($0.x) },
                isLogarithmic: true)
        ]
        if history.loss.usesDice {
            panels.append(Panel(title: "Dice", color: "#b4532a", values: history.terms.map { Double($0.y) }))
        }
        let plotBottom = Self.top + Double(panels.count) * (Self.panelHeight + Self.gap) - Self.gap
        let height = plotBottom + 58
        var parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(Self.number(Self.width)) \(Self.number(height))\" "
                + "font-family=\"system-ui, sans-serif\" font-size=\"12\" fill=\"#333\">",
            "<title>Loss of the adapters, \(history.terms.count) steps</title>",
            "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>",
            Self.text(Self.left, 26, "Loss per step", size: 16, weight: 600),
            Self.text(
                Self.width - Self.right, 26, "thin: step · bold: running mean over \(window) steps", anchor: "end",
                color: "#777"),
        ]
        for (index, panel) in panels.enumerated() {
            parts += draw(panel, top: Self.top + Double(index) * (Self.panelHeight + Self.gap))
        }
        parts += stepAxis(y: plotBottom)
        parts.append("</svg>\n")
        return parts.joined(separator: "\n")
    }

    /// Steps in the running mean: a twentieth of the curve, at least one.
    private var window: Int { max(1, min(history.stepsPerEpoch, history.terms.count / 20)) }

    private var plotWidth: Double { Self.width - Self.left - Self.right }

    private func x(_ step: Int) -> Double {
        Self.left + plotWidth * (history.terms.count > 1 ? Double(step) / Double(history.terms.count - 1) : 0.5)
    }

    private func draw(_ panel: Panel, top: Double) -> [String] {
        let ticks = panel.isLogarithmic ? Ticks(decadesOf: panel.values) : Ticks(panel.values)
        let bottom = top + Self.panelHeight
        func y(_ value: Double) -> Double { bottom - Self.panelHeight * ticks.position(value) }
        var parts = [Self.text(Self.left, top - 8, panel.title, weight: 600, color: panel.color)]
        for value in ticks.values {
            parts.append(Self.line(Self.left, y(value), Self.width - Self.right, y(value), "#e4e4e4"))
            parts.append(Self.text(Self.left - 8, y(value) + 4, ticks.label(value), anchor: "end"))
        }
        for step in stride(from: history.stepsPerEpoch, to: history.terms.count, by: history.stepsPerEpoch) {
            let end = x(step - 1)
            parts.append(Self.line(end, top, end, bottom, "#d0d0d0", dashed: true))
        }
        parts.append(curve(panel.values, y, panel.color, width: 0.8, opacity: 0.35))
        parts.append(curve(runningMean(panel.values), y, panel.color, width: 2.2, opacity: 1))
        return parts
    }

    private func stepAxis(y: Double) -> [String] {
        var parts: [String] = []
        let ticks = Ticks([0, Double(history.terms.count)], atMost: 8)
        for value in ticks.values where value >= 1 && Int(value) <= history.terms.count {
            parts.append(Self.text(x(Int(value) - 1), y + 20, ticks.label(value), anchor: "middle"))
        }
        let epochs = (history.terms.count + history.stepsPerEpoch - 1) / history.stepsPerEpoch
        parts.append(
            Self.text(
                Self.left + plotWidth / 2, y + 42,
                "step" + (epochs > 1 ? " (dashed: ends of the \(epochs) epochs)" : ""), anchor: "middle"))
        return parts
    }

    /// Mean of up to ``window`` values before each and the value itself.
    private func runningMean(_ values: [Double]) -> [Double] {
        var sum = 0.0
        return values.indices.map { index in
            sum += values[index]
            if index >= window { sum -= values[index - window] }
            return sum / Double(min(index + 1, window))
        }
    }

    /// At most two points per horizontal pixel are drawn: extremes of the values that share one.
    private func curve(
        _ values: [Double], _ y: (Double) -> Double, _ color: String, width: Double, opacity: Double
    ) -> String {
        let share = max(1, values.count / Int(plotWidth))
        var points: [String] = []
        for start in stride(from: 0, to: values.count, by: share) {
            let part = start..<min(start + share, values.count)
            guard let low = part.min(by: { values[$0] < values[$1] }),
                let high = part.max(by: { values[$0] < values[$1] })
            else { continue }
            for step in Set([low, high]).sorted() {
                points.append("\(Self.number(x(step))),\(Self.number(y(values[step])))")
            }
        }
        return "<polyline fill=\"none\" stroke=\"\(color)\" stroke-width=\"\(width)\" stroke-opacity=\"\(opacity)\" "
            + "stroke-linejoin=\"round\" points=\"\(points.joined(separator: " "))\"/>"
    }

    private static func text(
        _ x: Double, _ y: Double, _ content: String, anchor: String = "start", size: Int = 12, weight: Int = 400,
        color: String = "#333"
    ) -> String {
        "<text x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\" font-size=\"\(size)\" "
            + "font-weight=\"\(weight)\" fill=\"\(color)\">\(content)</text>"
    }

    private static func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ color: String, dashed: Bool = false
    ) -> String {
        "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" stroke=\"\(color)\""
            + (dashed ? " stroke-dasharray=\"3 3\"" : "") + "/>"
    }

    /// Tenths of a pixel are enough.
    private static func number(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(Double(tenths) / 10)"
    }
}
