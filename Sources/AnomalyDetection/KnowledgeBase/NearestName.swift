/// Finds what a mistyped name was probably meant to be.
enum NearestName {
    /// The closest candidate, if it is close: at most a third of the name's letters differ.
    static func find(_ name: String, in candidates: some Sequence<String>) -> String? {
        let letters = Array(name.lowercased())
        let scored = candidates.map { ($0, distance(letters, Array($0.lowercased()))) }
        guard let best = scored.min(by: { $0.1 < $1.1 }), best.1 <= max(1, letters.count / 3) else { return nil }
        return best.0
    }

    /// A question for an error message, if a candidate is close.
    static func hint(for name: String, in candidates: some Sequence<String>) -> String? {
        find(name, in: candidates).map { "did you mean “\($0)”?" }
    }

    /// Optimal string alignment distance: letters inserted, deleted, replaced, or swapped with their neighbour.
    static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...b.count)
        for row in a.indices {
            var current = [row + 1]
            for column in b.indices {
                let replaced = previous[column] + (a[row] == b[column] ? 0 : 1)
                var best = min(replaced, previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, a[row] == b[column - 1], a[row - 1] == b[column] {
                    best = min(best, beforePrevious[column - 1] + 1)
                }
                current.append(best)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[b.count]
    }
}
