/// One page of a list.
public struct Page<Item: Sendable>: Sendable {
    /// The page's items, in the list's order.
    public let items: [Item]
    /// Where the next page begins; `nil` when this is the last one.
    public let next: PageToken?

    /// Makes a page from its parts.
    public init(items: [Item], next: PageToken?) {
        self.items = items
        self.next = next
    }

    /// Makes a page of rows, one more of which than the page takes tells that there is a next one.
    init(_ rows: [Item], limit: Int, of list: UInt64, position: (Item) -> String) {
        items = Array(rows.prefix(limit))
        next =
            rows.count > limit ? items.last.map { PageToken(list: list, position: Array(position($0).utf8)) } : nil
    }
}

/// A place in a list, as text that a client hands back.
///
/// The text holds the position of the last item seen, a fingerprint of the list with its filter, and a checksum. The
/// checksum tells a damaged token from a whole one. It is no signature: who forges a token reaches another place of a
/// list that they may read anyway.
public struct PageToken: Sendable, Hashable, CustomStringConvertible {
    /// Lower-case hexadecimal digits; safe in a URL.
    public let text: String
    /// Which list, with which filter.
    let list: UInt64
    /// Position in the list; its form is the list's own affair.
    let position: [UInt8]

    private static let format: UInt8 = 1

    init(list: UInt64, position: [UInt8]) {
        var bytes = [Self.format]
        bytes.appendBigEndian(list)
        bytes += position
        bytes.appendBigEndian(FNV1a.hash(bytes))
        self.text = Hexadecimal.encode(bytes)
        self.list = list
        self.position = position
    }

    /// Reads a token that a client handed back.
    ///
    /// - Throws: `.invalidPageToken` when the text is not a whole token of this version.
    public init(_ text: String) throws(StorageError) {
        // Format, list and checksum take 17 bytes; 600 leaves room for any identifier that this store accepts.
        guard text.utf8.count <= 1200, let bytes = Hexadecimal.decode(text), bytes.count >= 17,
            bytes[0] == Self.format,
            FNV1a.hash(bytes.dropLast(8)) == UInt64(bigEndian: bytes.suffix(8))
        else { throw StorageError(.invalidPageToken, "the page token is damaged") }
        self.text = text
        self.list = UInt64(bigEndian: bytes[1..<9])
        self.position = Array(bytes[9..<(bytes.count - 8)])
    }

    /// The token's text.
    public var description: String { text }

    /// The position as text, if the token belongs to the given list.
    func text(in list: UInt64) throws(StorageError) -> String {
        String(decoding: try position(in: list), as: UTF8.self)
    }

    /// The position, if the token belongs to the given list.
    func position(in list: UInt64) throws(StorageError) -> [UInt8] {
        guard self.list == list else {
            throw StorageError(.invalidPageToken, "the page token belongs to another list or filter")
        }
        return position
    }
}

/// The 64-bit hash FNV-1a (Fowler, Noll, Vo; RFC 9923): any change of a single byte changes it.
enum FNV1a {
    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}

extension [UInt8] {
    mutating func appendBigEndian(_ value: UInt64) {
        for shift in stride(from: 56, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }
}

extension UInt64 {
    /// Reads up to eight bytes, the most significant first.
    init(bigEndian bytes: some Sequence<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
