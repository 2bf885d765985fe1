public import AnomalyDetection
import Checkpoints
public import Tensors

/// Trainable adapters: one affine map per stage, or anything of the same shape such as gradients.
public struct AdapterWeights: Sendable {
    /// Channels of the vision tower.
    public let width: Int
    /// Length of the text embeddings.
    public let embedDim: Int
    /// [embedDim, width] per stage.
    let weights: [FloatBuffer]
    /// [embedDim] per stage.
    let biases: [FloatBuffer]

    /// Number of stages.
    public var stages: Int { weights.count }

    /// All zero.
    init(stages: Int, width: Int, embedDim: Int) {
        (self.width, self.embedDim) = (width, embedDim)
        weights = (0..<stages).map { _ in FloatBuffer(count: embedDim * width) }
        biases = (0..<stages).map { _ in FloatBuffer(count: embedDim) }
        for buffer in weights + biases { buffer.pointer.initialize(repeating: 0) }
    }

    /// Random, uniform in ±1/√width for weights and biases (PyTorch's default for linear layers).
    public init(stages: Int, width: Int, embedDim: Int, seed: UInt64) {
        self.init(stages: stages, width: width, embedDim: embedDim)
        let bound = 1 / Float(width).squareRoot()
        for stage in 0..<stages {
            var generator = SplitMix64(seed: seed, .weights, stage)
            for buffer in [weights[stage], biases[stage]] {
                for index in 0..<buffer.count { buffer.pointer[index] = (generator.unit() * 2 - 1) * bound }
            }
        }
    }

    /// A copy of existing adapters.
    public init(_ adapter: Adapter) {
        let shape = adapter.weights[0].shape
        self.init(stages: adapter.weights.count, width: shape[1], embedDim: shape[0])
        for stage in 0..<stages {
            copy(adapter.weights[stage], to: weights[stage])
            copy(adapter.biases[stage], to: biases[stage])
        }
    }

    /// Whether all are numbers.
    var isFinite: Bool { (weights + biases).allSatisfy { UnsafeBufferPointer($0.pointer).firstNonFinite == nil } }

    /// Reads what ``entries(prefix:)`` wrote.
    ///
    /// - Throws: `CheckpointError` for tensors that are missing, of another shape or not finite.
    init(
        source: any TensorSource, prefix: String, stages: Int, width: Int, embedDim: Int
    ) throws(CheckpointError) {
        self.init(stages: stages, width: width, embedDim: embedDim)
        for stage in 0..<stages {
            copy(
                try source.tensor(prefix + AdapterTensorName.weight(stage: stage), shape: [embedDim, width]),
                to: weights[stage])
            copy(try source.tensor(prefix + AdapterTensorName.bias(stage: stage), shape: [embedDim]), to: biases[stage])
        }
    }

    /// The maps as tensors, copied: (name in files, tensor).
    public var tensors: [(name: String, tensor: Tensor)] {
        (0..<stages).flatMap { stage in
            [
                (
                    AdapterTensorName.weight(stage: stage),
                    Tensor(shape: [embedDim, width], Array(weights[stage].pointer))
                ),
                (AdapterTensorName.bias(stage: stage), Tensor(shape: [embedDim], Array(biases[stage].pointer))),
            ]
        }
    }

    /// For writing, each name after `prefix`.
    func entries(prefix: String = "") -> [SafeTensorsWriter.Entry] {
        tensors.map { SafeTensorsWriter.Entry(prefix + $0.name, $0.tensor) }
    }

    private func copy(_ tensor: Tensor, to buffer: FloatBuffer) {
        tensor.withUnsafeBufferPointer { _ = buffer.pointer.update(from: $0) }
    }
}
