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
                    + Self.compared.map { metric in
                        // Blank where there is nothing to measure, not a dash: multi-type metrics are zero-shot.
                        let isType = MetricName.types.contains(metric)
                        return isType && table.shots > 0 ? "" : Self.value(table.mean.values[metric])
                    })
            for result in published {
                rows.append(
                    ["", "\(result.method), \(result.table)", result.source]
                        + Self.compared.map { cell(result.values[$0], table.mean.values[$0]?.mean) })
            }
        }
        if rows.count == 1 {
            lines.append("the paper has no numbers for this dataset and these settings")
        } else {
            let right = Set(3..<3 + Self.compared.count)
            lines += TextLayout.columns(rows, rightAligned: right) + Self.caveats
        }
        for part in [productComparison, typeComparison] where !part.isEmpty { lines += [""] + part }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Products beside those the paper lists one by one; empty for other datasets and settings.
    private var productComparison: [String] {
        var rows = [["product", ""] + MetricName.binary.map { "\($0.group) \($0.title)" }]
        for table in summary.tables where showsPaper(trainedOn: PublishedProduct.source) {
            let published = PublishedProduct.find(target: run.subject.dataset, shots: table.shots)
            for row in table.products {
                let lines = published.filter { $0.product == row.name }
                guard !lines.isEmpty else { continue }
                rows.append([row.name, "here"] + MetricName.binary.map { Self.value(row.values[$0]) })
                for line in lines {
                    rows.append(
                        ["", "MultiADS, \(line.phrases.rawValue) phrases"]
                            + MetricName.binary.map { cell(line.values[$0], row.values[$0]?.mean) })
                }
            }
        }
        guard rows.count > 1 else { return [] }
        let title = "products with 1 shot, \(PublishedProduct.table) (adapters trained on \(PublishedProduct.source))"
        return [terminal.styled(title, .bold)]
            + TextLayout.columns(rows, rightAligned: Set(2..<2 + MetricName.binary.count))
    }

    /// Defect types beside the samples that the paper lists; empty for other datasets.
    private var typeComparison: [String] {
        guard showsPaper(trainedOn: PublishedType.source) else { return [] }
        var rows = [["type", "in training", ""] + MetricName.types.map(\.title)]
        for line in PublishedType.find(target: run.subject.dataset) {
            guard let row = summary.types.first(where: { $0.name == line.type }) else { continue }
            let own: [MetricName: Double?] = [
                .typesAUROC: row.auroc, .typesF1: row.f1, .typesAP: row.averagePrecision,
            ]
            rows.append([row.name, "", "here"] + MetricName.types.map { Self.percent(own[$0] ?? nil) })
            rows.append(
                ["", line.isSeen ? "seen" : "unseen", "MultiADS"]
                    + MetricName.types.map { cell(line.values[$0], own[$0] ?? nil) })
        }
        guard rows.count > 1 else { return [] }
        return [
            terminal.styled(
                "defect types zero-shot, \(PublishedType.table) (adapters trained on \(PublishedType.source))", .bold)
        ] + TextLayout.columns(rows, rightAligned: [3, 4, 5]) + [
            "The paper lists sample types only; its F1 and AP columns may be exchanged."
        ]
    }

    /// Whether lines of adapters from a source belong beside this run: the same source, or one the paper does not know.
    private func showsPaper(trainedOn source: String) -> Bool {
        let own = Self.publishedSource(run)
        return own == nil || own == source
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

    private func cell(_ published: Double?, _ own: Double?) -> String {
        guard let published else { return "" }
        guard let own else { return TextLayout.decimal(published, 1) }
        let difference = own * 100 - published
        return TextLayout.decimal(published, 1) + " (" + (difference >= 0 ? "+" : "")
            + TextLayout.decimal(difference, 1) + ")"
    }

    private static let caveats = [
        "Published AUPRO samples 200 thresholds and is compared with AUPRO-ref, which does the same; AUPRO is exact.",
        "Others who ran the released code measured less than the paper in places; see docs/accuracy.md.",
    ]
}
