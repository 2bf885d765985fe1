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
    let attentionInput: LinearMap
    /// width → width.
    let attentionOutput: LinearMap
    let ln2: LayerNormWeights
    /// width → mlpWidth.
    let expand: LinearMap
    /// mlpWidth → width.
    let contract: LinearMap
}
