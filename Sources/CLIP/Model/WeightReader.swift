import Checkpoints
import Tensors

/// Reads named tensors of a checkpoint, checks each against the expected shape, and remembers which were used.
struct WeightReader {
    let source: any TensorSource
    private(set) var used: Set<String> = []

    init(_ source: any TensorSource) { self.source = source }

    /// The tensor `name` with exactly `shape` and only finite values.
    ///
    /// - Throws: ``CLIPError`` with `.missingTensor`, `.wrongShape`, `.nonFiniteWeight` or `.unreadableFile`.
    mutating func tensor(_ name: String, _ shape: [Int]) throws(CLIPError) -> Tensor {
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

    mutating func layerNorm(_ prefix: String, width: Int) throws(CLIPError) -> LayerNormWeights {
        LayerNormWeights(weight: try tensor(prefix + ".weight", [width]), bias: try tensor(prefix + ".bias", [width]))
    }

    mutating func transformer(
        _ prefix: String, width: Int, layers: Int, heads: Int, mlpWidth: Int, causal: Bool, activation: Activation
    ) throws(CLIPError) -> Transformer {
        var blocks: [ResidualAttentionBlock] = []
        for index in 0..<layers {
            let block = "\(prefix).resblocks.\(index)"
            blocks.append(
                ResidualAttentionBlock(
                    ln1: try layerNorm(block + ".ln_1", width: width),
                    attentionInWeight: try tensor(block + ".attn.in_proj_weight", [3 * width, width]),
                    attentionInBias: try tensor(block + ".attn.in_proj_bias", [3 * width]),
                    attentionOutWeight: try tensor(block + ".attn.out_proj.weight", [width, width]),
                    attentionOutBias: try tensor(block + ".attn.out_proj.bias", [width]),
                    ln2: try layerNorm(block + ".ln_2", width: width),
                    expandWeight: try tensor(block + ".mlp.c_fc.weight", [mlpWidth, width]),
                    expandBias: try tensor(block + ".mlp.c_fc.bias", [mlpWidth]),
                    contractWeight: try tensor(block + ".mlp.c_proj.weight", [width, mlpWidth]),
                    contractBias: try tensor(block + ".mlp.c_proj.bias", [width])))
        }
        return Transformer(
            blocks: blocks, width: width, mlpWidth: mlpWidth,
            attention: Attention(heads: heads, headDim: width / heads, causal: causal), activation: activation)
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
