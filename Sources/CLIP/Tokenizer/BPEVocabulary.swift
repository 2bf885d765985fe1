/// The tables of byte-pair encoding: ids of the byte symbols, and which pairs of ids merge, in which order.
///
/// A word's last byte has a symbol of its own, written with the suffix `</w>` in vocabulary files, so that a word's end
/// is never merged with the next word's beginning.
struct BPEVocabulary: Sendable {
    /// What two neighbouring symbols become.
    struct Merge: Sendable {
        /// Merges of lower rank are applied first.
        let rank: Int32
        let id: Int32
    }

    /// Twice 256 byte symbols and the two special tokens.
    static let fixedSymbols = 514

    /// Number of ids.
    let size: Int
    let startID: Int32
    let endID: Int32
    /// [256] ids of bytes inside a word.
    let byteIDs: [Int32]
    /// [256] ids of bytes that end a word.
    let finalByteIDs: [Int32]
    private let merges: [UInt64: Merge]

    /// Joins ids and merges.
    ///
    /// - Parameters:
    ///   - ids: Id of every symbol, by its spelling in vocabulary files.
    ///   - pairs: Spellings to merge, in order of rank.
    ///   - special: Ids of the start and the end token.
    ///   - size: Number of ids.
    ///   - file: Name for error messages.
    /// - Throws: ``CLIPError`` with `.badVocabulary` when a symbol has no id or a pair occurs twice.
    init(
        ids: [Spelling: Int32], pairs: [Pair], special: (start: Int32, end: Int32), size: Int, file: String
    ) throws(CLIPError) {
        func id(_ spelling: Spelling, _ place: @autoclosure () -> String) throws(CLIPError) -> Int32 {
            if let id = ids[spelling] { return id }
            throw CLIPError(
                .badVocabulary, "\(file): expected “\(spelling)” to be a known symbol, found it undefined \(place())")
        }
        var merges: [UInt64: Merge] = [:]
        merges.reserveCapacity(pairs.count)
        for (rank, pair) in pairs.enumerated() {
            let left = try id(pair.left, "in merge \(rank)")
            let right = try id(pair.right, "in merge \(rank)")
            let merge = Merge(rank: Int32(rank), id: try id(pair.left + pair.right, "as the result of merge \(rank)"))
            guard merges.updateValue(merge, forKey: Self.key(left, right)) == nil else {
                throw CLIPError(
                    .badVocabulary, "\(file): expected distinct merges, found “\(pair.left) \(pair.right)” twice")
            }
        }
        var byteIDs: [Int32] = []
        var finalByteIDs: [Int32] = []
        for byte in UInt8.min...UInt8.max {
            byteIDs.append(try id(Spelling(of: byte, final: false), "among the byte symbols"))
            finalByteIDs.append(try id(Spelling(of: byte, final: true), "among the byte symbols"))
        }
        self.size = size
        self.byteIDs = byteIDs
        self.finalByteIDs = finalByteIDs
        self.merges = merges
        (startID, endID) = special
    }

    /// What a pair of neighbouring symbols merges into; nil when it stays apart.
    func merge(_ left: Int32, _ right: Int32) -> Merge? { merges[Self.key(left, right)] }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}

extension BPEVocabulary {
    /// Two symbols that merge.
    struct Pair {
        let left: Spelling
        let right: Spelling
    }

    /// A symbol as vocabulary files write it, in UTF-8.
    ///
    /// Compared byte by byte: Swift strings would count canonically equivalent spellings as equal.
    struct Spelling: Hashable, CustomStringConvertible {
        private let utf8: [UInt8]

        init(_ utf8: some Collection<UInt8>) { self.utf8 = Array(utf8) }

        /// The symbol of one byte: the printable Latin-1 characters stand for themselves, other bytes, in ascending
        /// order, for the characters from U+0100.
        init(of byte: UInt8, final: Bool) {
            let scalar = Unicode.Scalar(Self.scalarValues[Int(byte)]) ?? "\u{FFFD}"
            utf8 = Array(String(scalar).utf8) + (final ? Self.endOfWord : [])
        }

        var description: String { String(decoding: utf8, as: UTF8.self) }

        /// All bytes at once: the array's own way, byte by byte, takes most of the time of loading a vocabulary.
        func hash(into hasher: inout Hasher) { utf8.withUnsafeBytes { hasher.combine(bytes: $0) } }

        static func + (left: Spelling, right: Spelling) -> Spelling { Spelling(left.utf8 + right.utf8) }

        private static let endOfWord = Array("</w>".utf8)

        private static let scalarValues: [UInt32] = {
            var next: UInt32 = 0x100
            return (UInt8.min...UInt8.max).map { byte in
                guard !isPrintable(byte) else { return UInt32(byte) }
                defer { next += 1 }
                return next
            }
        }()

        private static func isPrintable(_ byte: UInt8) -> Bool {
            (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE
        }

        /// All 512 byte symbols in the order of CLIP's ids: printable bytes first, then the others; the same again
        /// with the end-of-word suffix.
        static let inOrderOfIDs: [Spelling] = {
            let bytes =
                (UInt8.min...UInt8.max).filter(isPrintable) + (UInt8.min...UInt8.max).filter { !isPrintable($0) }
            return [false, true].flatMap { final in bytes.map { Spelling(of: $0, final: final) } }
        }()
    }
}
