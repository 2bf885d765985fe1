import Evaluation

/// What a reader of an evaluation's numbers must know: how many pictures are behind them, and what is missing from means.
struct EvaluationNotes {
    /// How many pictures were measured.
    let pictures: String
    /// How many could not be; nil when all could.
    let skipped: String?
    /// Numbers that are undefined or rest on fewer pictures than the others, by product.
    let limits: [String]

    init(_ run: EvaluationRun) {
        let count = run.products.reduce(0) { $0 + $1.pictures.count }
        pictures = "\(TextLayout.counted(count, "picture")) of \(TextLayout.counted(run.products.count, "product"))"
        let left = [
            (run.products.reduce(0) { $0 + $1.skipped.count }, "picture"), (run.leftOut.masks.count, "mask"),
            (run.leftOut.products.count, "product"),
        ].filter { $0.0 > 0 }
        skipped =
            left.isEmpty ? nil : left.map { TextLayout.counted($0.0, $0.1) }.joined(separator: ", ") + " left out"
        limits = Self.leftOut(run.leftOut) + Self.equalDraws(run) + run.products.flatMap(Self.limits)
    }

    private static func leftOut(_ leftOut: EvaluationRun.LeftOut) -> [String] {
        var lines = leftOut.products.map { "\($0.name): left out: \($0.reason)" }
        if let first = leftOut.masks.first {
            lines.append(
                "\(TextLayout.counted(leftOut.masks.count, "mask")) of no picture left out (\(first)); "
                    + "where it is misspelt, its picture may count as normal")
        }
        return lines
    }

    /// Numbers of shots whose draws do not differ, by chance or because there is no choice.
    private static func equalDraws(_ run: EvaluationRun) -> [String] {
        guard run.options.seeds > 1 else { return [] }
        return run.options.shots.filter { $0 > 0 }.filter { shots in
            run.products.allSatisfy { product in
                let draws = product.settings.filter { $0.setting.shots == shots }.map { Set($0.references) }
                return draws.allSatisfy { $0 == draws.first }
            }
        }.map { "\($0)-shot: every draw is of the same pictures, so that ± says nothing" }
    }

    private static func limits(_ product: ProductResult) -> [String] {
        var lines: [String] = []
        if !product.pictures.contains(where: { !$0.isAnomalous }) {
            lines.append(
                "\(product.name): no normal pictures, so its image AUROC is undefined and not in the mean, and its F1-max and "
                    + "AP say little")
        }
        if !product.pictures.contains(where: \.isAnomalous) {
            lines.append("\(product.name): no anomalous pictures, so nothing is defined")
        }
        let unmarked = product.pictures.filter { $0.isAnomalous && $0.markedPixels == 0 }
        if let first = unmarked.first {
            lines.append(
                "\(product.name): \(TextLayout.counted(unmarked.count, "defective picture")) without a marked pixel at "
                    + "this side, all normal in pixel metrics (\(first.picture)); see multiads dataset check")
        }
        let absent = product.multiType?.absentClasses ?? []
        if !absent.isEmpty {
            lines.append(
                "\(product.name): no pixel of \(absent.joined(separator: ", ")); left out of its type AUROC and AP, and in F1 "
                    + "they count as 0 where predicted")
        }
        let untyped = product.pictures.count - product.typedPictures
        if product.multiType != nil, untyped > 0 {
            lines.append(
                "\(product.name): \(TextLayout.counted(untyped, "picture")) of uncertain types are not in its type metrics"
            )
        }
        return lines
    }
}
