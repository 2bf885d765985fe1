/// The path and query of a request target, taken apart and percent-decoded.
///
/// The path is cut at its slashes before decoding, so an encoded slash can never make a segment look like two.
/// Refused altogether, because readers further on might take them for something else: NUL and other control
/// characters, encoded slashes and backslashes, `.` and `..` segments, and what is not UTF-8.
public struct RequestTarget: Sendable, Equatable {
    /// One `name=value` of a query.
    public struct QueryItem: Sendable, Equatable {
        /// The decoded name.
        public let name: String
        /// The decoded value; empty without `=`.
        public let value: String
    }

    /// The decoded segments between the slashes: `["products", "a b"]` for `/products/a%20b`; `[""]` for `/`.
    public let segments: [String]
    /// The query items in order, decoded; `+` stands for a space.
    public let query: [QueryItem]

    /// The decoded path, `/` and the segments joined by `/`.
    public var path: String { "/" + segments.joined(separator: "/") }

    /// Takes an origin-form target apart.
    ///
    /// Fails when it does not begin with `/`, or holds something named in the type's description.
    ///
    /// - Parameter target: A path beginning with `/`, then optionally `?` and a query.
    public init?(_ target: String) {
        let bytes = Array(target.utf8)
        guard bytes.first == ASCII.slash else { return nil }
        let pathEnd = bytes.firstIndex(of: ASCII.question) ?? bytes.endIndex
        var segments: [String] = []
        for part in bytes[1..<pathEnd].split(separator: ASCII.slash, omittingEmptySubsequences: false) {
            guard let segment = PercentEncoding.decode(part), Self.isSafe(segment) else { return nil }
            segments.append(segment)
        }
        guard let query = Self.parseQuery(bytes[pathEnd...].dropFirst()) else { return nil }
        self.segments = segments
        self.query = query
    }

    private static func isSafe(_ segment: String) -> Bool {
        guard segment != ".", segment != ".." else { return false }
        return segment.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && $0 != ASCII.slash && $0 != ASCII.backslash }
    }

    /// `name=value&name=value` (WHATWG URL, application/x-www-form-urlencoded).
    private static func parseQuery(_ bytes: ArraySlice<UInt8>) -> [QueryItem]? {
        var items: [QueryItem] = []
        for pair in bytes.split(separator: 0x26) {
            let equals = pair.firstIndex(of: ASCII.equals) ?? pair.endIndex
            guard let name = PercentEncoding.decode(pair[..<equals], plusIsSpace: true),
                let value = PercentEncoding.decode(pair[equals...].dropFirst(), plusIsSpace: true)
            else { return nil }
            items.append(QueryItem(name: name, value: value))
        }
        return items
    }
}
