import AnomalyDetection
import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import Training

/// Reference results made by `Tools/golden/make_training_goldens.py`.
struct TrainingGolden {
    let file: SafeTensorsFile
    let grid: Int
    let side: Int
    let batches: [[Int]]

    init() throws {
        let path = Fixtures.path("Training/golden.safetensors")
        file = try SafeTensorsFile(region: ByteRegion.map(path: path), name: path)
        grid = try #require(Int(file.metadata["grid"] ?? ""))
        side = try #require(Int(file.metadata["side"] ?? ""))
        batches = (file.metadata["batches"] ?? "").split(separator: ";").map { step in
            step.split(separator: ",").compactMap { Int($0) }
        }
    }

    /// The start weights.
    func weights() throws -> AdapterWeights {
        let shape = try file.tensor("start.fc.0.weight").shape
        return try AdapterWeights(source: file, prefix: "start.", stages: 2, width: shape[1], embedDim: shape[0])
    }

    func optimizer(_ variant: SegmentationLoss.Variant, threads: Int = 2) throws -> AdapterOptimizer {
        AdapterOptimizer(
            weights: try weights(), gridSize: grid, learningRate: 1e-3, loss: SegmentationLoss(variant),
            threads: ComputeThreads(count: threads))
    }

    func examples() throws -> [TrainingExample] {
        let features = try file.tensor("features")
        let texts = try file.tensor("texts")
        let labels = try file.tensor("labels")
        let marks = try file.tensor("marks")
        let (classes, embedDim, pixels) = (texts.shape[1], texts.shape[2], side * side)
        return try (0..<features.shape[0]).map { picture in
            let rows = texts.rows(picture..<picture + 1).reshaped([classes, embedDim])
            let states = try StateEmbeddings(
                (0..<classes).map { ("state \($0)", rows.rows($0..<$0 + 1).reshaped([embedDim])) })
            let range = picture * pixels..<(picture + 1) * pixels
            let stages = features.rows(picture..<picture + 1).reshaped(Array(features.shape.dropFirst()))
            return try TrainingExample(
                name: "picture \(picture)", states: states,
                labels: PixelLabels(
                    labels: labels.values[range].map { UInt8($0) }, foreground: marks.values[range].map { UInt8($0) },
                    side: side)
            ) { stage in stages.rows(stage..<stage + 1).reshaped(Array(stages.shape.dropFirst())) }
        }
    }
}

@Suite("Training equals PyTorch's autograd and Adam")
struct TrainingGoldenTests {
    let golden: TrainingGolden
    init() throws { golden = try TrainingGolden() }

    /// ‖a − b‖/‖b‖ of every tensor: the bound of the brief is 1e-4; float32 against float64 gives 1e-6 after one step.
    private func expectEqual(
        _ tensors: [(name: String, tensor: Tensor)], _ prefix: String, within tolerance: Double
    ) throws {
        #expect(tensors.count == 4)
        for (name, tensor) in tensors {
            let expected = try golden.file.tensor(prefix + name)
            #expect(tensor.shape == expected.shape)
            let error = Difference(tensor.values, expected.values).normalizedMeanSquaredError.squareRoot()
            #expect(error <= tolerance, "\(prefix)\(name): relative error \(error)")
        }
    }

    @Test("gradient, one step, twenty steps and every loss", arguments: SegmentationLoss.Variant.allCases)
    func steps(_ variant: SegmentationLoss.Variant) throws {
        let optimizer = try golden.optimizer(variant)
        let examples = try golden.examples()
        let losses = try golden.file.tensor("\(variant.rawValue).losses").values
        #expect(golden.batches.count == 20)
        for (step, batch) in golden.batches.enumerated() {
            let terms = try optimizer.step(batch.map { examples[$0] })
            #expect(abs(Float(terms.focal) - losses[2 * step]) <= 1e-5 * losses[2 * step], "step \(step + 1)")
            #expect(abs(Float(terms.dice) - losses[2 * step + 1]) <= 2e-6, "step \(step + 1)")
            if step == 0 {
                try expectEqual(optimizer.lastGradient, "\(variant.rawValue).gradient.", within: 1e-5)
                try expectEqual(optimizer.weights.tensors, "\(variant.rawValue).step1.", within: 1e-5)
            }
        }
        try expectEqual(optimizer.weights.tensors, "\(variant.rawValue).step20.", within: 1e-4)
    }

    @Test("the number of threads does not change a bit")
    func threads() throws {
        let examples = try golden.examples()
        let results = try [1, 2, 3, 7].map { count in
            let optimizer = try golden.optimizer(.paper, threads: count)
            for batch in golden.batches.prefix(4) { _ = try optimizer.step(batch.map { examples[$0] }) }
            return optimizer.weights.tensors.flatMap { $0.tensor.values.map(\.bitPattern) }
        }
        for other in results.dropFirst() { #expect(other == results[0]) }
    }

    @Test("a start that is not finite is refused and changes nothing")
    func notFinite() throws {
        let optimizer = try golden.optimizer(.paper)
        optimizer.weights.weights[1].pointer[3] = .nan
        let before = optimizer.weights.tensors.flatMap { $0.tensor.values.map(\.bitPattern) }
        let examples = try golden.examples()
        let error = #expect(throws: TrainingError.self) { try optimizer.step(Array(examples.prefix(2))) }
        #expect(error?.code == .notFinite)
        #expect(error?.description.contains("picture 0") == true)
        #expect(optimizer.stepCount == 0)
        let after = optimizer.weights.tensors.flatMap { $0.tensor.values.map(\.bitPattern) }
        #expect(after == before)
    }
}
