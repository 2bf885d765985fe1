import AnomalyDetection
import Evaluation
import Foundation

extension EvaluationPage {
    /// The setting whose curves and pictures are shown: most references, first draw.
    private func shown(_ product: ProductResult) -> SettingResult? {
        product.settings.max { a, b in (a.setting.shots, -a.setting.seed) < (b.setting.shots, -b.setting.seed) }
    }

    /// ROC and precision–recall curves of pictures and pixels.
    var curves: String {
        func lines(_ curve: (SettingResult) -> [CurvePoint], _ value: (SettingResult) -> Double?) -> [CurveChart.Line] {
            run.products.compactMap { product in
                shown(product).map { CurveChart.Line(name: product.name, points: curve($0), value: value($0)) }
            }
        }
        let charts = [
            CurveChart(heading: "Pictures, ROC", kind: .roc, lines: lines(\.image.curve, \.image.auroc)),
            CurveChart(
                heading: "Pictures, precision–recall", kind: .precisionRecall,
                lines: lines(\.image.curve, \.image.averagePrecision)),
            CurveChart(heading: "Pixels, ROC", kind: .roc, lines: lines(\.pixelCurve, \.pixel.auroc)),
            CurveChart(
                heading: "Pixels, precision–recall", kind: .precisionRecall,
                lines: lines(\.pixelCurve, \.pixel.averagePrecision)),
        ]
        let legend = run.products.enumerated().map { index, product in
            "<li><i style=\"background:\(CurveChart.color(index))\"></i>\(HTMLText.escaped(product.name))</li>"
        }.joined()
        let shots = run.options.shots.last ?? 0
        return "<h2>Curves</h2><p class=\"quiet\">\(EvaluationText.title(shots, 1).capitalizedFirst)"
            + "\(shots > 0 && run.options.seeds > 1 ? ", first draw" : ""). Point at a line for its area.</p>"
            + "<div class=\"charts\">\(charts.map(\.html).joined())</div><ul class=\"legend\">\(legend)</ul>"
    }

    /// Best and worst pictures of every product.
    var pictures: String {
        let groups = run.products.compactMap { product -> String? in
            let figures = product.examples.compactMap { figure($0, product.name) }
            return figures.isEmpty
                ? nil : "<h3>\(HTMLText.escaped(product.name))</h3><div class=\"pictures\">\(figures.joined())</div>"
        }
        guard !groups.isEmpty else { return "" }
        return
            "<h2>Best and worst pictures</h2><p>Left the picture, in the middle its true defects, right the map; the middle of its "
            + "scale is the threshold of the best pixel F1 of the product.</p>" + groups.joined()
    }

    private func figure(_ example: ExamplePicture, _ product: String) -> String? {
        guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(product)/\(example.file)") else {
            return nil
        }
        let precision =
            example.pixelAveragePrecision.map { ", pixel AP \(EvaluationText.percent($0))" } ?? ""
        let caption =
            "<b>\(Self.words(example.reason))</b>, score \(TextLayout.decimal(Double(example.score), 3))\(precision)<br>"
            + HTMLText.escaped(example.picture)
        return
            "<figure><figcaption>\(caption)</figcaption><img loading=\"lazy\" alt=\"\(HTMLText.escaped(example.picture))\" "
            + "src=\"data:image/jpeg;base64,\(bytes.base64EncodedString())\"></figure>"
    }

    private static func words(_ reason: ExamplePicture.Reason) -> String {
        switch reason {
        case .bestLocalized: "Found best"
        case .worstLocalized: "Found worst"
        case .missed: "Defective, lowest score"
        case .falseAlarm: "Good, highest score"
        }
    }

    /// Pictures and masks that were left out, with their reasons; products are among the limits above.
    var skipped: String {
        let all =
            run.products.flatMap(\.skipped).map(\.reason) + run.leftOut.masks.map { "\($0): a mask of no picture" }
        guard !all.isEmpty, let counted = EvaluationNotes(run).skipped else { return "" }
        let lines = all.prefix(100).map { "<li>\(HTMLText.escaped($0))</li>" }.joined()
        let more = all.count > 100 ? "<li>and \(all.count - 100) more</li>" : ""
        return "<h2>Left out</h2><p class=\"warn\">\(counted).</p><ul>\(lines)\(more)</ul>"
    }

    /// Options that change the dataset's words.
    private var words: String {
        let wording = run.wording
        let parts = [
            wording.phrases.map { "\($0) phrases" }, wording.variant.map { "variant \($0)" },
            wording.types.map { "types of \($0)" },
            wording.knowledgeFiles.isEmpty ? nil : "files \(wording.knowledgeFiles.joined(separator: ", "))",
        ].compactMap(\.self)
        return parts.isEmpty ? "the dataset's own" : parts.joined(separator: ", ")
    }

    /// What was measured with what.
    var provenance: String {
        let subject = run.subject
        let options = run.options
        let score =
            switch options.scoreRule {
            case .paper: "½ (global score + map maximum)"
            case .max: "map maximum"
            case .top3: "mean of the three largest values of the map"
            case .global: "global score"
            case .normalized: "½ (global score + map maximum scaled to the product's pictures)"
            }
        let rows: [(String, String)] = [
            ("dataset", "\(subject.title) (\(subject.dataset))"),
            ("model", "\(subject.model), SHA-256 \(subject.modelDigest)"),
            ("adapters", "\(subject.source.map { "trained on \($0), " } ?? "")SHA-256 \(subject.adapterDigest)"),
            ("blocks", subject.stages.map(String.init).joined(separator: ", ")), ("activation", subject.activation),
            ("number format of the towers", "\(subject.precision), computed by \(subject.engine)"),
            ("types compared", options.filtersTypes ? "the product's own (MultiADS-F)" : "all of the dataset"),
            ("words for defects", words),
            ("image score", score), ("stage maps", options.stageCombination.rawValue),
            (
                "text and reference map",
                options.mapCombination == .reference ? "reference map alone" : options.mapCombination.rawValue
            ),
            ("reference patches", options.matchesSamePosition ? "same position" : "nearest of all"),
            (
                "AUPRO",
                "exact to a false-positive rate of \(TextLayout.decimal(options.fprLimit, 2)); AUPRO-ref: 200 thresholds, unanchored"
            ),
            ("prompts and pictures", "SHA-256 \(subject.inputDigest)"),
        ]
        let list = rows.map { "<dt>\($0.0)</dt><dd>\(HTMLText.escaped($0.1))</dd>" }.joined()
        return
            "<h2>How it was measured</h2><dl>\(list)</dl><p class=\"quiet\">Scores of every picture: <code>scores.csv</code>. "
            + "All numbers: <code>evaluation.json</code>.</p>"
    }
}
