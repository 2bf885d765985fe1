/// Token sequences that are encoded together because they begin alike.
public struct TextBatch: Sendable {
    /// Which sequences of the planned list these are, in the order of the batch's embeddings.
    public let indices: [Int]
    let tree: TokenTree

    /// Tokens that are really computed: common beginnings count once.
    public var tokens: Int { tree.nodes.count }

    /// Tokens computed together: enough rows to keep matrix products efficient, few enough for caches and for other work
    /// to go in between (about a tenth of the time that a picture takes at full size).
    static let largest = 768

    /// Sorts sequences and cuts them into batches of at most ``largest`` tokens, or of one longer sequence.
    ///
    /// A batch repeats only the beginning that its first sequence has in common with the batch before it.
    static func plan(_ sequences: [ArraySlice<Int32>]) -> [TextBatch] {
        let order = sequences.indices.sorted { a, b in
            sequences[a].lexicographicallyPrecedes(sequences[b]) || (sequences[a] == sequences[b] && a < b)
        }
        var batches: [TextBatch] = []
        var indices: [Int] = []
        var tokens = 0
        func close() {
            guard !indices.isEmpty else { return }
            batches.append(TextBatch(indices: indices, tree: TokenTree(sorted: indices.lazy.map { sequences[$0] })))
            indices = []
            tokens = 0
        }
        for index in order {
            let shared = indices.last.map { TokenTree.commonPrefix(sequences[$0], sequences[index]) } ?? 0
            var added = sequences[index].count - shared
            if tokens + added > largest {
                close()
                added = sequences[index].count
            }
            indices.append(index)
            tokens += added
        }
        close()
        return batches
    }
}
