public import Tensors

/// The class of every pixel of all pictures of a product, one after the other; class 0 is normal.
public struct ClassTruth: Sendable {
    /// Pixels of one class other than 0, side by side.
    struct Run: Sendable {
        let start: Int
        let count: Int
        let label: UInt8
    }

    /// Pixels of all pictures.
    public private(set) var pixels = 0
    private(set) var runs: [Run] = []

    /// Starts without pictures.
    public init() {}

    /// Adds a picture's labels after the pictures added before.
    public mutating func append(_ labels: [UInt8]) {
        var index = 0
        labels.withUnsafeBufferPointer { labels in
            while index < labels.count {
                let label = labels[index]
                let start = index
                while index < labels.count, labels[index] == label { index &+= 1 }
                if label != 0 { runs.append(Run(start: pixels + start, count: index - start, label: label)) }
            }
        }
        pixels += labels.count
    }

    /// Pixels of a class.
    public func count(of label: UInt8) -> Int {
        let defective = runs.reduce(0) { $0 + (label == 0 || $1.label == label ? $1.count : 0) }
        return label == 0 ? pixels - defective : defective
    }
}

/// How well one class of the multi-type map is told from all others.
public struct ClassMetrics: Sendable, Equatable, Codable {
    /// `normal` or a defect type.
    public let name: String
    /// Pixels of the class.
    public let pixels: Int
    /// One-vs-rest area under the ROC curve on the class's own channel; nil when no pixel is, or all are, of the class.
    public let auroc: Double?
    /// One-vs-rest average precision; nil when no pixel is of the class.
    public let averagePrecision: Double?
    /// F1 by the most probable class; nil when the class occurs neither in truth nor among the predictions.
    public let f1: Double?

    /// Joins numbers.
    public init(name: String, pixels: Int, auroc: Double?, averagePrecision: Double?, f1: Double?) {
        self.name = name
        self.pixels = pixels
        self.auroc = auroc
        self.averagePrecision = averagePrecision
        self.f1 = f1
    }

    /// Measures one channel of the multi-type map.
    ///
    /// - Parameters:
    ///   - label: The class, 0 for normal.
    ///   - scores: The channel's scores of all pictures, in the order of `truth`.
    ///   - truth: Classes of all pixels.
    ///   - confusion: Of the same pixels, for F1.
    ///   - threads: Workers.
    /// - Returns: The class's numbers.
    /// - Throws: ``MetricError`` with `.countMismatch` or `.notANumber`.
    public static func measure(
        _ label: Int, scores: UnsafeBufferPointer<Float>, truth: ClassTruth, confusion: ConfusionMatrix,
        threads: ComputeThreads
    ) throws(MetricError) -> ClassMetrics {
        guard scores.count == truth.pixels else {
            throw MetricError(
                code: .countMismatch, description: "expected \(truth.pixels) scores, found \(scores.count)")
        }
        try MetricError.check(scores)
        var (inside, outside) = ([UInt32](), [UInt32]())
        inside.reserveCapacity(truth.count(of: UInt8(label)))
        outside.reserveCapacity(truth.pixels - inside.capacity)
        var position = 0
        func take(_ end: Int, _ isInside: Bool) {
            if isInside {
                for index in position..<end { inside.append(ScoreKey.key(scores[index])) }
            } else {
                for index in position..<end { outside.append(ScoreKey.key(scores[index])) }
            }
            position = end
        }
        for run in truth.runs {
            take(run.start, label == 0)
            take(run.start + run.count, Int(run.label) == label)
        }
        take(scores.count, label == 0)
        let ranking = ScoreRanking(positives: inside, negatives: outside, threads: threads)
        return ClassMetrics(
            name: confusion.classes[label], pixels: inside.count, auroc: ranking.auroc,
            averagePrecision: ranking.averagePrecision, f1: confusion.f1(label))
    }
}

/// Multi-type anomaly segmentation (MTAS) of one product (MultiADS, section 4.1): macro averages over its classes.
public struct MultiTypeMetrics: Sendable, Equatable, Codable {
    /// The normal class, then the product's defect types.
    public let classes: [ClassMetrics]
    /// Pixels by true and most probable class.
    public let confusion: ConfusionMatrix

    /// Joins the classes' numbers.
    public init(classes: [ClassMetrics], confusion: ConfusionMatrix) {
        self.classes = classes
        self.confusion = confusion
    }

    /// Mean over the classes it is defined for, normal included.
    public var macroAUROC: Double? { mean(classes.compactMap(\.auroc)) }
    /// Mean over the classes it is defined for, normal included.
    public var macroAveragePrecision: Double? { mean(classes.compactMap(\.averagePrecision)) }
    /// Mean over the classes that occur in truth or among the predictions, normal included.
    public var macroF1: Double? { confusion.macroF1 }
    /// Listed classes without a pixel: left out of AUROC and AP, and to be reported.
    public var absentClasses: [String] { classes.filter { $0.pixels == 0 }.map(\.name) }
}
