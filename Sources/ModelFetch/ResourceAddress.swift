/// Builds download addresses and refuses names that could mean something else in a URL or a path.
struct ResourceAddress {
    private let base: String

    /// True when the base address is https; redirects may then not fall back to http.
    let isSecure: Bool

    /// Checks a base address.
    ///
    /// - Parameter baseURL: `http://` or `https://`, a host, optionally a port and a path; no user, query or fragment.
    /// - Throws: ``FetchError`` with `.invalidBaseURL`.
    init(baseURL: String) throws(FetchError) {
        let isSecure = baseURL.lowercased().hasPrefix("https://")
        let isPlain = baseURL.lowercased().hasPrefix("http://")
        let rest = baseURL.dropFirst(isSecure ? 8 : 7)
        let host = rest.prefix { $0 != "/" && $0 != ":" }
        let isClean = rest.unicodeScalars.allSatisfy { scalar in
            scalar.isASCII && scalar.value > 0x20 && scalar.value != 0x7F
                && !"@?#\\\"<>".unicodeScalars.contains(scalar)
        }
        guard isSecure || isPlain, isClean, !host.isEmpty else {
            throw FetchError(
                .invalidBaseURL, "expected a base address like https://huggingface.co, found “\(baseURL.prefix(200))”")
        }
        var base = baseURL
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        self.isSecure = isSecure
    }

    /// The address of a file at a revision.
    ///
    /// - Parameters:
    ///   - repository: OWNER/NAME.
    ///   - revision: A commit or branch.
    ///   - file: A file in the repository's root.
    /// - Returns: A complete URL.
    /// - Throws: ``FetchError`` with `.unsafeName`.
    func url(repository: String, revision: String, file: String) throws(FetchError) -> String {
        let parts = repository.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { throw Self.unsafe(repository) }
        for part in parts + [revision, file] { try Self.checkName(part) }
        return "\(base)/\(repository)/resolve/\(revision)/\(file)"
    }

    /// Accepts names that mean themselves in a URL and in a folder: no separators, no leading dot.
    static func checkName(_ name: String) throws(FetchError) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain, !name.isEmpty, !name.hasPrefix("."), name.utf8.count <= 200 else { throw unsafe(name) }
    }

    private static func unsafe(_ name: String) -> FetchError {
        FetchError(
            .unsafeName,
            "expected a name of letters, digits, dots, hyphens and underscores, found “\(name.prefix(200))”")
    }
}
