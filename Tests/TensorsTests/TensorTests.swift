import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Tensors and number formats")
struct TensorTests {
    @Test(
        "memory is aligned, and usable from the first to the last byte, however large",
        arguments: [
            0, 1, 63, 64, 65, 1 << 21, (1 << 22) - 1, 1 << 22, (1 << 22) + 1, (3 << 22) + 5,
        ])
    func memory(byteCount: Int) {
        let buffer = RawBuffer(byteCount: byteCount)
        #expect(buffer.byteCount == byteCount)
        #expect(UInt(bitPattern: buffer.baseAddress) % (byteCount >= 1 << 22 ? 1 << 21 : 64) == 0)
        buffer.baseAddress.initializeMemory(as: UInt8.self, repeating: 0xA5, count: byteCount)
        let bytes = UnsafeRawBufferPointer(start: buffer.baseAddress, count: byteCount)
        #expect(bytes.allSatisfy { $0 == 0xA5 })
    }

    @Test("transpose, rows and reshape see the same elements")
    func views() {
        let tensor = Tensor(shape: [2, 3], [1, 2, 3, 4, 5, 6])
        #expect(tensor.transposed().values == [1, 4, 2, 5, 3, 6])
        #expect(tensor.transposed().shape == [3, 2])
        #expect(tensor.rows(1..<2).values == [4, 5, 6])
        #expect(tensor.rows(1..<1).count == 0)
        #expect(tensor.reshaped([6]).shape == [6])
    }

    @Test("finds a NaN or an infinity anywhere", arguments: [0, 1, 15, 16, 31, 39, 40])
    func nonFinite(position: Int) {
        for bad in [Float.nan, .infinity, -.infinity] {
            var values = [Float](repeating: 1e38, count: 41)
            values[position] = bad
            #expect(Tensor(shape: [41], values).firstNonFinite == position)
        }
        #expect(Tensor(shape: [41], [Float](repeating: 3.4e38, count: 41)).firstNonFinite == nil)
    }

    @Test("every float16 pattern widens as the hardware type does, and narrows back")
    func float16() {
        let patterns = (0...UInt16.max).map(\.self)
        var widened = [Float](repeating: 0, count: patterns.count)
        patterns.withUnsafeBytes { source in
            widened.withUnsafeMutableBufferPointer { FloatFormats.widen(float16: source, into: $0) }
        }
        for (pattern, value) in zip(patterns, widened) {
            let expected = Float(Float16(bitPattern: pattern))
            #expect(value == expected || (value.isNaN && expected.isNaN), "pattern \(pattern)")
        }
        let finite = widened.filter { !$0.isNaN }
        let bytes = finite.withUnsafeBufferPointer { FloatFormats.narrowToFloat16($0) }
        for (index, value) in finite.enumerated() {
            let pattern = UInt16(bytes[index * 2]) | UInt16(bytes[index * 2 + 1]) << 8
            #expect(pattern == Float16(value).bitPattern, "value \(value)")
        }
    }

    @Test("narrowing to float16 rounds to nearest even like the hardware type")
    func rounding() {
        var random = SeededGenerator(seed: 1)
        let values = (0..<20000).map { _ in Float(bitPattern: UInt32.random(in: 0...0x4790_0000, using: &random)) }
        let bytes = values.withUnsafeBufferPointer { FloatFormats.narrowToFloat16($0) }
        for (index, value) in values.enumerated() {
            let pattern = UInt16(bytes[index * 2]) | UInt16(bytes[index * 2 + 1]) << 8
            #expect(pattern == Float16(value).bitPattern, "value \(value)")
        }
    }

    @Test("bfloat16 is the upper half of a float32")
    func bfloat16() {
        var output = [Float](repeating: 0, count: 2)
        [UInt8]([0x80, 0x3F, 0x00, 0xC0]).withUnsafeBytes { source in
            output.withUnsafeMutableBufferPointer { FloatFormats.widen(bfloat16: source, into: $0) }
        }
        #expect(output == [1, -2])
    }
}
