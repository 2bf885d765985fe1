public import Images
import Synchronization
public import Tensors

/// CLIP's vision transformer with its intermediate stages.
///
/// Radford et al. 2021; Dosovitskiy et al. 2021, Eq. 1–4.
public struct VisionTower: Sendable {
    /// Largest side in pixels that commands take: tokens, queries, keys and values of so many patches already take gigabytes.
    public static let maximumSide = 4096

    /// Dimensions of the network.
    public let configuration: VisionConfiguration
    /// Channel statistics of the pictures it was trained on.
    public let preprocessing: ImagePreprocessing

    let patchWeight: Tensor  // [width, 3·patchSize²]
    let classEmbedding: Tensor  // [width]
    let positionalEmbedding: Tensor  // [1 + native grid², width]
    let lnPre: LayerNormWeights
    var transformer: Transformer
    let lnPost: LayerNormWeights
    let proj: Tensor  // [width, embedDim] stored transposed: [embedDim, width]
    package let threads: ComputeThreads
    let cache = VisionCache()

    /// What one pass through the tower gives.
    public struct Features: Sendable {
        /// For each requested stage the raw block output [patches, width]: no `lnPost`, no `proj`, no class token.
        public let stageTokens: [Tensor]
        /// The global image embedding [embedDim], of Euclidean length 1.
        public let embedding: Tensor
        /// Patches along one side.
        public let gridSize: Int
        /// The picture as the network saw it, `imageSide` × `imageSide`.
        public let picture: RGBImage
    }

    /// Encodes one picture.
    ///
    /// - Parameters:
    ///   - image: Any size; squashed to `imageSide` first.
    ///   - imageSide: Side in pixels that the network sees, a positive multiple of the patch size.
    ///   - stages: 1-based block numbers, ascending.
    /// - Returns: Stage tokens in the order of `stages`, and the global embedding.
    /// - Throws: ``CLIPError`` with `.badImageSide` or `.badStage`, or when the picture cannot be resized.
    public func encode(_ image: RGBImage, imageSide: Int, stages: [Int]) throws(CLIPError) -> Features {
        try encode(image, imageSide: imageSide, stages: stages, observer: nil)
    }

    func encode(
        _ image: RGBImage, imageSide: Int, stages: [Int], observer: RoundingObserver?
    ) throws(CLIPError) -> Features {
        try checkSide(imageSide)
        try checkStages(stages)
        let square: RGBImage
        do {
            square = try preprocessing.squash(image, side: imageSide)
        } catch {
            throw CLIPError(.badImage, "\(error)")
        }
        let gridSize = imageSide / configuration.patchSize
        let tokens = gridSize * gridSize + 1
        let ready = try takeWorkspace(tokens: tokens)
        defer { cache.giveBack(ready) }
        let stream = ready.workspace.stream.baseAddress
        embed(square, gridSize: gridSize, into: stream)

        let width = configuration.width
        var collected: [Tensor] = []
        collected.reserveCapacity(stages.count)
        transformer(
            ready.workspace, pass: ready.pass, threads: threads, observer: observer,
            afterBlock: { block in
                guard stages.contains(block) else { return }
                collected.append(
                    Tensor(shape: [tokens - 1, width]) { target in
                        _ = target.initialize(
                            from: UnsafeBufferPointer(start: stream + width, count: (tokens - 1) * width))
                    })
            })
        return Features(stageTokens: collected, embedding: project(stream), gridSize: gridSize, picture: square)
    }

    /// Makes ready for pictures of a size what else the first one would wait for: memory, generated code, resampled positions.
    ///
    /// - Parameter imageSide: Side in pixels that the network sees, a positive multiple of the patch size.
    /// - Throws: ``CLIPError`` with `.badImageSide`, or `.arithmetic` when the engine fails.
    public func prepare(imageSide: Int) throws(CLIPError) {
        try checkSide(imageSide)
        let gridSize = imageSide / configuration.patchSize
        _ = positions(gridSize: gridSize)
        cache.giveBack(try takeWorkspace(tokens: gridSize * gridSize + 1))
    }

    private func takeWorkspace(tokens: Int) throws(CLIPError) -> VisionCache.Ready {
        try cache.takeWorkspace(tokens: tokens) { () throws(CLIPError) in
            let workspace = try TransformerWorkspace(transformer: transformer, tokens: tokens, threads: threads)
            return VisionCache.Ready(
                workspace: workspace, pass: try workspace.prepare(transformer, sequences: [0..<tokens]))
        }
    }

    private func positions(gridSize: Int) -> Tensor {
        cache.positions(gridSize: gridSize) {
            PositionalResampling.resample(positionalEmbedding, from: configuration.gridSize, to: gridSize)
        }
    }

    /// Fills the residual stream with [class, patch₀, …] + positions, then `lnPre`: equation 1.
    private func embed(_ image: RGBImage, gridSize: Int, into stream: UnsafeMutablePointer<Float>) {
        let width = configuration.width
        let patches = gridSize * gridSize
        let rows = FloatBuffer(count: patches * 3 * configuration.patchSize * configuration.patchSize)
        preprocessing.patches(of: image, patchSize: configuration.patchSize, into: rows.baseAddress)
        Gemm.linear(rows.baseAddress, rows: patches, weight: patchWeight, into: stream + width, threads: threads)
        classEmbedding.withUnsafeBufferPointer { embedding in
            for channel in 0..<width { stream[channel] = embedding[channel] }
        }
        positions(gridSize: gridSize).withUnsafeBufferPointer { positions in
            for index in 0..<positions.count { stream[index] += positions[index] }
        }
        RowKernels.layerNorm(stream, rows: patches + 1, weight: lnPre.weight, bias: lnPre.bias, into: stream)
    }

    /// The global embedding, normalise(LN_post(x[class]) · proj): equation 4.
    private func project(_ stream: UnsafePointer<Float>) -> Tensor {
        let normed = FloatBuffer(count: configuration.width)
        RowKernels.layerNorm(stream, rows: 1, weight: lnPost.weight, bias: lnPost.bias, into: normed.baseAddress)
        let embedDim = proj.shape[0]
        return Tensor(shape: [embedDim]) { output in
            guard let target = output.baseAddress else { return }
            Gemm.linear(normed.baseAddress, rows: 1, weight: proj, into: target, threads: threads)
            RowKernels.normalizeRows(target, rows: 1, width: embedDim, threads: threads)
        }
    }

    private func checkSide(_ side: Int) throws(CLIPError) {
        guard side > 0, side % configuration.patchSize == 0 else {
            throw CLIPError(
                .badImageSide,
                "expected an image side that is a positive multiple of the patch size \(configuration.patchSize), "
                    + "found \(side)")
        }
    }

    private func checkStages(_ stages: [Int]) throws(CLIPError) {
        let valid = stages.allSatisfy { (1...configuration.layers).contains($0) }
        guard valid, !stages.isEmpty, zip(stages, stages.dropFirst()).allSatisfy(<) else {
            throw CLIPError(
                .badStage, "expected ascending stages between 1 and \(configuration.layers), found \(stages)")
        }
    }
}

/// Positional embeddings of a few grid sizes and one spare workspace, shared by all users of a tower.
final class VisionCache: Sendable {
    /// Grid sizes that are kept: more are made again when they are needed, so that whoever changes a product's side has no share in the
    /// service's memory.
    static let keptGrids = 4

    /// The last used first.
    private let positionsByGrid = Mutex<[(size: Int, positions: Tensor)]>([])
    private let spare = Mutex<Ready?>(nil)

    /// A workspace with the pass it is prepared for.
    struct Ready: Sendable {
        let workspace: TransformerWorkspace
        let pass: TransformerWorkspace.Pass
    }

    func positions(gridSize: Int, make: () -> Tensor) -> Tensor {
        positionsByGrid.withLock { known in
            let place = known.firstIndex { $0.size == gridSize }
            let entry = place.map { known.remove(at: $0) } ?? (size: gridSize, positions: make())
            known.insert(entry, at: 0)
            if known.count > Self.keptGrids { known.removeLast() }
            return entry.positions
        }
    }

    /// A workspace for exactly `tokens` tokens: the spare one when it fits, else a new one.
    func takeWorkspace(tokens: Int, make: () throws(CLIPError) -> Ready) throws(CLIPError) -> Ready {
        let reusable = spare.withLock { spare -> Ready? in
            guard let ready = spare, ready.workspace.tokens == tokens else { return nil }
            spare = nil
            return ready
        }
        if let reusable { return reusable }
        return try make()
    }

    /// Frees the spare workspace.
    func clear() { spare.withLock { $0 = nil } }

    /// Keeps the workspace for the next picture; a different one kept before is freed.
    func giveBack(_ ready: Ready) {
        spare.withLock { $0 = ready }
    }
}
