internal import CVectorKernels

/// Cosine similarities of mapped rows W·x + b with a few directions, without computing the mapped rows.
///
/// ⟨t, W·x + b⟩ is ⟨Wᵀt, x⟩ + ⟨t, b⟩, short products in float32 once Wᵀt is known. Of the mapped rows only the lengths are left, a factor that all
/// directions share: these take products of bfloat16 operands, whose errors mostly cancel in a sum of squares, so that a length is off by a part or two in
/// 10,000. In all half the time of mapping in float32.
public final class MappedCosines: Sendable {
    /// Rows multiplied at a time; their mapped values stay in the second-level cache.
    private static let rowBlock = 96

    private let weight: Tensor
    private let bias: Tensor
    private let packed: TileWeights

    private var inFeatures: Int { weight.shape[1] }
    private var outFeatures: Int { weight.shape[0] }
    /// Bytes between rounded rows; no multiple of 2048, so that twelve of them share the first-level cache.
    private var stride: Int { 2 * inFeatures + 64 }

    /// Rounds and packs the weights; nil on a processor without products of bfloat16, or where those compute wrongly.
    ///
    /// - Parameters:
    ///   - weight: [outFeatures, inFeatures]; kept too.
    ///   - bias: [outFeatures].
    ///   - threads: Workers that pack.
    public init?(weight: Tensor, bias: Tensor, threads: ComputeThreads) {
        precondition(
            weight.shape.count == 2 && bias.shape == [weight.shape[0]], "\(weight.shape) with bias \(bias.shape)")
        guard Tiles.supports(.bf16),
            ArithmeticCheck.fault(of: Arithmetic(engine: .tiles, precision: .bf16)) == nil
        else { return nil }
        self.weight = weight
        self.bias = bias
        packed = TileWeights(weight, bias: bias, precision: .bf16, threads: threads)
    }

    /// scale · cosine of each mapped row with each direction; 0 for a row that is mapped to zeros.
    ///
    /// - Parameters:
    ///   - rows: [rows, inFeatures].
    ///   - directions: [directions, outFeatures], of length 1.
    ///   - scale: Factor of all results.
    ///   - threads: Workers to use.
    /// - Returns: [rows, directions].
    public func callAsFunction(
        _ rows: Tensor, directions: Tensor, scale: Float, threads: ComputeThreads
    ) -> Tensor {
        let (count, columns) = (rows.shape[0], directions.shape[0])
        precondition(
            rows.shape[1] == inFeatures && directions.shape[1] == outFeatures,
            "\(rows.shape) and \(directions.shape) for a map of \(weight.shape)")
        let (projected, offsets) = project(directions, threads: threads)
        let scratch = (0..<threads.count).map { _ in
            Scratch(inFeatures: inFeatures, stride: stride, outFeatures: outFeatures, columns: columns)
        }
        return Tensor(shape: [count, columns]) { output in
            guard let target = output.baseAddress, count > 0 else { return }
            let blocks = RowBlocks(
                tapering: count, largest: Self.rowBlock, smallest: 24, unit: 12, workers: threads.count
            ).ranges
            rows.withUnsafeBufferPointer { elements in
                guard let first = elements.baseAddress else { return }
                // Sound: every worker has scratch memory of its own, every block results of its own.
                threads.forEach(blocks.count) { worker, block in
                    let range = blocks[block]
                    compute(
                        first + range.lowerBound * inFeatures, range.count, projected, offsets, scale, scratch[worker],
                        into: target + range.lowerBound * columns)
                }
            }
        }
    }

    /// A worker's memory.
    private final class Scratch: Sendable {
        let operands: RawBuffer
        let mapped: FloatBuffer
        let tile: FloatBuffer
        let products: FloatBuffer

        init(inFeatures: Int, stride: Int, outFeatures: Int, columns: Int) {
            operands = RawBuffer(byteCount: rowBlock * stride)
            mapped = FloatBuffer(count: rowBlock * outFeatures)
            tile = FloatBuffer(count: 12 * (inFeatures + 16))
            products = FloatBuffer(count: rowBlock * RowBlocks.padded(columns, unit: 32))
        }
    }

    private func compute(
        _ rows: UnsafePointer<Float>, _ count: Int, _ projected: FloatBuffer, _ offsets: [Float], _ scale: Float,
        _ scratch: Scratch, into output: UnsafeMutablePointer<Float>
    ) {
        for row in 0..<count {
            let target = scratch.operands.baseAddress + row &* stride
            cvk_narrow_row(rows + row &* inFeatures, inFeatures, target.assumingMemoryBound(to: UInt16.self))
        }
        let (mapped, products) = (scratch.mapped.baseAddress, scratch.products.baseAddress)
        mapped.update(repeating: 0, count: count * outFeatures)
        packed.apply(
            scratch.operands.baseAddress, stride: stride, rows: count, cvk_accumulate, into: mapped,
            outputStride: outFeatures)
        let (columns, padded) = (offsets.count, RowBlocks.padded(offsets.count, unit: 32))
        // A tile's twelve rows are copied: where they lie, they may share the cache's sets.
        for first in Swift.stride(from: 0, to: count, by: 12) {
            let tile = min(12, count - first)
            for row in 0..<tile {
                (scratch.tile.baseAddress + row &* (inFeatures &+ 16)).update(
                    from: rows + (first &+ row) &* inFeatures, count: inFeatures)
            }
            cvk_panel_products(
                scratch.tile.baseAddress, inFeatures + 16, tile, projected.baseAddress, inFeatures, padded,
                products + first * padded, padded)
        }
        for row in 0..<count {
            let square = RowKernels.squaredLength(
                UnsafeBufferPointer(start: mapped + row &* outFeatures, count: outFeatures))
            let factor = square > 0 ? scale / square.squareRoot() : 0
            for column in 0..<columns {
                output[row &* columns &+ column] = (products[row &* padded &+ column] + offsets[column]) * factor
            }
        }
    }

    /// Wᵀt, in panels of 32 directions [inFeatures, 32], and ⟨t, b⟩.
    private func project(_ directions: Tensor, threads: ComputeThreads) -> (FloatBuffer, [Float]) {
        let columns = directions.shape[0]
        let panels = FloatBuffer(count: RowBlocks.padded(columns, unit: 32) * inFeatures)
        panels.pointer.update(repeating: 0)
        directions.transposed().withUnsafeBufferPointer { texts in
            weight.withUnsafeBufferPointer { elements in
                guard let t = texts.baseAddress, let w = elements.baseAddress else { return }
                threads.split(inFeatures, granularity: 16) { range in
                    for first in Swift.stride(from: 0, to: columns, by: 32) {
                        Gemm.transposedMultiply(
                            w + range.lowerBound, lda: inFeatures, t + first, ldb: columns,
                            into: panels.baseAddress + (first * inFeatures + range.lowerBound * 32), ldc: 32,
                            m: range.count, n: min(32, columns - first), k: outFeatures)
                    }
                }
            }
        }
        let offsets = (0..<columns).map { direction in
            directions.withUnsafeBufferPointer { texts in
                bias.withUnsafeBufferPointer { bias in
                    (0..<outFeatures).reduce(Float(0)) { $0 + texts[direction &* outFeatures &+ $1] * bias[$1] }
                }
            }
        }
        return (panels, offsets)
    }
}
