import Synchronization

/// Splits words into the vocabulary's symbols and remembers recent words.
///
/// Prompts repeat the same few hundred words thousands of times.
final class BytePairEncoder: Sendable {
    /// Words remembered at most; when full, all are forgotten, which keeps the bookkeeping trivial.
    private static let cacheLimit = 8192
    /// Longer words are not remembered, so that the cache's memory is bounded.
    private static let cachedWordLimit = 64

    private let vocabulary: BPEVocabulary
    private let cache = Mutex<[[UInt8]: [Int32]]>([:])

    init(_ vocabulary: BPEVocabulary) { self.vocabulary = vocabulary }

    /// Ids of one word.
    ///
    /// - Parameter word: UTF-8, not empty.
    /// - Returns: At least one id.
    func encode(_ word: [UInt8]) -> [Int32] {
        guard word.count <= Self.cachedWordLimit else { return split(word) }
        if let known = cache.withLock({ $0[word] }) { return known }
        let ids = split(word)
        cache.withLock { cache in
            if cache.count >= Self.cacheLimit { cache.removeAll(keepingCapacity: true) }
            cache[word] = ids
        }
        return ids
    }

    /// Merges the pair of lowest rank, wherever it occurs, until no pair merges.
    private func split(_ word: [UInt8]) -> [Int32] {
        guard let last = word.last else { return [] }
        var symbols = word.dropLast().map { vocabulary.byteIDs[Int($0)] }
        symbols.append(vocabulary.finalByteIDs[Int(last)])
        // merges[i] belongs to symbols i and i + 1.
        var merges = (0..<symbols.count - 1).map { vocabulary.merge(symbols[$0], symbols[$0 + 1]) }
        while let best = merges.lazy.compactMap({ $0 }).min(by: { $0.rank < $1.rank }) {
            apply(best, &symbols, &merges)
        }
        return symbols
    }

    /// Replaces every occurrence of one pair, from left to right without overlap.
    private func apply(_ merge: BPEVocabulary.Merge, _ symbols: inout [Int32], _ merges: inout [BPEVocabulary.Merge?]) {
        var merged: [Int32] = []
        merged.reserveCapacity(symbols.count)
        var firstChanged = symbols.count
        var index = 0
        while index < symbols.count {
            if index < merges.count, merges[index]?.rank == merge.rank {
                firstChanged = min(firstChanged, merged.count)
                merged.append(merge.id)
                index += 2
            } else {
                merged.append(symbols[index])
                index += 1
            }
        }
        symbols = merged
        // Pairs up to the one that ends in the first new symbol are as before.
        let kept = max(firstChanged - 1, 0)
        merges.removeLast(merges.count - kept)
        for index in kept..<symbols.count - 1 { merges.append(vocabulary.merge(symbols[index], symbols[index + 1])) }
    }
}
