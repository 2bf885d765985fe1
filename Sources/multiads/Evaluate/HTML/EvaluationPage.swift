import Evaluation
import Foundation

/// `report.html`: an evaluation in one file that needs nothing else.
struct EvaluationPage {
    let run: EvaluationRun
    let summary: EvaluationSummary
    /// Where the results and the example pictures are.
    let folder: String

    /// The whole page.
    var html: String {
        let title = "\(run.subject.title) – \(run.subject.model)"
        let sections =
            [header(title), cards] + tables + [limits, curves, types, confusion, pictures, skipped, provenance]
        return """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(HTMLText.escaped(title))</title><style>
            \(ReportStyle.css)
            </style></head><body><main>
            \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
            </main></body></html>

            """
    }

    private func header(_ title: String) -> String {
        let pictures = run.products.reduce(0) { $0 + $1.pictures.count }
        let source = run.subject.source.map { ", adapters trained on \($0)" } ?? ""
        let products = run.products.count == 1 ? "1 product" : "\(run.products.count) products"
        return "<h1>\(HTMLText.escaped(title))</h1><p class=\"quiet\">\(TextLayout.grouped(pictures)) pictures of "
            + "\(products) at \(run.options.imageSide)×\(run.options.imageSide) pixels\(HTMLText.escaped(source)). Values in percent.</p>"
    }

    // MARK: - Numbers

    /// The table whose numbers head the page: the one with the most references.
    private var main: EvaluationSummary.Table? { summary.tables.last }

    private var cards: String {
        guard let main else { return "" }
        let zero = summary.tables.first
        let shown: [(MetricName, String)] = [
            (.imageAUROC, "image AUROC"), (.imageAP, "image AP"), (.pixelAUROC, "pixel AUROC"), (.aupro, "AUPRO"),
            (.typesAUROC, "types AUROC"), (.typesF1, "types F1"),
        ]
        let cells = shown.compactMap { metric, name -> String? in
            let isType = MetricName.types.contains(metric)
            guard let value = (isType ? zero : main)?.mean.values[metric] else { return nil }
            let before = main.shots > 0 && !isType ? zero?.mean.values[metric] : nil
            let note =
                isType && main.shots > 0
                ? ", zero-shot" : before.map { ", zero-shot \(EvaluationText.percent($0.mean))" } ?? ""
            return "<div class=\"card\"><b>\(EvaluationText.percent(value.mean))</b><span>\(name)\(note)</span></div>"
        }
        let heading = EvaluationText.title(main.shots, run.options.seeds)
        return "<p class=\"quiet\">Means over products, \(heading):</p><div class=\"cards\">\(cells.joined())</div>"
    }

    private var tables: [String] {
        summary.tables.map { table in
            let hasTypes = table.shots == 0 && !summary.types.isEmpty
            return "<h2>\(EvaluationText.title(table.shots, run.options.seeds).capitalizedFirst)</h2>"
                + self.table(table, MetricName.binary + (hasTypes ? MetricName.types : []))
                + interval(table)
        }
    }

    private func interval(_ table: EvaluationSummary.Table) -> String {
        guard let interval = table.imageAUROCInterval else { return "" }
        return "<p class=\"quiet\">\(EvaluationText.interval(interval).capitalizedFirst).</p>"
    }

    /// What is missing from the tables above.
    private var limits: String {
        let lines = EvaluationNotes(run).limits.map { "<li>\(HTMLText.escaped($0))</li>" }
        return lines.isEmpty ? "" : "<ul class=\"warn\">\(lines.joined())</ul>"
    }

    private func table(_ table: EvaluationSummary.Table, _ metrics: [MetricName]) -> String {
        func starts(_ index: Int) -> Bool { index == 0 || metrics[index - 1].group != metrics[index].group }
        var groups = "<th></th>"
        for (index, metric) in metrics.enumerated() where starts(index) {
            let count = metrics.count { $0.group == metric.group }
            groups += "<th colspan=\"\(count)\" class=\"group\" style=\"text-align:left\">\(metric.group)</th>"
        }
        let heads = metrics.enumerated().map { index, metric in
            "<th\(starts(index) ? " class=\"group\"" : "")>\(metric.title)</th>"
        }.joined()
        func line(_ row: EvaluationSummary.Row, _ style: String) -> String {
            let cells = metrics.enumerated().map { index, metric -> String in
                let value = row.values[metric]
                // Colour is for comparing by eye: half and below is blank, perfect is full.
                let tint = TextLayout.decimal(max(0, ((value?.mean ?? 0) - 0.5) * 2), 2)
                return "<td class=\"cell\(starts(index) ? " group" : "")\" style=\"--v:\(tint)\">"
                    + "\(EvaluationText.value(value))</td>"
            }.joined()
            return "<tr\(style)><td>\(HTMLText.escaped(row.name))</td>\(cells)</tr>"
        }
        let lines = table.products.map { line($0, "") } + [line(table.mean, " class=\"total\"")]
        return "<div class=\"scroll\"><table><thead><tr>\(groups)</tr><tr><th>product</th>\(heads)</tr></thead>"
            + "<tbody>\(lines.joined())</tbody></table></div>"
    }

    private var types: String {
        guard !summary.types.isEmpty else { return "" }
        let lines = summary.types.map { row in
            let values = [row.auroc, row.f1, row.averagePrecision].map { "<td>\(EvaluationText.percent($0))</td>" }
                .joined()
            return "<tr><td>\(HTMLText.escaped(row.name))</td><td>\(row.products)</td>\(values)</tr>"
        }
        return """
            <h2>Defect types</h2><p>Each channel of the zero-shot multi-type map against all others, mean over the products that have \
            the type. F1 takes the most probable type of each pixel, without a threshold.</p>
            <div class="scroll"><table><thead><tr></tr><tr><th>type</th><th>products</th><th>AUROC</th><th>F1</th><th>AP</th></tr></thead>
            <tbody>\(lines.joined())</tbody></table></div>
            """
    }

    private var confusion: String {
        let matrix = summary.confusion
        guard matrix.classes.count > 1 else { return "" }
        let heads = matrix.classes.map { "<th>\(HTMLText.escaped($0))</th>" }.joined()
        let lines = matrix.classes.indices.map { row -> String in
            let total = matrix.classes.indices.reduce(0) { $0 + matrix[row, $1] }
            let cells = matrix.classes.indices.map { column -> String in
                let share = total > 0 ? Double(matrix[row, column]) / Double(total) : 0
                return
                    "<td class=\"cell\" style=\"--v:\(TextLayout.decimal(share, 2))\" title=\"\(TextLayout.grouped(matrix[row, column])) "
                    + "pixels\">\(total > 0 ? TextLayout.decimal(share * 100, 1) : "–")</td>"
            }.joined()
            return "<tr><td>\(HTMLText.escaped(matrix.classes[row]))</td>\(cells)</tr>"
        }
        return """
            <h2>Which type is taken for which</h2><p>Share of the pixels of each true type (rows) by the most probable type found \
            (columns), percent, all products.</p>
            <div class="scroll"><table><thead><tr></tr><tr><th>true \\ found</th>\(heads)</tr></thead><tbody>\(lines.joined())</tbody></table></div>
            """
    }
}

extension String {
    /// The text with its first letter in upper case.
    var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
