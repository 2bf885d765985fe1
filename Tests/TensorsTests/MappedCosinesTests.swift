import TestSupport
import Testing

@testable import Tensors

@Suite("Cosines of mapped rows")
struct MappedCosinesTests {
    private func length(_ values: [Double]) -> Double { values.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    /// Largest |difference| from the definition, in units of the scale, and of it relative to the cosine.
    private func deviation(
        _ rows: Int, _ from: Int, _ to: Int, _ directions: Int, zeroBias: Bool = false
    ) throws -> (absolute: Double, relative: Double)? {
        var random = SeededGenerator(seed: UInt64(rows * from + to))
        let weight = random.tensor([to, from])
        let bias = zeroBias ? Tensor(shape: [to], [Float](repeating: 0, count: to)) : random.tensor([to])
        var x = random.floats(rows * from)
        // A row of zeros is mapped to the bias.
        for column in 0..<min(from, x.count) { x[column] = 0 }
        let texts = (0..<directions).map { _ in
            let line = random.floats(to)
            let scale = 1 / length(line.map(Double.init))
            return line.map { $0 * Float(scale) }
        }
        let threads = ComputeThreads(count: 2)
        guard let cosines = MappedCosines(weight: weight, bias: bias, threads: threads) else { return nil }
        let found = cosines(
            Tensor(shape: [rows, from], x), directions: Tensor(shape: [directions, to], texts.flatMap { $0 }),
            scale: 100, threads: threads)
        #expect(found.shape == [rows, directions])
        let (w, b) = (weight.values, bias.values)
        var worst = (absolute: 0.0, relative: 0.0)
        for row in 0..<rows {
            let mapped = (0..<to).map { output in
                (0..<from).reduce(Double(b[output])) { $0 + Double(x[row * from + $1]) * Double(w[output * from + $1]) }
            }
            for (direction, text) in texts.enumerated() {
                let dot = zip(text, mapped).reduce(0) { $0 + Double($1.0) * $1.1 }
                let cosine = length(mapped) > 0 ? dot / length(mapped) : 0
                let difference = abs(Double(found.values[row * directions + direction]) / 100 - cosine)
                worst.absolute = max(worst.absolute, difference)
                worst.relative = max(worst.relative, difference / max(abs(cosine), 0.02))
            }
        }
        return worst
    }

    @Test(
        "equal the definition to bfloat16's rounding of lengths",
        arguments: [
            (1, 1, 1, 1), (7, 3, 5, 2), (24, 33, 40, 21), (97, 192, 80, 32), (13, 1025, 7, 33), (95, 64, 100, 64),
            (0, 8, 8, 3),
        ])
    func againstNaive(shape: (rows: Int, from: Int, to: Int, directions: Int)) throws {
        guard let worst = try deviation(shape.rows, shape.from, shape.to, shape.directions) else { return }
        #expect(worst.absolute < 0.008)
    }

    @Test("of real sizes are right to a few parts in 10,000: the lengths' errors cancel")
    func cancellation() throws {
        guard let worst = try deviation(40, 1024, 768, 5) else { return }
        #expect(worst.relative < 5e-4)
    }

    @Test("of a row that is mapped to zeros are 0")
    func zero() throws {
        guard let worst = try deviation(1, 20, 30, 4, zeroBias: true) else { return }
        #expect(worst.absolute == 0)
    }
}
