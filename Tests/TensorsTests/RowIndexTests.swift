import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Index of rows")
struct RowIndexTests {
    /// What rows are like: the directions that most of them share decide how much an index can leave out.
    enum Kind: CaseIterable {
        /// Nothing in common: no row can be left out.
        case noise
        /// Near few directions, as patch tokens are.
        case tokens
        /// All alike but for rounding.
        case equal
        /// Tokens among which every third row is zero, and some rows are ruled by a channel of their own.
        case odd
    }

    private func rows(_ kind: Kind, _ count: Int, _ width: Int, seed: UInt64) -> Tensor {
        // The directions are those of a kind and width, whatever the seed.
        var shared = SeededGenerator(seed: 77)
        let directions = (0..<6).map { _ in shared.floats(width) }
        var random = SeededGenerator(seed: seed)
        var values: [Float] = []
        for row in 0..<count {
            var line = random.floats(width)
            switch kind {
            case .noise: break
            case .equal: line = directions[0]
            case .tokens, .odd:
                line = line.map { $0 * 0.1 }
                for direction in directions {
                    let weight = random.floats(1)[0]
                    for column in 0..<width { line[column] += weight * direction[column] }
                }
            }
            if kind == .odd, row % 3 == 1 { line = [Float](repeating: 0, count: width) }
            if kind == .odd, row % 5 == 0 { line[row % width] = 40 }
            let length = line.reduce(0) { $0 + $1 * $1 }.squareRoot()
            values += length > 0 ? line.map { $0 / length } : line
        }
        return Tensor(shape: [count, width], values)
    }

    /// Largest |difference| that the residual's format may make: half a step in every channel of a unit row.
    private func tolerance(_ element: CompactRows.Element) -> Float {
        switch element {
        case .float32: 2e-6
        case .float16: 2.5e-4
        case .int8: 4e-3
        }
    }

    @Test(
        "gives what comparing each with each gives", arguments: Kind.allCases,
        [
            (1, [1], 1), (3, [0, 7], 5), (37, [40, 0, 1], 33), (131, [513, 300], 64), (20, [1025], 97),
            (150, [600], 200),
        ])
    func search(_ kind: Kind, _ shape: (queries: Int, banks: [Int], width: Int)) {
        for (element, seed) in zip(CompactRows.Element.allCases, UInt64(1)...) {
            let queries = rows(kind, shape.queries, shape.width, seed: seed)
            let banks = zip(shape.banks, 1...).map { count, number in
                CompactRows(rows(kind, count, shape.width, seed: seed * 100 + number), as: element)
            }
            let exact = NearestNeighbor.bestSimilarity(queries, in: banks, threads: ComputeThreads(count: 1)).values
            let index = RowIndex(banks, threads: ComputeThreads(count: 2))
            #expect(index.rows == shape.banks.reduce(0, +) && index.width == shape.width)
            let found = index.bestSimilarity(queries, threads: ComputeThreads(count: 2)).values
            expectClose(found, exact, within: tolerance(element), "\(element)")
            let alone = index.bestSimilarity(queries, threads: ComputeThreads(count: 1)).values
            expectClose(alone, found, within: 1e-6, "one worker, \(element)")
        }
    }

    @Test("finds the very row among many that are nearly as near")
    func closeRace() {
        // Rows that differ from the query by a few ten-thousandths: bounds alone cannot tell which is best.
        let query = rows(.tokens, 1, 128, seed: 5)
        var random = SeededGenerator(seed: 9)
        var values: [Float] = []
        for row in 0..<2000 {
            var line = zip(query.values, random.floats(128)).map { $0 + $1 * 0.001 * Float(1 + row % 7) }
            let length = line.reduce(0) { $0 + $1 * $1 }.squareRoot()
            line = line.map { $0 / length }
            values += line
        }
        values.replaceSubrange(1234 * 128..<1235 * 128, with: query.values)
        let bank = [CompactRows(Tensor(shape: [2000, 128], values))]
        let index = RowIndex(bank, threads: ComputeThreads(count: 1))
        let best = index.bestSimilarity(query, threads: ComputeThreads(count: 1)).values
        #expect(abs(best[0] - 1) < 1e-6)
    }

    @Test("is short of the largest similarity by no more than the tolerance", arguments: Kind.allCases)
    func tolerance(_ kind: Kind) {
        let bank = [CompactRows(rows(kind, 1500, 128, seed: 1))]
        let queries = rows(kind, 90, 128, seed: 2)
        let index = RowIndex(bank, threads: ComputeThreads(count: 1))
        let exact = NearestNeighbor.bestSimilarity(queries, in: bank, threads: ComputeThreads(count: 1)).values
        for tolerance: Float in [1e-3, 0.1, 3] {
            let found = index.bestSimilarity(queries, tolerance: tolerance, threads: ComputeThreads(count: 2)).values
            for (near, best) in zip(found, exact) { #expect(near <= best + 2e-6 && near >= best - tolerance - 2e-6) }
        }
    }

    @Test("answers −1 without rows, and nothing without queries")
    func empty() {
        let none = RowIndex(
            [CompactRows(Tensor(shape: [0, 64], []), as: .float16)], threads: ComputeThreads(count: 1))
        let best = none.bestSimilarity(rows(.noise, 2, 64, seed: 1), threads: ComputeThreads(count: 1))
        #expect(best.values == [-1, -1])
        let index = RowIndex([CompactRows(rows(.noise, 9, 64, seed: 1))], threads: ComputeThreads(count: 1))
        #expect(index.bestSimilarity(Tensor(shape: [0, 64], []), threads: ComputeThreads(count: 1)).values.isEmpty)
    }

    @Test(
        "takes at most four fifths of float32's bytes where it pays, less than half where rows lie near few directions",
        arguments: [(1024, 1369), (192, 1024), (768, 1024)])
    func size(_ width: Int, _ count: Int) {
        #expect(RowIndex.pays(rows: count, width: width))
        let most = RowIndex.mostBytes([.float16], rows: count, width: width)
        #expect(most * 5 <= count * width * 4 * 4)
        let bank = CompactRows(rows(.tokens, count, width, seed: 1), as: .float16)
        let one = RowIndex([bank], threads: ComputeThreads(count: 2))
        #expect(one.byteCount == most)
        let two = RowIndex([bank, bank], threads: ComputeThreads(count: 2))
        #expect(two.byteCount <= count * width * 4)
    }

    @Test(
        "has wider sketches where rows differ along more directions, narrow ones where nothing can be left out, the widest for one picture"
    )
    func sketchWidth() {
        let threads = ComputeThreads(count: 1)
        func columns(_ rows: Tensor...) -> Int { RowIndex(rows.map { CompactRows($0) }, threads: threads).columns }
        let few = columns(rows(.tokens, 1000, 192, seed: 1), rows(.tokens, 1000, 192, seed: 2))
        let many = columns(cloud(1000, 192, seed: 1), cloud(1000, 192, seed: 2))
        #expect(few == 16)
        #expect(many == SketchWidth.most(width: 192))
        #expect(columns(rows(.noise, 1000, 192, seed: 1), rows(.noise, 500, 192, seed: 2)) == 16)
        #expect(columns(rows(.equal, 1000, 192, seed: 1), rows(.equal, 40, 192, seed: 2)) == 16)
        let nothing = Tensor(shape: [0, 192], [])
        #expect(columns(nothing, rows(.tokens, 1000, 192, seed: 1), nothing) == SketchWidth.most(width: 192))
    }

    /// Unit rows around 1,000 centers that have a part in common and differ along all directions, half as much along each sixty-fourth further one.
    private func cloud(_ count: Int, _ width: Int, seed: UInt64) -> Tensor {
        var shared = SeededGenerator(seed: 78)
        let spread = (0..<width).map { Float(pow(2, -Double($0) / 64)) }
        let centers = (0..<1000).map { _ in zip(shared.floats(width), spread).map { $0 * $1 } }
        var random = SeededGenerator(seed: seed)
        var values: [Float] = []
        for row in 0..<count {
            let center = centers[(row * 7) % centers.count]
            var line = zip(center, zip(random.floats(width), spread)).map { $0 + 0.8 * $1.0 * $1.1 }
            line[0] += 2
            let length = line.reduce(0) { $0 + $1 * $1 }.squareRoot()
            values += line.map { $0 / length }
        }
        return Tensor(shape: [count, width], values)
    }

    @Test("keeps more of float16's rows than float16 does")
    func residualPrecision() {
        let exact = rows(.tokens, 600, 256, seed: 4)
        let queries = rows(.tokens, 50, 256, seed: 5)
        let threads = ComputeThreads(count: 2)
        let truth = NearestNeighbor.bestSimilarity(queries, in: [CompactRows(exact)], threads: threads).values
        let half = CompactRows(exact, as: .float16)
        let rounded = NearestNeighbor.bestSimilarity(queries, in: [half], threads: threads).values
        let indexed = RowIndex([half], threads: threads).bestSimilarity(queries, threads: threads).values
        func worst(_ a: [Float], _ b: [Float]) -> Float { zip(a, b).map { abs($0 - $1) }.max() ?? 0 }
        #expect(worst(indexed, rounded) < worst(rounded, truth))
    }
}

@Suite("Rows of residuals")
struct ResidualRowsTests {
    @Test(
        "keep numbers to half a step, and multiply as they are widened",
        arguments: [ResidualRows.Element.float32, .bits12, .bits8], [1, 15, 16, 31, 32, 33, 100, 1024])
    func roundTrip(_ element: ResidualRows.Element, _ width: Int) {
        var random = SeededGenerator(seed: UInt64(width))
        let rows = ResidualRows(element, rows: 3, width: width)
        let x = random.floats(width)
        for row in 0..<3 {
            var values = row == 1 ? [Float](repeating: 0, count: width) : random.floats(width)
            let original = values
            values.withUnsafeMutableBufferPointer { rows.store($0.baseAddress.unsafelyUnwrapped, at: row) }
            let largest = original.map { abs($0) }.max() ?? 0
            let step: Float =
                switch element {
                case .float32: 0;
                case .bits12: largest / 2047;
                case .bits8: largest / 127
                }
            for (kept, value) in zip(values, original) { #expect(abs(kept - value) <= step * 0.5001) }
            var wide = [Float](repeating: .nan, count: width)
            wide.withUnsafeMutableBufferPointer { rows.widen(row..<row + 1, into: $0.baseAddress.unsafelyUnwrapped) }
            #expect(wide == values)
            let dot = x.withUnsafeBufferPointer { rows.dot($0.baseAddress.unsafelyUnwrapped, row: row) }
            let expected = zip(x, values).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
            #expect(abs(Double(dot) - expected) < 1e-4)
        }
    }
}
