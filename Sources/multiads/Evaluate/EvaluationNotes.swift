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
        let products = run.products.count
        pictures = "\(TextLayout.grouped(count)) pictures of \(products) product\(products == 1 ? "" : "s")"
        let left = run.products.reduce(0) { $0 + $1.skipped.count }
        skipped = left > 0 ? "\(left) pictures left out" : nil
        limits = run.products.flatMap(Self.limits)
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
        let absent = product.multiType?.absentClasses ?? []
        if !absent.isEmpty {
            lines.append(
                "\(product.name): no pixel of \(absent.joined(separator: ", ")); left out of its type AUROC and AP, and in F1 "
                    + "they count as 0 where predicted")
        }
        let untyped = product.pictures.count - product.typedPictures
        if product.multiType != nil, untyped > 0 {
            lines.append("\(product.name): \(untyped) pictures of uncertain types are not in its type metrics")
        }
        return lines
    }
}
