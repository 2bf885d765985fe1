/// The syntax of `uri-host [ ":" port ]`, as `Host` and absolute-form targets carry it (RFC 9110, 7.2; RFC 3986, 3.2).
enum HostSyntax {
    /// Whether these bytes name a host; empty is valid (a target without authority), user information is not.
    static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        if bytes.first == 0x5B {  // "[": an IP literal
            guard let close = bytes.firstIndex(of: 0x5D) else { return false }
            let literal = bytes[(bytes.startIndex + 1)..<close]
            let isAddress = literal.allSatisfy { $0.hexadecimalValue != nil || $0 == ASCII.colon || $0 == 0x2E }
            return !literal.isEmpty && isAddress && isPort(bytes[(close + 1)...])
        }
        let colon = bytes.firstIndex(of: ASCII.colon) ?? bytes.endIndex
        return PercentEncoding.isWellFormed(bytes[..<colon], allowing: \.isRegisteredName) && isPort(bytes[colon...])
    }

    /// Nothing, or a colon and at most five digits.
    private static func isPort(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.first == ASCII.colon else { return bytes.isEmpty }
        let digits = bytes.dropFirst()
        return digits.count <= 5 && digits.allSatisfy(\.isDigit)
    }
}
