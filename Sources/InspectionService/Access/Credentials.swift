import HTTPTypes

/// What a request shows of a key (RFC 6750, section 2.1).
enum Credentials: Sendable {
    /// Nothing, or something for another kind of authentication.
    case none
    /// What may be a key.
    case key(AccessKey)
    /// What no key can look like.
    case unusable

    /// Reads `Authorization: Bearer KEY`; the scheme's case does not count (RFC 9110, 11.1).
    init(_ fields: HTTPFields) {
        guard let value = fields[.authorization] else {
            self = .none
            return
        }
        let end = value.firstIndex(of: " ") ?? value.endIndex
        guard value[..<end].lowercased() == "bearer" else {
            self = .none
            return
        }
        self = AccessKey(value[end...].drop { $0 == " " }).map(Credentials.key) ?? .unusable
    }
}
