import AnomalyDetection
import CLIP
import Tensors

/// Inspections of the same pictures in several number formats, reduced to their differences.
struct PrecisionComparison {
    /// What a format changes of one picture.
    struct Deviation {
        let path: String
        /// Cosine of the global embeddings.
        let embeddingCosine: Double
        /// Mean cosine of the stage tokens, of the stage where it is smallest.
        let tokenCosine: Double
        /// Mean and largest absolute difference of the deciding map.
        let mapMean: Double
        let mapLargest: Double
        let score: Float
        let referenceScore: Float
        /// Whether the part is judged otherwise.
        let changesVerdict: Bool

        var scoreChange: Double { Double(abs(score - referenceScore)) }
    }

    /// One format's results.
    struct Format {
        let inspector: Inspector
        var seconds: [Double] = []
        var deviations: [Deviation] = []
    }

    private(set) var reference: Format
    private(set) var others: [Format]

    init(reference: Inspector, others: [Inspector]) {
        self.reference = Format(inspector: reference)
        self.others = others.map { Format(inspector: $0) }
    }

    /// Inspects one more picture in every format.
    ///
    /// - Parameter path: A picture.
    /// - Throws: What keeps it from being inspected.
    mutating func add(_ path: String) throws {
        let expected = try reference.inspector.inspect(path)
        reference.seconds.append(expected.encodeSeconds)
        for index in others.indices {
            let found = try others[index].inspector.inspect(path)
            others[index].seconds.append(found.encodeSeconds)
            others[index].deviations.append(Self.deviation(found, from: expected))
        }
    }

    private static func deviation(_ found: Inspection, from expected: Inspection) -> Deviation {
        let stages = zip(found.features.stageTokens, expected.features.stageTokens).map { meanCosine($0, $1) }
        var (sum, largest) = (0.0, 0.0)
        for (a, b) in zip(found.maps.final.values, expected.maps.final.values) {
            let difference = Double(abs(a - b))
            sum += difference
            largest = max(largest, difference)
        }
        return Deviation(
            path: found.picture.path,
            embeddingCosine: cosine(found.features.embedding.values[...], expected.features.embedding.values[...]),
            tokenCosine: stages.min() ?? 1, mapMean: sum / Double(max(1, found.maps.final.count)), mapLargest: largest,
            score: found.maps.imageScore, referenceScore: expected.maps.imageScore,
            changesVerdict: found.findings.verdict != expected.findings.verdict)
    }

    /// Mean over the rows of two [rows, width] matrices.
    private static func meanCosine(_ a: Tensor, _ b: Tensor) -> Double {
        let (rows, width) = (a.shape[0], a.shape[1])
        let (x, y) = (a.values, b.values)
        let cosines = (0..<rows).map { row in
            let range = row * width..<(row + 1) * width
            return cosine(x[range], y[range])
        }
        return cosines.reduce(0, +) / Double(max(1, rows))
    }

    /// Cosine of the angle between two vectors; 1 when one is zero.
    static func cosine(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
        var (product, first, second) = (0.0, 0.0, 0.0)
        for (x, y) in zip(a, b) {
            product += Double(x) * Double(y)
            first += Double(x) * Double(x)
            second += Double(y) * Double(y)
        }
        let lengths = (first * second).squareRoot()
        return lengths > 0 ? product / lengths : 1
    }
}
