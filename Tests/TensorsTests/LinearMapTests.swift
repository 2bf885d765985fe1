import TestSupport
import Testing

@testable import Tensors

@Suite("Linear maps")
struct LinearMapTests {
    static let shapes = [
        (rows: 1, from: 1, to: 1), (rows: 16, from: 24, to: 40), (rows: 33, from: 100, to: 17),
        (rows: 96, from: 192, to: 80), (rows: 129, from: 64, to: 64),
        (rows: 13, from: 4096, to: 33), (rows: 5, from: 7, to: 1025),
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
            let activations = ElementArray(x, as: precision)
            let (left, right) =
                precision == .int8
                ? (NaiveBytes.rounded(activations.floats, width: from), NaiveBytes.rounded(weight.values, width: from))
                : (activations.floats, ElementArray(weight.values, as: precision).floats)
            let product = (0..<rows * to).map { index in
                let (row, column) = index.quotientAndRemainder(dividingBy: to)
                let dot = (0..<from).reduce(0.0) {
                    $0 + Double(left[row * from + $1]) * Double(right[column * from + $1])
                }
                return Float(dot) + bias.values[column]
            }
            for use in [LinearMap.Use.map, .activate(.gelu), .activate(.quickGELU), .accumulate] {
                var expected = product
                // Rows of a hidden layer lie at the stride of operands, all others one after the other.
                var stride = to * precision.byteCount
                switch use {
                case .map: break
                case .activate(let function):
                    let none = Tensor(shape: [to], [Float](repeating: 0, count: to))
                    function.apply(&expected, rows: rows, addingBias: none, threads: ComputeThreads(count: 1))
                    stride = arithmetic.operandStride(to)
                case .accumulate:
                    for index in expected.indices { expected[index] += old[index] }
                    stride = to * 4
                }
                try map.prepare(rows: rows, use, worker: worker)
                let scratch = RawBuffer(byteCount: rows * arithmetic.operandStride(from))
                let output = RawBuffer(byteCount: rows * stride)
                if use == .accumulate {
                    old.withUnsafeBufferPointer { values in
                        _ = UnsafeMutableBufferPointer(
                            start: output.baseAddress.assumingMemoryBound(to: Float.self), count: values.count
                        ).update(fromContentsOf: values)
                    }
                }
                activations.bytes.withUnsafeBytes { source in
                    guard let source = source.baseAddress else { return }
                    let operands = map.operands(of: source, rows: rows, scratch: scratch.baseAddress)
                    map.apply(operands, rows: rows, use, into: output.baseAddress, worker: worker)
                }
                let element: Precision = use == .accumulate ? .f32 : precision
                let actual = (0..<rows).flatMap { row in
                    ElementArray(output.baseAddress + row * stride, count: to, as: element).floats
                }
                // Results stored as bfloat16 are rounded to 8 bits; bytes are exact, but ties may round either way.
                let exact = precision == .f32 || use == .accumulate && precision != .int8
                // A random sum grows with the square root of its length, and so does the number of its roundings that do not cancel.
                let sums = 2e-5 * max(1, Float(from) / 256)
                expectClose(actual, expected, within: exact ? sums : 4e-3 * (expected.map(abs).max() ?? 1) + 1e-5)
            }
        }
    }

    @Test("an automatic choice always finds an engine; int8 keeps texts in a wider format")
    func choices() throws {
        for precision in Precision.allCases {
            guard let arithmetic = try? Arithmetic.resolve(engine: nil, precision: precision) else {
                #expect(precision != .f32)
                continue
            }
            #expect(arithmetic.precision == precision)
            #expect(arithmetic.keeping.precision != .int8)
            #expect(precision == .int8 || arithmetic.keeping == arithmetic)
            #expect(arithmetic.description.hasPrefix("\(arithmetic.engine.rawValue) \(precision.rawValue) ("))
        }
    }

    @Test("refuse precisions that the engine or the processor lacks, and say so")
    func refusals() {
        for (engine, precision) in [(MatrixEngine.openblas, Precision.bf16), (.openblas, .int8), (.onednn, .int8)] {
            let error = #expect(throws: ArithmeticError.self) {
                try Arithmetic.resolve(engine: engine, precision: precision)
            }
            #expect(error?.code == .unsupported)
            #expect(error?.description.contains("expected") == true && error?.description.contains("found") == true)
        }
        #expect(throws: Never.self) { try Arithmetic.resolve(engine: nil, precision: nil) }
        #expect(throws: Never.self) { try Arithmetic.resolve(engine: .openblas, precision: nil) }
    }

    @Test("row blocks cover all rows, in multiples of the unit, as many as the workers can share", arguments: [12, 16])
    func rowBlocks(unit: Int) {
        for rows in [1, 15, 16, 17, 257, 1370, 4097] {
            for workers in 1...3 {
                let blocks = RowBlocks(rows: rows, largest: 96, unit: unit, workers: workers)
                #expect(blocks.ranges.first?.lowerBound == 0)
                #expect(blocks.ranges.last?.upperBound == blocks.paddedRows)
                #expect(blocks.paddedRows >= rows && blocks.paddedRows < rows + unit)
                #expect(zip(blocks.ranges, blocks.ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
                #expect(blocks.ranges.allSatisfy { (unit...96).contains($0.count) && $0.count % unit == 0 })
                #expect(blocks.ranges.count % workers == 0 || blocks.ranges.count == blocks.paddedRows / unit)
                #expect(Set(blocks.ranges.map(\.count)).count <= 2)
            }
        }
    }

    @Test("tapering row blocks cover exactly all rows and become smaller towards the end")
    func taperingRowBlocks() {
        for rows in [1, 2, 11, 12, 13, 23, 257, 1370, 4097] {
            for workers in 1...5 {
                let blocks = RowBlocks(tapering: rows, largest: 96, smallest: 24, unit: 12, workers: workers)
                #expect(blocks.ranges.first?.lowerBound == 0)
                #expect(blocks.ranges.last?.upperBound == rows && blocks.paddedRows == rows)
                #expect(zip(blocks.ranges, blocks.ranges.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
                #expect(blocks.ranges.dropLast().allSatisfy { (24...96).contains($0.count) && $0.count % 12 == 0 })
                #expect(zip(blocks.ranges, blocks.ranges.dropFirst()).allSatisfy { $0.count >= $1.count })
                if rows > 24 * workers { #expect(blocks.ranges.count >= workers) }
            }
        }
    }
}
