/// Number format of a network's matrix products.
public enum Precision: String, Sendable, Codable, CaseIterable {
    /// IEEE 754 binary32 throughout.
    case f32
    /// Products of bfloat16 operands summed in float32; the residual stream, normalisation and softmax stay float32.
    case bf16
    /// Products of bytes summed in 32-bit integers: weights rounded per output, activations per token, in the moment they are needed.
    /// What lies between the products is bfloat16, the residual stream, normalisation and softmax stay float32.
    case int8

    /// Type of the activations between the products.
    var activation: ElementType { self == .f32 ? .float32 : .bfloat16 }

    /// Bytes of one activation between the products.
    public var byteCount: Int { activation.byteCount }
}

/// Type of the elements in an activation buffer.
enum ElementType: Hashable, Sendable {
    case float32, bfloat16

    var byteCount: Int { self == .float32 ? 4 : 2 }
}
