/// What is done with a product before it is stored.
enum Epilogue: Hashable, Sendable {
    /// Stored as it is.
    case none
    /// + bias.
    case bias
    /// act(product + bias).
    case activation(Activation)
    /// output + product + bias: the residual connection.
    case accumulate

    var hasBias: Bool { self != .none }
}

/// Everything a matrix product's generated code depends on: output[m, n] = epilogue(source[m, k] · weights[k, n]).
struct MatmulSpec: Hashable, Sendable {
    /// How the right operand lies in memory.
    enum Weights: Hashable, Sendable {
        /// The layout that ``PackedMatrix`` gives to a matrix of this size and type.
        case packed
        /// Elements between rows and between columns of the k × n operand.
        case strided(row: Int, column: Int)
    }

    var m: Int
    let n: Int
    let k: Int
    /// Type of both operands.
    let element: ElementType
    let output: ElementType
    /// Elements between rows of the source.
    let sourceStride: Int
    /// Elements between rows of the output.
    let outputStride: Int
    let weights: Weights
    let epilogue: Epilogue
}
