import TestSupport
import Testing

@testable import Tensors

@Suite("Linear maps")
struct LinearMapTests {
    static let shapes = [
        (rows: 1, from: 1, to: 1), (rows: 16, from: 24, to: 40), (rows: 33, from: 100, to: 17),
        (rows: 96, from: 192, to: 80), (rows: 129, from: 64, to: 64),
    ]

    @Test("equal the naive product in every arithmetic, for every use", arguments: shapes)
    func againstNaive(shape: (rows: Int, from: Int, to: Int)) throws {
        let (rows, from, to) = shape
        var random = SeededGenerator(seed: UInt64(rows * from + to))
        let weight = random.tensor([to, from], in: -1...1)
        let bias = random.tensor([to], in: -1...1)
        let x = random.floats(rows * from, in: -1...1)
        let old = random.floats(rows * to, in: -1...1)
        for arithmetic in Arithmetic.usable {
            let precision = arithmetic.precision
            let map = try LinearMap(weight: weight, bias: bias, arithmetic: arithmetic)
            let worker = try ComputeWorker(arithmetic)
            let (operand, biases) = (ElementArray(x, as: precision), bias.values)
            let operandValues = operand.floats
            let rounded = ElementArray(weight.values, as: precision).floats
            let product = (0..<rows * to).map { index in
                let (row, column) = index.quotientAndRemainder(dividingBy: to)
                let dot = (0..<from).reduce(0.0) {
                    $0 + Double(operandValues[row * from + $1]) * Double(rounded[column * from + $1])
                }
                return Float(dot) + biases[column]
            }
            for use in [LinearMap.Use.map, .activate(.gelu), .activate(.quickGELU), .accumulate] {
                var expected = product
                switch use {
                case .map: break
                case .activate(let function):
                    let none = Tensor(shape: [to], [Float](repeating: 0, count: to))
                    function.apply(&expected, rows: rows, addingBias: none, threads: ComputeThreads(count: 1))
                case .accumulate: for index in expected.indices { expected[index] += old[index] }
                }
                var output =
                    use == .accumulate
                    ? ElementArray(old, as: .f32) : ElementArray(count: rows * to, as: precision)
                try map.prepare(rows: rows, use, worker: worker)
                operand.bytes.withUnsafeBytes { source in
                    output.bytes.withUnsafeMutableBytes { target in
                        guard let source = source.baseAddress, let target = target.baseAddress else { return }
                        map.apply(source, rows: rows, use, into: target, worker: worker)
                    }
                }
                // Results stored as bfloat16 are rounded to 8 bits.
                let exact = precision == .f32 || use == .accumulate
                expectClose(
                    output.floats, expected, within: exact ? 2e-5 : 4e-3 * (expected.map(abs).max() ?? 1) + 1e-5)
            }
        }
    }

    @Test("refuse precisions that the engine or the processor lacks, and say so")
    func refusals() {
        #expect(throws: ArithmeticError.self) {
            try Arithmetic.resolve(engine: .openblas, precision: .bf16)
        }
        #expect(throws: Never.self) { try Arithmetic.resolve(engine: nil, precision: nil) }
        #expect(throws: Never.self) { try Arithmetic.resolve(engine: .openblas, precision: nil) }
    }

    @Test("row blocks cover all rows, in multiples of 16, as many as the workers can share")
    func rowBlocks() {
        for rows in [1, 15, 16, 17, 257, 1370, 4097] {
            for workers in 1...3 {
                let blocks = RowBlocks(rows: rows, largest: 96, workers: workers)
                #expect(blocks.ranges.first?.lowerBound == 0)
                #expect(blocks.ranges.last?.upperBound == blocks.paddedRows)
                #expect(blocks.paddedRows >= rows && blocks.paddedRows < rows + 16)
                #expect(zip(blocks.ranges, blocks.ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
                #expect(blocks.ranges.allSatisfy { (16...96).contains($0.count) && $0.count % 16 == 0 })
                #expect(blocks.ranges.count % workers == 0 || blocks.ranges.count == blocks.paddedRows / 16)
                #expect(Set(blocks.ranges.map(\.count)).count <= 2)
            }
        }
    }
}
