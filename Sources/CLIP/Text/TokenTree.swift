import Tensors

/// Token sequences as a tree: sequences that begin alike share the nodes of their common beginning.
struct TokenTree: Sendable {
    /// One token at its place behind all that comes before it.
    struct Node: Sendable, Equatable {
        let token: Int32
        /// Index within the sequence.
        let position: Int
        /// The node before it; −1 at the beginning.
        let parent: Int32
    }

    /// Nodes at which a sequence ends, in the order of the sequences, then all others.
    private(set) var nodes: [Node] = []
    /// Nodes at which a sequence ends.
    private(set) var endCount = 0
    /// For each sequence the node at which it ends.
    private(set) var ends: [Int] = []

    /// Rows for the attention.
    var attention: Attention.Tree { Attention.Tree(parents: nodes.map(\.parent)) }

    /// Joins sequences.
    ///
    /// - Parameter sequences: In lexicographic order, none empty. In that order no earlier sequence has more in common with
    ///   one than the one before it.
    init(sorted sequences: some Sequence<ArraySlice<Int32>>) {
        var path: [Int32] = []
        var previous: ArraySlice<Int32> = []
        for sequence in sequences {
            let shared = Self.commonPrefix(previous, sequence)
            path.removeSubrange(shared...)
            for (position, token) in zip(shared..., sequence.dropFirst(shared)) {
                nodes.append(Node(token: token, position: position, parent: path.last ?? -1))
                path.append(Int32(nodes.count - 1))
            }
            ends.append(Int(path.last ?? -1))
            previous = sequence
        }
        putEndsFirst()
    }

    /// Number of leading tokens that two sequences have in common.
    static func commonPrefix(_ a: ArraySlice<Int32>, _ b: ArraySlice<Int32>) -> Int {
        zip(a, b).prefix { $0 == $1 }.count
    }

    /// Renumbers: what is read in the end then lies together, and the last block need not compute anything else.
    private mutating func putEndsFirst() {
        var isEnd = [Bool](repeating: false, count: nodes.count)
        for end in ends { isEnd[end] = true }
        let order = nodes.indices.filter { isEnd[$0] } + nodes.indices.filter { !isEnd[$0] }
        var place = [Int](repeating: 0, count: nodes.count)
        for (new, old) in order.enumerated() { place[old] = new }
        nodes = order.map { old in
            let node = nodes[old]
            return Node(
                token: node.token, position: node.position,
                parent: node.parent < 0 ? -1 : Int32(place[Int(node.parent)]))
        }
        endCount = isEnd.lazy.filter(\.self).count
        ends = ends.map { place[$0] }
    }
}
