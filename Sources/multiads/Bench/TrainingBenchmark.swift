import AnomalyDetection
import Checkpoints
import Foundation
import Tensors
import Training

/// Times the training of adapters from features on disk; contents are random, sizes real.
struct TrainingBenchmark {
    /// Sizes of a model as training sees it.
    struct Shape {
        let name: String
        let side: Int
        let gridSize: Int
        let width: Int
        let embedDim: Int
        let states: Int

        /// The bundled model at its own side, with as many states as the synthetic dataset has.
        static let small = Shape(name: "bundled model", side: 256, gridSize: 16, width: 192, embedDim: 192, states: 19)
        /// ViT-L-14-336 at the paper's side with MVTec AD's states.
        static let large = Shape(
            name: "ViT-L-14-336", side: 518, gridSize: 37, width: 1024, embedDim: 768, states: 21)
    }

    /// What was measured.
    struct Result {
        /// One entry per step.
        let seconds: [Double]
        let batchSize: Int

        /// Of the median step.
        var picturesPerSecond: Double {
            let sorted = seconds.sorted()
            return 2 * Double(batchSize) / (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2])
        }
    }

    let shape: Shape
    let batchSize: Int
    let threads: ComputeThreads

    private static let stages = 4

    /// Takes one step to warm up, then `repeats` timed ones.
    ///
    /// - Parameters:
    ///   - repeats: At least 1.
    ///   - progress: Shows the advance.
    /// - Returns: The measurements.
    /// - Throws: `CheckpointError` or `TrainingError` when features cannot be written or read.
    func run(repeats: Int, progress: ProgressReporter) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "multiads-bench-\(getpid())").path
        try OutputFile.makeFolder(folder)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        progress.step("writing features")
        let batch = try (0..<batchSize).map { try example($0, folder) }
        let optimizer = AdapterOptimizer(
            weights: AdapterWeights(stages: Self.stages, width: shape.width, embedDim: shape.embedDim, seed: 1),
            gridSize: shape.gridSize, learningRate: 1e-3, loss: SegmentationLoss(), threads: threads)
        progress.step("warming up")
        _ = try optimizer.step(batch)
        var seconds: [Double] = []
        for step in 0..<repeats {
            progress.advance("measuring", step, of: repeats)
            let watch = Stopwatch()
            _ = try optimizer.step(batch)
            seconds.append(watch.seconds)
        }
        return Result(seconds: seconds, batchSize: batchSize)
    }

    /// A picture with features on disk and a defect of a ninth of its area.
    private func example(_ index: Int, _ folder: String) throws -> TrainingExample {
        let side = shape.side
        let patches = shape.gridSize * shape.gridSize
        let path = "\(folder)/\(index).safetensors"
        try SafeTensorsWriter.write(
            (0..<Self.stages).map { stage in
                SafeTensorsWriter.Entry(
                    "stage.\(stage)", pattern([patches, shape.width], salt: 31 * index + stage), as: .float16)
            }, to: path)
        let states = try StateEmbeddings(
            (0..<shape.states).map { state in
                var mean = PromptMean(embedDim: shape.embedDim)
                mean.add(pattern([1, shape.embedDim], salt: 1000 + state))
                return ("state \(state)", mean.embedding)
            })
        let labels = (0..<side * side).map { pixel in
            pixel / side % side < side / 3 && pixel % side < side / 3 ? UInt8(1 + index % (shape.states - 1)) : 0
        }
        return try TrainingExample(
            name: path, states: states, labels: PixelLabels(labels: labels, foreground: labels, side: side)
        ) { stage throws(TrainingError) in
            do {
                return try CheckpointFile.open(path: path).tensor(
                    "stage.\(stage)", shape: [patches, shape.width])
            } catch {
                throw TrainingError(.badFeatures, "\(error)")
            }
        }
    }

    /// Numbers in −1…1 without order; the time does not depend on them.
    private func pattern(_ extents: [Int], salt: Int) -> Tensor {
        Tensor(shape: extents) { output in
            var state = UInt32(truncatingIfNeeded: salt &* 2_654_435_761 | 1)
            for index in 0..<output.count {
                state = state &* 1_664_525 &+ 1_013_904_223
                output[index] = Float(state >> 8) * 0x1p-23 - 1
            }
        }
    }
}
