import Tensors
import TestSupport
import Testing

@Suite("Compact rows")
struct CompactRowsTests {
    /// Rows of length 1, one of zeros, and one ruled by a single large channel, as transformers' tokens are.
    private func unitRows(_ rows: Int, _ width: Int, seed: UInt64 = 3) -> Tensor {
        var random = SeededGenerator(seed: seed)
        var values = random.floats(rows * width)
        if rows > 2 {
            for column in 0..<width { values[column] = 0 }
            values[width] *= 60
        }
        for row in 0..<rows {
            let range = row * width..<(row + 1) * width
            let length = values[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
            if length > 0 { for index in range { values[index] /= length } }
        }
        return Tensor(shape: [rows, width], values)
    }

    @Test(
        "keep every number to the format's precision", arguments: CompactRows.Element.allCases,
        [(1, 1), (3, 7), (40, 64), (5, 1024)])
    func precision(_ element: CompactRows.Element, _ shape: (rows: Int, width: Int)) {
        let exact = unitRows(shape.rows, shape.width)
        let compact = CompactRows(exact, as: element)
        #expect(compact.rows == shape.rows && compact.width == shape.width && compact.element == element)
        let (values, rounded) = (exact.values, compact.widened().values)
        for row in 0..<shape.rows {
            let range = row * shape.width..<(row + 1) * shape.width
            let largest = values[range].reduce(0) { max($0, abs($1)) }
            // Half a step of the format, and what restoring the length adds to it.
            let bound: Float =
                switch element {
                case .float32: 0;
                case .float16: largest / 2048;
                case .int8: largest / 200
                }
            for index in range { #expect(abs(values[index] - rounded[index]) <= bound) }
            let length = rounded[range].reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(element == .float16 || abs(length - (largest > 0 ? 1 : 0)) < 1e-5)
        }
    }

    @Test("take half of float32's bytes or less")
    func size() {
        let exact = unitRows(50, 96)
        let sizes = CompactRows.Element.allCases.map { CompactRows(exact, as: $0).bytes.count }
        #expect(sizes == [50 * 96 * 4, 50 * 96 * 2, 50 * (96 + 4)])
        #expect(sizes.dropFirst().allSatisfy { $0 * 2 <= sizes[0] })
    }

    @Test("are the same after they were stored", arguments: CompactRows.Element.allCases)
    func stored(_ element: CompactRows.Element) {
        let original = CompactRows(unitRows(9, 33), as: element)
        let bytes = [0] + original.bytes  // At an odd address.
        let restored = bytes.withUnsafeBytes {
            CompactRows(element, rows: 9, width: 33, copying: UnsafeRawBufferPointer(rebasing: $0[1...]))
        }
        #expect(restored.bytes == original.bytes)
        #expect(restored.widened().values == original.widened().values)
    }

    @Test("give out chosen rows", arguments: CompactRows.Element.allCases)
    func selecting(_ element: CompactRows.Element) {
        let all = CompactRows(unitRows(20, 11), as: element)
        let values = all.widened().values
        for positions in [[], [19], [3, 0, 3], Array(0..<20)] {
            let some = all.selecting(positions)
            #expect(some.rows == positions.count)
            #expect(some.widened().values == positions.flatMap { values[$0 * 11..<($0 + 1) * 11] })
        }
    }

    @Test(
        "are searched as by comparing each with each", arguments: CompactRows.Element.allCases,
        [(1, [1], 3), (130, [300, 0, 1, 40], 17), (5, [513, 256], 64), (140, [255, 257], 24)])
    func search(_ element: CompactRows.Element, _ shape: (queries: Int, banks: [Int], width: Int)) {
        for seed in UInt64(1)...2 {
            let queries = unitRows(shape.queries, shape.width, seed: seed)
            let banks = zip(shape.banks, 1...).map { rows, number in
                CompactRows(unitRows(rows, shape.width, seed: seed * 100 + number), as: element)
            }
            let found = NearestNeighbor.bestSimilarity(queries, in: banks, threads: ComputeThreads(count: 2)).values
            let expected = naive(queries, banks.map { $0.widened() })
            expectClose(found, expected, within: 1e-5, "seed \(seed)")
            let alone = NearestNeighbor.bestSimilarity(queries, in: banks, threads: ComputeThreads(count: 1)).values
            expectClose(alone, expected, within: 1e-5, "one worker, seed \(seed)")
        }
    }

    private func naive(_ queries: Tensor, _ banks: [Tensor]) -> [Float] {
        let width = queries.shape[1]
        let q = queries.values
        return (0..<queries.shape[0]).map { query in
            var best = -1.0
            for bank in banks {
                let b = bank.values
                for row in 0..<bank.shape[0] {
                    var dot = 0.0
                    for column in 0..<width {
                        dot += Double(q[query * width + column]) * Double(b[row * width + column])
                    }
                    best = max(best, dot)
                }
            }
            return Float(best)
        }
    }

    @Test("answer −1 when there are none")
    func emptyBank() {
        let best = NearestNeighbor.bestSimilarity(
            Tensor(shape: [2, 1], [1, 1]), in: [], threads: ComputeThreads(count: 1))
        #expect(best.values == [-1, -1])
    }
}
