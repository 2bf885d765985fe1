import Evaluation

extension EvaluationText {
    /// This run's means beside the published ones, with the differences.
    var comparison: String {
        var lines = [terminal.styled("compared with the MultiADS paper (ICCV 2025), percent", .bold), sourceNote]
        var rows = [["", "", "trained on"] + Self.compared.map { "\($0.group) \($0.title)" }]
        for table in summary.tables {
            let published = PublishedResult.find(
                source: Self.publishedSource(run), target: run.subject.dataset, shots: table.shots)
            guard !published.isEmpty else { continue }
            rows.append(
                [Self.title(table.shots, 1), "here", run.subject.source ?? "?"]
                    + Self.compared.map { Self.value(table.mean.values[$0]) })
            for result in published {
                rows.append(
                    ["", "\(result.method), \(result.table)", result.source]
                        + Self.compared.map { cell(result.values[$0], table.mean.values[$0]) })
            }
        }
        if rows.count == 1 {
            lines.append("the paper has no numbers for this dataset and these settings")
        } else {
            let right = Set(3..<3 + Self.compared.count)
            lines += TextLayout.columns(rows, rightAligned: right) + Self.caveats
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let compared = MetricName.binary + MetricName.types

    /// The source whose published lines are shown; any when the paper did not train on this run's.
    private static func publishedSource(_ run: EvaluationRun) -> String? {
        PublishedResult.all.contains { $0.source == run.subject.source } ? run.subject.source : nil
    }

    private var sourceNote: String {
        Self.publishedSource(run) == nil
            ? "the paper has no adapters trained on \(run.subject.source ?? "an unnamed dataset"); its own are shown"
            : "lines of the paper for the same source and target; in brackets, this run minus the paper"
    }

    private func cell(_ published: Double?, _ own: MetricValue?) -> String {
        guard let published else { return "" }
        guard let own else { return TextLayout.decimal(published, 1) }
        let difference = own.mean * 100 - published
        return TextLayout.decimal(published, 1) + " (" + (difference >= 0 ? "+" : "")
            + TextLayout.decimal(difference, 1) + ")"
    }

    private static let caveats = [
        "AUPRO here is exact to the limit; published ones sample 200 thresholds (the AUPRO-ref column above).",
        "Others who ran the released code measured less than the paper in places; see docs/accuracy.md.",
    ]
}
