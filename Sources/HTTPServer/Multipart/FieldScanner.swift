/// Reads tokens, quoted-strings and parameters out of a field value (RFC 9110, section 5.6).
struct FieldScanner {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: some Collection<UInt8>) {
        rest = Array(bytes)[...].trimmingWhitespace()
    }

    var isAtEnd: Bool { rest.isEmpty }

    /// Takes one byte if it comes next.
    mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    mutating func skipWhitespace() { rest = rest.drop(while: \.isWhitespace) }

    /// One or more token bytes, nil when there is none.
    mutating func token() -> String? {
        let bytes = rest.prefix(while: \.isToken)
        guard !bytes.isEmpty else { return nil }
        rest = rest.dropFirst(bytes.count)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A quoted-string without its quotes and escapes; nil when it does not begin or end here, or is not UTF-8.
    ///
    /// - Parameter keepsBackslashes: Whether a backslash stands for itself unless a quote or backslash follows: browsers
    ///   do not escape it in the file names of forms.
    /// - Returns: The text between the quotes.
    mutating func quotedString(keepsBackslashes: Bool = false) -> String? {
        guard take(ASCII.quote) else { return nil }
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte.isFieldValue else { return nil }
            if byte == ASCII.quote { return String(validating: bytes, as: UTF8.self) }
            if byte == ASCII.backslash, let next = rest.first {
                if !keepsBackslashes || next == ASCII.quote || next == ASCII.backslash {
                    guard next.isFieldValue else { return nil }
                    rest.removeFirst()
                    bytes.append(next)
                    continue
                }
            }
            bytes.append(byte)
        }
        return nil
    }

    /// Any number of `;name=value` (RFC 9110, 5.6.6); nil when one is malformed or a name comes twice.
    ///
    /// - Parameter keepsBackslashes: As for `quotedString`.
    /// - Returns: Names in lower case with their values, in order.
    mutating func parameters(keepsBackslashes: Bool = false) -> [(name: String, value: String)]? {
        var found: [(name: String, value: String)] = []
        while true {
            skipWhitespace()
            guard take(ASCII.semicolon) else { return found }
            skipWhitespace()
            // An empty parameter is tolerated, as the grammar has it.
            guard let name = token()?.lowercased() else { continue }
            guard take(ASCII.equals), !found.contains(where: { $0.name == name }) else { return nil }
            let isQuoted = rest.first == ASCII.quote
            guard let value = isQuoted ? quotedString(keepsBackslashes: keepsBackslashes) : token() else { return nil }
            found.append((name, value))
        }
    }

    /// A value as a token if it is one, else as a quoted-string.
    static func quotingIfNeeded(_ value: String) -> String {
        if !value.isEmpty, value.utf8.allSatisfy(\.isToken) { return value }
        var quoted: [UInt8] = [ASCII.quote]
        for byte in value.utf8 where byte.isFieldValue {
            if byte == ASCII.quote || byte == ASCII.backslash { quoted.append(ASCII.backslash) }
            quoted.append(byte)
        }
        return String(decoding: quoted + [ASCII.quote], as: UTF8.self)
    }
}
