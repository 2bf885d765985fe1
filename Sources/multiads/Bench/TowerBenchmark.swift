import CLIP
import Foundation
import Images
import Tensors

/// Times the image tower, and beside it the matrix products it consists of.
struct TowerBenchmark {
    /// What was measured.
    struct Result {
        /// One entry per pass.
        let seconds: [Double]
        /// Arithmetic of one pass, in units of 10⁹ operations.
        let gigaOperations: Double
        /// Best rate of one large matrix product with as many threads, in GFLOP/s.
        let gemmRate: Double
        /// Largest resident memory of this process so far, in bytes.
        let peakBytes: Int

        var median: Double { Statistics.median(seconds) }
    }

    let model: CLIPModel
    let imageSide: Int
    let threads: ComputeThreads

    /// Runs one pass to warm up, then `repeats` timed ones.
    ///
    /// - Parameters:
    ///   - repeats: At least 1.
    ///   - progress: Shows the advance.
    /// - Returns: The measurements.
    /// - Throws: `CLIPError` when the side does not fit the model.
    func run(repeats: Int, progress: ProgressReporter) throws -> Result {
        let picture = SyntheticPicture.make(side: imageSide)
        let stages = model.configuration.vision.defaultStages
        progress.step("warming up")
        _ = try model.vision.encode(picture, imageSide: imageSide, stages: stages)
        var seconds: [Double] = []
        for pass in 0..<repeats {
            progress.advance("measuring", pass, of: repeats)
            let watch = Stopwatch()
            _ = try model.vision.encode(picture, imageSide: imageSide, stages: stages)
            seconds.append(watch.seconds)
        }
        return Result(
            seconds: seconds, gigaOperations: operations / 1e9, gemmRate: try gemmRate(), peakBytes: Self.peakBytes())
    }

    /// Multiplications and additions of one pass; norms and activations are not counted.
    private var operations: Double {
        let vision = model.configuration.vision
        let grid = imageSide / vision.patchSize
        let (patches, width, hidden) = (Double(grid * grid), Double(vision.width), Double(vision.mlpWidth))
        let tokens = patches + 1
        // Per block: query, key, value and output maps; scores and weighted sums; the two feed-forward maps.
        let block = 8 * tokens * width * width + 4 * tokens * tokens * width + 4 * tokens * width * hidden
        return Double(vision.layers) * block + 2 * patches * width * Double(3 * vision.patchSize * vision.patchSize)
    }

    /// The tower's first feed-forward map in the model's own arithmetic, best of five.
    private func gemmRate() throws -> Double {
        let vision = model.configuration.vision
        let grid = imageSide / vision.patchSize
        let map = try LinearMap(
            weight: Tensor(shape: [vision.mlpWidth, vision.width]) { $0.initialize(repeating: 0.01) },
            bias: Tensor(shape: [vision.mlpWidth]) { $0.initialize(repeating: 0) }, arithmetic: model.arithmetic)
        let arithmetic = model.arithmetic
        let blocks = arithmetic.rowBlocks(grid * grid + 1, workers: threads.count)
        let (inputStride, outputStride) = (
            arithmetic.operandStride(vision.width), vision.mlpWidth * arithmetic.precision.byteCount
        )
        let input = RawBuffer(byteCount: blocks.paddedRows * inputStride)
        let output = RawBuffer(byteCount: blocks.paddedRows * outputStride)
        input.baseAddress.initializeMemory(as: UInt8.self, repeating: 0, count: input.byteCount)
        let workers = try (0..<threads.count).map { _ in try ComputeWorker(model.arithmetic) }
        for worker in workers {
            for rows in Set(blocks.ranges.map(\.count)) { try map.prepare(rows: rows, .map, worker: worker) }
        }
        var best = Double.infinity
        for _ in 0..<5 {
            let watch = Stopwatch()
            threads.forEach(blocks.ranges.count) { worker, item in
                let rows = blocks.ranges[item]
                map.apply(
                    input.baseAddress + rows.lowerBound * inputStride, rows: rows.count, .map,
                    into: output.baseAddress + rows.lowerBound * outputStride, worker: workers[worker])
            }
            best = min(best, watch.seconds)
        }
        return 2 * Double(blocks.paddedRows * vision.width * vision.mlpWidth) / best / 1e9
    }

    /// `ru_maxrss`, which Linux gives in units of 1024 bytes.
    static func peakBytes() -> Int {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        return Int(usage.ru_maxrss) * 1024
    }
}
