import TestSupport
import Testing

@testable import CLIP

@Suite("Token sequences as a tree")
struct TextBatchTests {
    /// The sequence that ends at a node, read backwards along the tree.
    private func spelled(_ tree: TokenTree, _ end: Int) -> [Int32] {
        var tokens: [Int32] = []
        var at = Int32(end)
        while at >= 0 {
            tokens.append(tree.nodes[Int(at)].token)
            at = tree.nodes[Int(at)].parent
        }
        return tokens.reversed()
    }

    /// What must hold for any list of sequences.
    private func check(_ sequences: [[Int32]]) {
        let batches = TextBatch.plan(sequences.map { $0[...] })
        #expect(batches.flatMap(\.indices).sorted() == Array(sequences.indices), "every sequence once")
        for batch in batches {
            let tree = batch.tree
            let own = batch.indices.map { sequences[$0] }
            #expect(own == own.sorted { $0.lexicographicallyPrecedes($1) })
            #expect(tree.ends.map { spelled(tree, $0) } == own)
            // As many nodes as there are different beginnings: nothing is computed twice.
            let beginnings = Set(own.flatMap { sequence in sequence.indices.map { Array(sequence[...$0]) } })
            #expect(tree.nodes.count == beginnings.count)
            #expect(Set(tree.ends) == Set(0..<tree.endCount) && tree.endCount == Set(own).count, "ends come first")
            for (node, index) in zip(tree.nodes, 0...) {
                #expect(node.position == (node.parent < 0 ? 0 : tree.nodes[Int(node.parent)].position + 1), "\(index)")
            }
            #expect(batch.tokens <= TextBatch.largest || batch.indices.count == 1)
        }
        // No two neighbours would have fitted into one.
        for (first, second) in zip(batches, batches.dropFirst()) {
            #expect(first.tokens + second.tokens > TextBatch.largest)
        }
    }

    @Test("none, one, equal ones, and one that begins another")
    func small() {
        #expect(TextBatch.plan([]).isEmpty)
        for sequences in [
            [[5]], [[5], [5], [5]], [[5, 6, 9], [5, 9], [5, 6, 9]], [[1, 2, 3], [1, 2], [1], [1, 2, 3, 4]],
            [[3], [2], [1]], [[1, 2], [1, 3], [1, 2]],
        ] as [[[Int32]]] {
            check(sequences)
        }
    }

    @Test("random sequences over small and large alphabets", arguments: [2, 5, 500], [1, 7, 400])
    func random(alphabet: Int32, count: Int) {
        var random = SeededGenerator(seed: UInt64(alphabet) * 1000 + UInt64(count))
        check(
            (0..<count).map { _ in
                (0..<Int.random(in: 1...30, using: &random)).map { _ in Int32.random(in: 0..<alphabet, using: &random) }
            })
    }

    @Test("a sequence longer than a batch has one of its own")
    func long() {
        let long = [Int32](repeating: 1, count: TextBatch.largest + 5)
        check([[1, 1], long, long + [2], [0]])
    }
}
