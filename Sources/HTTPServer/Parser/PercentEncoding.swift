/// Percent-encoding of URI parts (RFC 3986, section 2.1).
package enum PercentEncoding {
    /// Whether every byte is allowed as it stands or belongs to `%` and two hexadecimal digits.
    package static func isWellFormed(_ bytes: ArraySlice<UInt8>, allowing isAllowed: (UInt8) -> Bool) -> Bool {
        var index = bytes.startIndex
        while index < bytes.endIndex {
            if bytes[index] == ASCII.percent {
                guard index + 2 < bytes.endIndex, bytes[index + 1].hexadecimalValue != nil,
                    bytes[index + 2].hexadecimalValue != nil
                else { return false }
                index += 3
            } else {
                guard isAllowed(bytes[index]) else { return false }
                index += 1
            }
        }
        return true
    }

    /// The text behind percent-encoded bytes.
    ///
    /// - Parameters:
    ///   - bytes: Percent-encoded UTF-8.
    ///   - plusIsSpace: Whether `+` stands for a space, as HTML forms write it in queries.
    /// - Returns: nil for a `%` without two hexadecimal digits, for a NUL, and for what is not UTF-8.
    package static func decode(_ bytes: some Sequence<UInt8>, plusIsSpace: Bool = false) -> String? {
        var decoded: [UInt8] = []
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            if byte == ASCII.percent {
                guard let high = iterator.next()?.hexadecimalValue, let low = iterator.next()?.hexadecimalValue else {
                    return nil
                }
                decoded.append(high << 4 | low)
            } else {
                decoded.append(plusIsSpace && byte == 0x2B ? ASCII.space : byte)
            }
        }
        guard !decoded.contains(0) else { return nil }
        return String(validating: decoded, as: UTF8.self)
    }
}
