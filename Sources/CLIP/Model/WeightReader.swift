import Checkpoints
import Tensors

/// Reads named tensors of a checkpoint, checks each against the expected shape, and remembers which were used.
struct WeightReader {
    let source: any TensorSource
    private(set) var used: Set<String> = []
    private let keepsFile: Bool
    private let releasePages: () -> Void

    /// Reads from a checkpoint.
    ///
    /// - Parameters:
    ///   - source: The tensors.
    ///   - keepsFile: Weights may be used where they lie in the file; otherwise nothing borrows from it once all is read, so that whatever happens to
    ///     the file later does no harm.
    ///   - releasePages: Called when what was read so far is packed elsewhere.
    init(_ source: any TensorSource, keepsFile: Bool, releasePages: @escaping () -> Void = {}) {
        self.source = source
        self.keepsFile = keepsFile
        self.releasePages = releasePages
    }

    /// The tensor `name` with exactly `shape` and only finite values, to be kept.
    ///
    /// - Throws: ``CLIPError`` as ``borrowed(_:_:)``.
    mutating func tensor(_ tensorName: CLIPTensorName, _ shape: [Int]) throws(CLIPError) -> Tensor {
        let tensor = try borrowed(tensorName, shape)
        return keepsFile ? tensor : tensor.owned()
    }

    /// The same, to be packed or copied at once.
    ///
    /// - Throws: ``CLIPError`` with `.missingTensor`, `.wrongShape`, `.nonFiniteWeight` or `.unreadableFile`.
    mutating func borrowed(_ tensorName: CLIPTensorName, _ shape: [Int]) throws(CLIPError) -> Tensor {
        let name = tensorName.openCLIP
        used.insert(name)
        do {
            return try source.tensor(name, shape: shape)
        } catch {
            let code: CLIPError.Code =
                switch error.code {
                case .missingTensor: .missingTensor
                case .shapeMismatch: .wrongShape
                case .nonFinite: .nonFiniteWeight
                default: .unreadableFile
                }
            throw CLIPError(code, error.description)
        }
    }

    mutating func layerNorm(
        _ name: (CLIPTensorName.Parameter) -> CLIPTensorName, width: Int
    ) throws(CLIPError) -> LayerNormWeights {
        LayerNormWeights(weight: try tensor(name(.weight), [width]), bias: try tensor(name(.bias), [width]))
    }

    mutating func transformer(
        _ tower: CLIPTensorName.Tower, width: Int, layers: Int, heads: Int, mlpWidth: Int, causal: Bool,
        activation: Activation, arithmetic: Arithmetic, threads: ComputeThreads
    ) throws(CLIPError) -> Transformer {
        var blocks: [ResidualAttentionBlock] = []
        for index in 0..<layers {
            func name(_ part: CLIPTensorName.BlockPart, _ parameter: CLIPTensorName.Parameter) -> CLIPTensorName {
                .block(tower, index: index, part, parameter)
            }
            func map(_ place: ResidualAttentionBlock.Place, from: Int, to: Int) throws(CLIPError) -> LinearMap {
                try self.map(tower, block: index, place, from: from, to: to, arithmetic: arithmetic, threads: threads)
            }
            blocks.append(
                ResidualAttentionBlock(
                    ln1: try layerNorm({ name(.ln1, $0) }, width: width),
                    attentionInput: try map(.attentionInput, from: width, to: 3 * width),
                    attentionOutput: try map(.attentionOutput, from: width, to: width),
                    ln2: try layerNorm({ name(.ln2, $0) }, width: width),
                    expand: try map(.expand, from: width, to: mlpWidth),
                    contract: try map(.contract, from: mlpWidth, to: width)))
            if !keepsFile { releasePages() }
        }
        return Transformer(
            blocks: blocks, width: width, mlpWidth: mlpWidth,
            attention: Attention(heads: heads, headDim: width / heads, causal: causal, arithmetic: arithmetic),
            activation: activation, arithmetic: arithmetic)
    }

    /// One linear map of a block, prepared for an arithmetic.
    ///
    /// - Throws: ``CLIPError`` as ``tensor(_:_:)``, or with `.arithmetic` when the engine cannot do it.
    mutating func map(
        _ tower: CLIPTensorName.Tower, block: Int, _ place: ResidualAttentionBlock.Place, from: Int, to: Int,
        arithmetic: Arithmetic, threads: ComputeThreads
    ) throws(CLIPError) -> LinearMap {
        let part: CLIPTensorName.BlockPart =
            switch place {
            case .attentionInput: .attentionInput
            case .attentionOutput: .attentionOutput
            case .expand: .mlpInput
            case .contract: .mlpOutput
            }
        let weight = try borrowed(.block(tower, index: block, part, .weight), [to, from])
        let bias = try tensor(.block(tower, index: block, part, .bias), [to])
        do {
            return try LinearMap(weight: weight, bias: bias, arithmetic: arithmetic, threads: threads)
        } catch {
            throw CLIPError(.arithmetic, error.description)
        }
    }

    /// Refuses tensors that nothing asked for: they mean another architecture than the configuration says.
    ///
    /// - Throws: ``CLIPError`` with `.unknownTensor`, naming up to five of them.
    func refuseUnused() throws(CLIPError) {
        let unused = source.tensorNames.filter { !used.contains($0) }
        guard !unused.isEmpty else { return }
        let shown = unused.prefix(5).joined(separator: ", ") + (unused.count > 5 ? ", …" : "")
        throw CLIPError(
            .unknownTensor,
            "expected only tensors of the configured architecture, found \(unused.count) others in \(source.file): \(shown)"
        )
    }
}
