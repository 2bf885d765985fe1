public import Checkpoints
public import Tensors

/// One affine map per stage from patch tokens into the text embedding space (MultiADS, section 3.3).
///
/// z = A·e + b, no non-linearity, shared by all patches of a stage.
public struct Adapter: Sendable {
    /// [embedDim, width] per stage.
    public let weights: [Tensor]
    /// [embedDim] per stage.
    public let biases: [Tensor]
    /// Free text recorded when it was trained: source dataset, stages, activation, image side, default defect types.
    public let metadata: [String: String]
    /// SHA-256 of the file, 64 hexadecimal digits.
    public let digest: String

    /// Block numbers recorded by training, or nil when the file says nothing.
    public var stages: [Int]? {
        metadata["stages"].map { $0.split(separator: ",").compactMap { Int($0.trimmingPrefix(" ")) } }
    }

    /// The activation its features were trained with, or nil when the file says nothing.
    public var activation: Activation? { metadata["activation"].flatMap(Activation.init(rawValue:)) }

    /// What is to be done to maps before places are marked, or nil when the file says nothing.
    ///
    /// - Throws: ``InspectionModelError`` with `.badAdapter` when there is no such refinement.
    func refinement() throws(InspectionModelError) -> MapRefinement? {
        guard let name = metadata["map_refinement"] else { return nil }
        guard let refinement = MapRefinement(rawValue: name) else {
            throw InspectionModelError(
                .badAdapter,
                "expected \(MapRefinement.allCases.map(\.rawValue).joined(separator: " or ")) as the adapter's map_refinement, "
                    + "found “\(name.prefix(40))”")
        }
        return refinement
    }

    /// Reads `fc.{i}.weight` and `fc.{i}.bias`.
    ///
    /// - Parameters:
    ///   - source: Tensors of the adapter file (our form or a training checkpoint's).
    ///   - digest: SHA-256 of the file.
    ///   - width: Channels of the vision tower.
    ///   - embedDim: Length of the text embeddings.
    /// - Throws: ``InspectionModelError`` with `.badAdapter` when tensors are missing, of another shape or not finite.
    public init(
        source: any TensorSource, digest: String, width: Int, embedDim: Int
    ) throws(InspectionModelError) {
        var weights: [Tensor] = []
        var biases: [Tensor] = []
        while source.info(AdapterTensorName.weight(stage: weights.count)) != nil {
            let index = weights.count
            weights.append(try Self.read(AdapterTensorName.weight(stage: index), [embedDim, width], source))
            biases.append(try Self.read(AdapterTensorName.bias(stage: index), [embedDim], source))
        }
        guard !weights.isEmpty else {
            throw InspectionModelError(
                .badAdapter,
                "expected tensor \(AdapterTensorName.weight(stage: 0)) and so on, found none in \(source.file)")
        }
        let known = Set(
            weights.indices.flatMap { [AdapterTensorName.weight(stage: $0), AdapterTensorName.bias(stage: $0)] })
        if let stranger = source.tensorNames.first(where: { !known.contains($0) }) {
            throw InspectionModelError(
                .badAdapter,
                "expected the maps of \(weights.count) stages only, found tensor \(stranger) in \(source.file)")
        }
        self.weights = weights
        self.biases = biases
        self.metadata = source.metadata
        self.digest = digest
    }

    /// The maps of some of the recorded stages; the adapter itself when the stages are not among those.
    ///
    /// Training's loss is a sum over stages, so the maps left are those that training on fewer stages would have given.
    func selecting(_ chosen: [Int]) -> Adapter {
        guard let recorded = stages, recorded.count == weights.count, chosen.count < recorded.count else { return self }
        let places = chosen.compactMap(recorded.firstIndex(of:))
        guard places.count == chosen.count else { return self }
        return Adapter(
            weights: places.map { weights[$0] }, biases: places.map { biases[$0] }, metadata: metadata, digest: digest)
    }

    private init(weights: [Tensor], biases: [Tensor], metadata: [String: String], digest: String) {
        self.weights = weights
        self.biases = biases
        self.metadata = metadata
        self.digest = digest
    }

    /// Adapts one stage's tokens: rows of unit length, ready for cosine similarity with text embeddings.
    ///
    /// - Parameters:
    ///   - tokens: [patches, width].
    ///   - stage: Position in the adapter's list of stages, from 0.
    ///   - threads: Workers to use.
    /// - Returns: [patches, embedDim].
    func unitEmbeddings(_ tokens: Tensor, stage: Int, threads: ComputeThreads) -> Tensor {
        let (patches, embedDim) = (tokens.shape[0], weights[stage].shape[0])
        return Tensor(shape: [patches, embedDim]) { output in
            guard let target = output.baseAddress else { return }
            tokens.withUnsafeBufferPointer { source in
                guard let rows = source.baseAddress else { return }
                Gemm.linear(rows, rows: patches, weight: weights[stage], into: target, threads: threads)
            }
            RowKernels.addBias(target, rows: patches, bias: biases[stage], threads: threads)
            RowKernels.normalizeRows(target, rows: patches, width: embedDim, threads: threads)
        }
    }

    private static func read(
        _ name: String, _ shape: [Int], _ source: any TensorSource
    ) throws(InspectionModelError) -> Tensor {
        do {
            // Copied: the file may be replaced while the model is in use.
            return try source.tensor(name, shape: shape).owned()
        } catch {
            throw InspectionModelError(.badAdapter, error.description)
        }
    }
}
