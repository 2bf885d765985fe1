/// A mean over draws of references, and how far the draws scatter.
public struct MetricValue: Sendable, Equatable {
    /// Mean over the draws for which the metric is defined.
    public let mean: Double
    /// Sample standard deviation over draws; nil for a single one.
    public let deviation: Double?

    /// Summarises draws; nil when there are none.
    public init?(_ values: [Double]) {
        guard let mean = Evaluation.mean(values) else { return nil }
        self.mean = mean
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : nil
    }
}

/// The tables of an evaluation: products by metrics for every number of shots.
public struct EvaluationSummary: Sendable, Equatable {
    /// One line of a table.
    public struct Row: Sendable, Equatable {
        /// A product's name, or ``EvaluationSummary/meanName``.
        public let name: String
        /// Defined metrics.
        public let values: [MetricName: MetricValue]
    }

    /// The lines for one number of shots.
    public struct Table: Sendable, Equatable {
        /// References; 0 for zero-shot.
        public let shots: Int
        /// One for every product.
        public let products: [Row]
        /// Means over products: taken for each draw, then summarised over the draws.
        public let mean: Row
        /// Bounds of the mean image AUROC at 95 %, were other pictures of the same products taken.
        ///
        /// References stay those of the draws. Nil when a product's variance is not defined.
        public let imageAUROCInterval: ClosedRange<Double>?
    }

    /// What one defect type got in the multi-type map, mean over the products that have it.
    public struct TypeRow: Sendable, Equatable {
        /// The type, or the normal state.
        public let name: String
        /// Products with pixels of it.
        public let products: Int
        /// Mean one-vs-rest AUROC.
        public let auroc: Double?
        /// Mean F1 by the most probable type.
        public let f1: Double?
        /// Mean one-vs-rest average precision.
        public let averagePrecision: Double?
    }

    /// The name of the line of means.
    public static let meanName = "mean"

    /// Ascending by shots.
    public let tables: [Table]
    /// In the order in which the products list them, normal first.
    public let types: [TypeRow]
    /// All products' pixels by true and found type.
    public let confusion: ConfusionMatrix

    /// Summarises a run.
    public init(_ run: EvaluationRun) {
        tables = run.options.shots.map { Self.table($0, run.products) }
        var names: [String] = []
        for name in run.products.flatMap({ $0.multiType?.classes.map(\.name) ?? [] }) where !names.contains(name) {
            names.append(name)
        }
        types = names.map { name in
            let classes = run.products.compactMap { $0.multiType?.classes.first { $0.name == name && $0.pixels > 0 } }
            return TypeRow(
                name: name, products: classes.count, auroc: mean(classes.compactMap(\.auroc)),
                f1: mean(classes.compactMap(\.f1)), averagePrecision: mean(classes.compactMap(\.averagePrecision)))
        }
        var confusion = ConfusionMatrix(classes: names)
        for product in run.products { if let part = product.multiType?.confusion { confusion.add(part) } }
        self.confusion = confusion
    }

    private static func table(_ shots: Int, _ products: [ProductResult]) -> Table {
        func results(_ product: ProductResult) -> [SettingResult] {
            product.settings.filter { $0.setting.shots == shots }
        }
        let rows = products.map { product in
            row(product.name) { metric in results(product).compactMap { metric.value($0, product) } }
        }
        let draws = products.map { results($0).count }.max() ?? 0
        let means = row(meanName) { metric in
            (0..<draws).compactMap { draw in
                mean(
                    products.compactMap { product in
                        let found = results(product)
                        return draw < found.count ? metric.value(found[draw], product) : nil
                    })
            }
        }
        let variances = products.map { mean(results($0).compactMap(\.image.aurocVariance)) }
        return Table(
            shots: shots, products: rows, mean: means,
            imageAUROCInterval: interval(means.values[.imageAUROC]?.mean, variances: variances))
    }

    /// Normal approximation for a mean of independent estimates, one per product, kept inside 0…1.
    ///
    /// Nil where all products are perfectly separated: no variance is then seen, though there is one.
    private static func interval(_ center: Double?, variances: [Double?]) -> ClosedRange<Double>? {
        let known = variances.compactMap(\.self)
        guard let center, known.count == variances.count, known.contains(where: { $0 > 0 }) else { return nil }
        let half = 1.959964 * known.reduce(0, +).squareRoot() / Double(known.count)
        return max(0, center - half)...min(1, center + half)
    }

    private static func row(_ name: String, _ values: (MetricName) -> [Double]) -> Row {
        var defined: [MetricName: MetricValue] = [:]
        for metric in MetricName.allCases { defined[metric] = MetricValue(values(metric)) }
        return Row(name: name, values: defined)
    }
}
