public import Tensors

/// How far the patches of a picture lie from those of other pictures, the way inspections measure it: cosine distance to
/// the nearest patch, mean over the stages (MultiADS, section 3.4).
public struct ReferenceComparison: Sendable {
    /// Distance of a picture from one other.
    public struct Distance: Sendable, Equatable {
        /// Mean over the patches, 0…2.
        public let mean: Double
        /// The largest of all patches, 0…2.
        public let peak: Double

        /// Makes a distance from its parts.
        public init(mean: Double, peak: Double) {
            self.mean = mean
            self.peak = peak
        }

        init(_ patches: [Float]) {
            mean = patches.reduce(0) { $0 + Double($1) } / Double(max(patches.count, 1))
            peak = Double(patches.max() ?? 0)
        }
    }

    private let stages: [Tensor]
    private let threads: ComputeThreads
    /// [patches]: distance to the nearest patch of all pictures compared with so far; nil before the first.
    public private(set) var patches: [Float]?

    /// Takes a picture's bank: what it is compared by is what inspections will use.
    public init(_ picture: ReferenceFeatures, threads: ComputeThreads) {
        stages = picture.stages.map { $0.widened() }
        self.threads = threads
    }

    /// Compares with one more picture of the same stages and width.
    public mutating func add(_ other: ReferenceFeatures) -> Distance {
        let matcher = ReferenceMatcher(matching: .nearest, threads: threads)
        var sum = [Float](repeating: 0, count: stages.first?.shape[0] ?? 0)
        for (tokens, rows) in zip(stages, other.stages) {
            let distances = matcher.distances(unit: tokens, references: [rows])
            // Rounded rows may come out a little longer than 1.
            for patch in sum.indices { sum[patch] += max(0, distances[patch]) / Float(stages.count) }
        }
        patches = patches.map { zip($0, sum).map { min($0, $1) } } ?? sum
        return Distance(sum)
    }

    /// Distance from all pictures compared with so far; nil before the first.
    public var overall: Distance? { patches.map { Distance($0) } }

    /// The patch that is farthest from everything, by its number in row-major order; nil before the first comparison.
    public var farthestPatch: Int? { patches.flatMap { patches in patches.indices.max { patches[$0] < patches[$1] } } }
}
