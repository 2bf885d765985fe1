import Foundation
import TestSupport
import Testing

@testable import Tensors

/// Operands of the integer products, where the processor has those.
@Suite("Rows rounded to bytes", .enabled(if: Tiles.supports(.int8)))
struct ByteRowTests {
    static let widths = [1, 2, 3, 15, 16, 17, 33, 64, 100, 257, 1024]

    /// The bytes and the scale of an operand row.
    private func parts(_ row: UnsafeRawPointer, width: Int) -> (bytes: [Float], scale: Float) {
        let bytes = (0..<width).map { Float(row.load(fromByteOffset: $0, as: UInt8.self)) - 128 }
        return (bytes, row.loadUnaligned(fromByteOffset: (width + 3) / 4 * 4, as: Float.self))
    }

    @Test("equal the definition, from activations, in place and not", arguments: widths)
    func activations(width: Int) {
        var random = SeededGenerator(seed: UInt64(width))
        let arithmetic = Arithmetic(engine: .tiles, precision: .int8)
        let stride = arithmetic.operandStride(width)
        for inPlace in [false, true] {
            let rows = 3
            let x = ElementArray(random.floats(rows * width, in: -3...5), as: .int8)
            let buffer = RawBuffer(byteCount: rows * stride)
            x.bytes.withUnsafeBytes { source in
                guard let source = source.baseAddress else { return }
                if inPlace {
                    for row in 0..<rows {
                        (buffer.baseAddress + row * stride).copyMemory(
                            from: source + row * width * 2, byteCount: width * 2)
                    }
                }
                RowKernels.operands(
                    inPlace ? UnsafeRawPointer(buffer.baseAddress) : source, stride: inPlace ? stride : width * 2,
                    rows: rows, width: width, into: buffer.baseAddress, outputStride: stride, precision: .int8)
            }
            for row in 0..<rows {
                let actual = parts(buffer.baseAddress + row * stride, width: width)
                let expected = NaiveBytes.quantized(Array(x.floats[row * width..<(row + 1) * width]))
                #expect(actual.bytes == expected.bytes && actual.scale == expected.scale)
            }
        }
    }

    @Test("equal the definition after a layer normalisation, and a row of equal numbers is its bias", arguments: widths)
    func normalized(width: Int) {
        var random = SeededGenerator(seed: UInt64(width) + 7)
        let (weight, bias) = (random.tensor([width]), random.tensor([width]))
        for x in [random.floats(width, in: -3...7), [Float](repeating: 2, count: width)] {
            var normed = [Float](repeating: 0, count: width)
            RowKernels.layerNorm(x, rows: 1, weight: weight, bias: bias, into: &normed)
            let output = RawBuffer(byteCount: width * 2 + 64)
            RowKernels.layerNorm(
                x, rows: 1, weight: weight, bias: bias, into: output.baseAddress, precision: .int8)
            let (actual, expected) = (parts(output.baseAddress, width: width), NaiveBytes.quantized(normed))
            // The two normalisations add in another order: a number near the middle may round to either side.
            #expect(abs(actual.scale - expected.scale) <= 1e-5 * expected.scale)
            expectClose(actual.bytes, expected.bytes, within: 1)
            #expect(zip(actual.bytes, expected.bytes).filter { $0 != $1 }.count <= 1 + width / 100)
        }
    }

    @Test("rounding noise is measured beside what differs between rows")
    func noise() throws {
        let (rows, width) = (200, 64)
        let map = try LinearMap(
            weight: Tensor(shape: [1, width], [Float](repeating: 1, count: width)), bias: Tensor(shape: [1], [0]),
            arithmetic: Arithmetic(engine: .tiles, precision: .int8))
        var random = SeededGenerator(seed: 4)
        let plain = random.floats(rows * width, in: -1...1)
        // One channel is 50 in every row: the step becomes 50/127, the variance between rows stays 1/3 of 63 channels.
        var shifted = plain
        for row in 0..<rows { shifted[row * width] = 50 }
        for (values, step) in [(plain, 1.0 / 127), (shifted, 50.0 / 127)] {
            let x = ElementArray(values, as: .int8)
            let scratch = RawBuffer(byteCount: rows * (width * 2 + 64))
            var moments = ChannelMoments()
            #expect(moments.relativeNoise == 0)
            x.bytes.withUnsafeBytes { source in
                guard let source = source.baseAddress else { return }
                let operands = map.operands(of: source, rows: rows, scratch: scratch.baseAddress)
                map.addMoments(of: operands, rows: rows, to: &moments)
            }
            let expected = step / 12.0.squareRoot() * 3.0.squareRoot()
            #expect(abs(moments.relativeNoise / expected - 1) < 0.1, "\(moments.relativeNoise), not \(expected)")
        }
    }

    @Test("zero rows are zero, and no rows are allowed")
    func nothing() throws {
        let map = try LinearMap(
            weight: Tensor(shape: [3, 5], [Float](repeating: 1, count: 15)), bias: Tensor(shape: [3], [1, 2, 3]),
            arithmetic: Arithmetic(engine: .tiles, precision: .int8))
        let worker = try ComputeWorker(Arithmetic(engine: .tiles, precision: .int8))
        let zero = ElementArray([0, 0, 0, 0, 0], as: .int8)
        let scratch = RawBuffer(byteCount: 128)
        var output: [Float] = [10, 20, 30]
        zero.bytes.withUnsafeBytes { source in
            guard let source = source.baseAddress else { return }
            let operands = map.operands(of: source, rows: 1, scratch: scratch.baseAddress)
            map.apply(operands, rows: 1, .accumulate, into: &output, worker: worker)
            map.apply(operands, rows: 0, .accumulate, into: &output, worker: worker)
        }
        #expect(output == [11, 22, 33])
    }
}
