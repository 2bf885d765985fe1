import Glibc

/// A small random problem with its answer by the equations, in double precision: what an engine is held against before it is used.
///
/// Sizes leave odd tails everywhere: rows that are no multiple of a tile's, channels that are no multiple of a register's.
struct ArithmeticProblem: Sendable {
    let rows = 29
    let inputs = 131
    let outputs = 77
    let heads = 2
    let headDim = 40
    let tokens = 53

    /// [rows, inputs]: a residual stream.
    let stream: [Float]
    let normWeight: [Float]
    let normBias: [Float]
    /// [outputs, inputs].
    let weight: [Float]
    let bias: [Float]
    /// [rows, outputs]: what products are added to.
    let old: [Float]
    /// [tokens, 3·heads·headDim].
    let qkv: [Float]

    /// Draws the numbers; the same ones every time.
    init() {
        var random = SplitMix64(seed: 0x6D75_6C74)
        func draw(_ count: Int, scale: Float = 1, around centre: Float = 0) -> [Float] {
            (0..<count).map { _ in centre + scale * (2 * random.unit() - 1) }
        }
        stream = draw(rows * inputs, scale: 3, around: 0.5)
        normWeight = draw(inputs, scale: 0.5, around: 1)
        normBias = draw(inputs, scale: 0.5)
        weight = draw(outputs * inputs, scale: 0.2)
        bias = draw(outputs)
        old = draw(rows * outputs)
        qkv = draw(tokens * 3 * heads * headDim, scale: 2)
    }

    /// [rows, inputs]: the stream after layer normalisation.
    var normed: [Double] {
        (0..<rows).flatMap { row in
            let line = stream[row * inputs..<(row + 1) * inputs].map(Double.init)
            let mean = line.reduce(0, +) / Double(inputs)
            let variance = line.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(inputs)
            let scale = 1 / (variance + 1e-5).squareRoot()
            return (0..<inputs).map { (line[$0] - mean) * scale * Double(normWeight[$0]) + Double(normBias[$0]) }
        }
    }

    /// [rows, outputs]: the linear map of ``normed``.
    var mapped: [Double] {
        let normed = self.normed
        return (0..<rows * outputs).map { index in
            let (row, output) = index.quotientAndRemainder(dividingBy: outputs)
            var sum = Double(bias[output])
            for input in 0..<inputs { sum += normed[row * inputs + input] * Double(weight[output * inputs + input]) }
            return sum
        }
    }

    /// What a use makes of ``mapped``.
    func answer(_ mapped: [Double], _ use: LinearMap.Use) -> [Double] {
        switch use {
        case .map: mapped
        case .activate(.gelu): mapped.map { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }
        case .activate(.quickGELU): mapped.map { $0 / (1 + exp(-1.702 * $0)) }
        case .accumulate: zip(mapped, old).map { $0 + Double($1) }
        }
    }

    /// [tokens, heads·headDim]: attention over ``qkv``.
    func attended(causal: Bool) -> [Double] {
        let width = heads * headDim
        func element(_ token: Int, _ part: Int, _ head: Int, _ channel: Int) -> Double {
            Double(qkv[token * 3 * width + part * width + head * headDim + channel])
        }
        var output = [Double](repeating: 0, count: tokens * width)
        for query in 0..<tokens {
            for head in 0..<heads {
                let scores = (0..<(causal ? query + 1 : tokens)).map { key in
                    (0..<headDim).reduce(0) { $0 + element(query, 0, head, $1) * element(key, 1, head, $1) }
                        / Double(headDim).squareRoot()
                }
                let largest = scores.max() ?? 0
                let powers = scores.map { exp($0 - largest) }
                let total = powers.reduce(0, +)
                for (key, power) in powers.enumerated() {
                    for channel in 0..<headDim {
                        output[query * width + head * headDim + channel] +=
                            power / total * element(key, 2, head, channel)
                    }
                }
            }
        }
        return output
    }

    /// The root mean square of the difference relative to that of the answer; not a number when a result is none.
    static func deviation(_ results: [Float], from answer: [Double]) -> Double {
        let difference = zip(results, answer).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) }
        return (difference / answer.reduce(0) { $0 + $1 * $1 }).squareRoot()
    }
}
