internal import CVectorKernels

/// This program's own products and attention, for processors with AVX-512 (Sources/CVectorKernels/include/TileKernels.h).
enum Tiles {
    /// Whether this processor has the instructions that a precision needs.
    static func supports(_ precision: Precision) -> Bool { cvk_tiles_supported(precision.tile) == 1 }

    /// Longest sum of integer products that cannot overflow 32 bits: 2³¹ / (255 · 127).
    static let longestByteSum = 66_000
}

extension Precision {
    var tile: cvk_tile {
        switch self {
        case .f32: cvk_tile_float32
        case .bf16: cvk_tile_bfloat16
        case .int8: cvk_tile_int8
        }
    }
}

/// Weights of a linear map, rounded and packed for the tile kernels.
final class TileWeights: @unchecked Sendable {
    // Sound to send: filled before it is shared, only read afterwards.

    private let map: cvk_map
    private let precision: Precision
    private let panels: RawBuffer
    private let columns: FloatBuffer
    private let corrections: RawBuffer

    /// Packs the weights with all of `threads`.
    ///
    /// - Parameters:
    ///   - weight: [outFeatures, inFeatures].
    ///   - bias: [outFeatures].
    ///   - precision: Of the products; the processor has what it needs.
    ///   - threads: Workers to use.
    init(_ weight: Tensor, bias: Tensor, precision: Precision, threads: ComputeThreads) {
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let padded = (outputs + 31) / 32 * 32
        self.precision = precision
        panels = RawBuffer(byteCount: cvk_map_bytes(precision.tile, inputs, outputs))
        columns = FloatBuffer(count: 2 * padded)
        columns.pointer.initialize(repeating: 0)
        corrections = RawBuffer(byteCount: 4 * padded)
        let packed = cvk_map(
            panels: panels.baseAddress, bias: columns.baseAddress, scales: columns.baseAddress + padded,
            corrections: corrections.baseAddress.bindMemory(to: Int32.self, capacity: padded), inputs: inputs,
            outputs: outputs)
        map = packed
        bias.withUnsafeBufferPointer { bias in
            for (index, value) in bias.enumerated() { columns.pointer[index] = value }
        }
        weight.withUnsafeBufferPointer { weights in
            let first = weights.baseAddress
            // Sound: every worker packs panels of its own.
            nonisolated(unsafe) let (shared, source) = (packed, first)
            threads.split(outputs, granularity: 32) { range in
                withUnsafePointer(to: shared) {
                    cvk_map_pack(precision.tile, source, range.lowerBound, range.upperBound, $0)
                }
            }
        }
    }

    /// Maps rows on the calling thread; operands as the kernels' header describes them.
    func apply(
        _ x: UnsafeRawPointer, stride: Int, rows: Int, _ epilogue: cvk_epilogue, into output: UnsafeMutableRawPointer,
        outputStride: Int
    ) {
        withUnsafePointer(to: map) {
            cvk_map_rows(precision.tile, x, stride, rows, $0, epilogue, output, outputStride)
        }
    }
}
