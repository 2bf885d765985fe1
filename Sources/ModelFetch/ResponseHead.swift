/// Status and headers of one HTTP response.
struct ResponseHead: Equatable {
    let status: Int
    /// Header values by lower-case name; the last of equal names wins.
    var headers: [String: String] = [:]

    /// Reads a status line; nil for anything else.
    init?(statusLine: String) {
        let parts = statusLine.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/"), parts[1].utf8.count == 3, let status = Int(parts[1]) else {
            return nil
        }
        self.status = status
    }

    /// Adds a `Name: value` line; lines without a colon are dropped.
    mutating func add(_ line: String) {
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        headers[line[..<colon].lowercased()] = String(value)
    }

    /// True for a redirect that libcurl follows.
    var isRedirect: Bool { (300..<400).contains(status) && headers["location"] != nil }

    /// Size of the body, if announced.
    var contentLength: Int? {
        headers["content-length"].flatMap { Self.number($0) }
    }

    /// The validator usable in If-Range: RFC 9110 section 13.1.5 demands a strong one.
    var strongETag: String? {
        headers["etag"].flatMap { $0.hasPrefix("\"") && $0.utf8.count <= 512 ? $0 : nil }
    }

    /// The seconds form of Retry-After.
    var retryAfter: Duration? {
        headers["retry-after"].flatMap { Int($0) }.map { .seconds(min(max($0, 0), 120)) }
    }

    /// First byte and total size of a partial response, or the total alone of an unsatisfiable one.
    ///
    /// RFC 9110 section 14.4: `bytes 5-9/10` or `bytes */10`.
    var contentRange: (first: Int?, total: Int?)? {
        guard let value = headers["content-range"], value.lowercased().hasPrefix("bytes ") else { return nil }
        let parts = value.dropFirst(6).split(separator: "/")
        guard parts.count == 2 else { return nil }
        return (parts[0].split(separator: "-").first.flatMap { Self.number($0) }, Self.number(parts[1]))
    }

    /// Int(_:) would accept a sign, RFC 9110 sections 8.6 and 14.4 do not.
    private static func number(_ text: some StringProtocol) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }

    /// Digest that Hugging Face announces for large files beside the redirect to their store.
    var linkedDigestText: String? {
        let value = headers["x-linked-etag"] ?? (isRedirect ? headers["etag"] : nil)
        return value?.trimmingPrefix("W/").filter { $0 != "\"" }
    }
}
