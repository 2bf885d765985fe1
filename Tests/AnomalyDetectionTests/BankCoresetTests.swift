import AnomalyDetection
import Tensors
import TestSupport
import Testing

@Suite("Coreset of a bank")
struct BankCoresetTests {
    private func squaredDistance(_ rows: [Float], _ a: Int, _ b: Int, _ width: Int) -> Double {
        (0..<width).reduce(0.0) { sum, column in
            let difference = Double(rows[a * width + column]) - Double(rows[b * width + column])
            return sum + difference * difference
        }
    }

    /// Greedy k-centre as it is written down: each time the row whose nearest chosen row is farthest.
    private func naive(_ rows: [Float], count: Int, width: Int, first: Int, goal: Int) -> [Int] {
        var chosen = [first]
        while chosen.count < goal {
            let distances = (0..<count).map { row in
                chosen.map { squaredDistance(rows, row, $0, width) }.min() ?? 0
            }
            guard let best = distances.indices.max(by: { distances[$0] < distances[$1] }), distances[best] > 0 else {
                break
            }
            chosen.append(best)
        }
        return chosen
    }

    @Test("is the greedy choice, in pieces or at once, with any number of workers", arguments: [(40, 3), (200, 24)])
    func greedy(_ count: Int, _ width: Int) throws {
        var random = SeededGenerator(seed: 5)
        let rows = random.tensor([count, width])
        let parts = [rows.rows(0..<7), rows.rows(7..<count)]
        var whole = BankCoreset(parts, seed: 9, threads: ComputeThreads(count: 1))
        whole.advance(to: 20)
        let first = try #require(whole.rows.first)
        #expect(whole.rows == naive(rows.values, count: count, width: width, first: first, goal: 20))
        var pieces = BankCoreset([rows], seed: 9, threads: ComputeThreads(count: 3))
        for goal in [1, 2, 9, 9, 20] { pieces.advance(to: goal) }
        #expect(pieces.rows == whole.rows)
        #expect(pieces.radius == whole.radius)
        var other = BankCoreset([rows], seed: 10, threads: ComputeThreads(count: 1))
        other.advance(to: 20)
        #expect(other.rows != whole.rows, "another seed begins elsewhere")
    }

    @Test("ends when every row is chosen or repeats a chosen one")
    func exhausted() {
        let rows = Tensor(shape: [6, 1], [1, 2, 1, 2, 3, 3])
        var coreset = BankCoreset([rows], threads: ComputeThreads(count: 1))
        coreset.advance(to: 100)
        #expect(coreset.rows.count == 3)
        #expect(coreset.radius == 0)
    }

    @Test("is chosen on a projection that keeps distances", arguments: [64, 128, 768])
    func projection(_ width: Int) {
        var random = SeededGenerator(seed: 4)
        let rows = random.tensor([60, width])
        let projected = BankCoreset.project(CompactRows(rows), threads: ComputeThreads(count: 2))
        #expect(projected.shape == [60, min(width, 128)])
        let again = BankCoreset.project(CompactRows(rows), threads: ComputeThreads(count: 1))
        #expect(again.values == projected.values)
        let (exact, short) = (rows.values, projected.values)
        for (a, b) in [(0, 1), (5, 40), (17, 59), (22, 23)] {
            let ratio =
                squaredDistance(short, a, b, projected.shape[1]) / squaredDistance(exact, a, b, width)
            // Standard deviation of the ratio: √(2 / 128) = 0.125.
            #expect(abs(ratio - 1) < (width > 128 ? 0.45 : 1e-6))
        }
    }
}

@Suite("Comparison of references")
struct ReferenceComparisonTests {
    private let threads = ComputeThreads(count: 2)

    @Test("finds no distance from the picture itself, and from others what inspections find")
    func distances() throws {
        let golden = try GoldenModel.tiny()
        let pictures = try ["reference_0", "reference_1", "query"].map { name in
            golden.model.reference(from: try golden.model.features(of: golden.picture(name), imageSide: golden.side))
                .rounded(to: .float16)
        }
        var own = ReferenceComparison(pictures[0], threads: threads)
        #expect(own.overall == nil && own.farthestPatch == nil)
        let none = own.add(pictures[0])
        #expect(none.mean < 1e-3 && none.peak < 1e-3)

        var query = ReferenceComparison(pictures[2], threads: threads)
        let first = query.add(pictures[0])
        let second = query.add(pictures[1])
        let overall = try #require(query.overall)
        #expect(overall.mean <= min(first.mean, second.mean) && overall.peak <= min(first.peak, second.peak))
        // The same numbers as on the map of an inspection with both references.
        let states = try StateEmbeddings(
            ["normal", "bent"].enumerated().map { index, name in
                let matrix = try golden.tensor("text").transposed()
                return (name, matrix.rows(index..<index + 1).reshaped([matrix.shape[1]]))
            })
        let maps = try golden.model.maps(
            features: try golden.model.features(of: golden.picture("query"), imageSide: golden.side),
            imageSide: golden.side, states: states, references: ReferenceBank(Array(pictures.prefix(2))))
        let map = try #require(maps.reference)
        // Enlarging need not meet the middle of a patch exactly.
        let highest = Double(map.values.max() ?? 0)
        #expect(highest <= overall.peak + 1e-4 && highest > overall.peak * 0.8)
        let patches = try #require(query.patches)
        let farthest = try #require(query.farthestPatch)
        #expect(patches[farthest] == patches.max())
    }
}
