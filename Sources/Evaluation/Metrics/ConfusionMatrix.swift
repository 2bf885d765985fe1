/// How often each true class was taken for each class.
public struct ConfusionMatrix: Sendable, Equatable, Codable {
    /// Class names in the order of rows and columns.
    public let classes: [String]
    /// [classes, classes], row-major: rows are true classes, columns predicted ones.
    public private(set) var counts: [Int]

    /// Starts with zeros.
    public init(classes: [String]) {
        self.classes = classes
        counts = [Int](repeating: 0, count: classes.count * classes.count)
    }

    /// The cell of a true and a predicted class.
    public subscript(truth: Int, predicted: Int) -> Int { counts[truth * classes.count + predicted] }

    /// Counts pixels.
    ///
    /// - Parameters:
    ///   - truth: True class of each pixel, below the number of classes (traps otherwise).
    ///   - predicted: Predicted class of each (traps when the counts differ).
    public mutating func add(truth: [UInt8], predicted: [UInt8]) {
        precondition(truth.count == predicted.count, "\(truth.count) true, \(predicted.count) predicted classes")
        let size = classes.count
        counts.withUnsafeMutableBufferPointer { counts in
            for index in truth.indices { counts[Int(truth[index]) * size + Int(predicted[index])] += 1 }
        }
    }

    /// Adds another matrix by class names; classes that this one lacks are ignored.
    public mutating func add(_ other: ConfusionMatrix) {
        let places = other.classes.map { classes.firstIndex(of: $0) }
        for (row, truth) in places.enumerated() {
            for (column, predicted) in places.enumerated() {
                if let truth, let predicted { counts[truth * classes.count + predicted] += other[row, column] }
            }
        }
    }

    /// F1 of a class; nil when it occurs neither in truth nor among the predictions.
    public func f1(_ index: Int) -> Double? {
        let hits = self[index, index]
        let truth = classes.indices.reduce(0) { $0 + self[index, $1] }
        let predicted = classes.indices.reduce(0) { $0 + self[$1, index] }
        return truth + predicted > 0 ? 2 * Double(hits) / Double(truth + predicted) : nil
    }

    /// Mean F1 of the classes that occur in truth or among the predictions.
    public var macroF1: Double? { mean(classes.indices.compactMap(f1)) }
}

/// Arithmetic mean; nil of nothing.
func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
}
