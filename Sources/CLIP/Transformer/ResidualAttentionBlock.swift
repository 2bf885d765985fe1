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
    /// [3·width, width]: rows for q, then k, then v.
    let attentionInWeight: Tensor
    let attentionInBias: Tensor
    /// [width, width].
    let attentionOutWeight: Tensor
    let attentionOutBias: Tensor
    let ln2: LayerNormWeights
    /// [mlpWidth, width].
    let expandWeight: Tensor
    let expandBias: Tensor
    /// [width, mlpWidth].
    let contractWeight: Tensor
    let contractBias: Tensor
}
