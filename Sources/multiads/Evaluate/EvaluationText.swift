import Evaluation

/// The tables of an evaluation for people, values in percent.
struct EvaluationText {
    let run: EvaluationRun
    let summary: EvaluationSummary
    let terminal: Terminal

    /// Everything but comparisons, ending with a line break.
    var page: String {
        var lines = [heading, ""]
        for table in summary.tables {
            lines.append(terminal.styled(Self.title(table.shots, run.options.seeds), .bold))
            lines += self.table(table)
            if let interval = table.imageAUROCInterval { lines.append(Self.interval(interval)) }
            lines.append("")
        }
        if !summary.types.isEmpty {
            lines.append(terminal.styled("defect types, mean over the products that have them", .bold))
            lines += types + [""]
        }
        let notes = EvaluationNotes(run)
        lines.append(notes.pictures)
        if let skipped = notes.skipped { lines.append(terminal.styled(skipped, .yellow)) }
        lines += notes.limits
        return lines.joined(separator: "\n") + "\n"
    }

    private var heading: String {
        let subject = run.subject
        let source = subject.source.map { ", adapters trained on \($0)" } ?? ""
        return terminal.styled("\(subject.title) (\(subject.dataset))", .bold)
            + "  \(subject.model)\(source), \(run.options.imageSide)×\(run.options.imageSide) pixels, \(subject.engine) \(subject.precision)"
            + (run.options.filtersTypes ? ", own types only (F)" : "")
    }

    static func title(_ shots: Int, _ seeds: Int) -> String {
        guard shots > 0 else { return "zero-shot" }
        return "\(shots) shot\(shots == 1 ? "" : "s")"
            + (seeds > 1 ? ", mean ± standard deviation of \(seeds) draws" : "")
    }

    /// Metrics that the run has values for.
    private var metrics: [MetricName] {
        MetricName.binary + (run.products.contains { $0.multiType != nil } ? MetricName.types : [])
    }

    private func table(_ table: EvaluationSummary.Table) -> [String] {
        // Multi-type metrics have no references: they belong to the zero-shot table alone.
        let shown = metrics.filter { table.shots == 0 || !MetricName.types.contains($0) }
        var groups = [""]
        for (index, metric) in shown.enumerated() {
            groups.append(index == 0 || shown[index - 1].group != metric.group ? metric.group : "")
        }
        var rows = [groups, ["product"] + shown.map(\.title)]
        for row in table.products + [table.mean] {
            rows.append([row.name] + shown.map { Self.value(row.values[$0]) })
        }
        return styled(TextLayout.columns(rows, rightAligned: Set(1...shown.count)), heads: 2, hasTotal: true)
    }

    private var types: [String] {
        var rows = [["type", "products", "AUROC", "F1", "AP"]]
        for row in summary.types {
            rows.append(
                [row.name, "\(row.products)"]
                    + [row.auroc, row.f1, row.averagePrecision].map { Self.percent($0) })
        }
        return styled(TextLayout.columns(rows, rightAligned: [1, 2, 3, 4]), heads: 1, hasTotal: false)
    }

    private func styled(_ lines: [String], heads: Int, hasTotal: Bool) -> [String] {
        lines.enumerated().map { index, line in
            // Headings of groups end in empty cells.
            let line = String(line.reversed().drop { $0 == " " }.reversed())
            if index < heads { return terminal.styled(line, .dim) }
            return hasTotal && index == lines.count - 1 ? terminal.styled(line, .bold) : line
        }
    }

    // MARK: - Numbers

    static func interval(_ interval: ClosedRange<Double>) -> String {
        "mean image AUROC, 95 % interval over pictures: \(percent(interval.lowerBound)) to \(percent(interval.upperBound))"
    }

    static func percent(_ value: Double?) -> String { value.map { TextLayout.decimal($0 * 100, 1) } ?? "–" }

    static func value(_ value: MetricValue?) -> String {
        guard let value else { return "–" }
        return percent(value.mean) + (value.deviation.map { "±" + TextLayout.decimal($0 * 100, 1) } ?? "")
    }
}
