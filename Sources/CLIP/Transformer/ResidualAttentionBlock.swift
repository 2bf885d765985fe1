import Tensors

/// Affine parameters of one layer normalisation.
struct LayerNormWeights: Sendable {
    let weight: Tensor
    let bias: Tensor
}

/// Weights of one pre-norm transformer block.
///
/// x ← x + Attn(LN₁(x)); x ← x + W₂·act(W₁·LN₂(x) + b₁) + b₂ (Dosovitskiy et al. 2021, Eq. 2 and 3).
struct ResidualAttentionBlock: Sendable {
    let ln1: LayerNormWeights
    /// width → 3·width: q, then k, then v.
    var attentionInput: LinearMap
    /// width → width.
    var attentionOutput: LinearMap
    let ln2: LayerNormWeights
    /// width → mlpWidth.
    var expand: LinearMap
    /// mlpWidth → width.
    var contract: LinearMap

    /// A linear map by its place in the block.
    subscript(place: Place) -> LinearMap {
        get {
            switch place {
            case .attentionInput: attentionInput
            case .attentionOutput: attentionOutput
            case .expand: expand
            case .contract: contract
            }
        }
        set {
            switch place {
            case .attentionInput: attentionInput = newValue
            case .attentionOutput: attentionOutput = newValue
            case .expand: expand = newValue
            case .contract: contract = newValue
            }
        }
    }

    /// Where in a block a linear map stands.
    enum Place: Int, Sendable, CaseIterable {
        case attentionInput, attentionOutput, expand, contract
    }
}
