/// The ASCII bytes that HTTP/1.1 framing is made of.
package enum ASCII {
    package static let tab: UInt8 = 0x09
    package static let lineFeed: UInt8 = 0x0A
    package static let carriageReturn: UInt8 = 0x0D
    package static let space: UInt8 = 0x20
    package static let quote: UInt8 = 0x22
    package static let percent: UInt8 = 0x25
    package static let comma: UInt8 = 0x2C
    package static let hyphen: UInt8 = 0x2D
    package static let slash: UInt8 = 0x2F
    package static let colon: UInt8 = 0x3A
    package static let semicolon: UInt8 = 0x3B
    package static let equals: UInt8 = 0x3D
    package static let question: UInt8 = 0x3F
    package static let backslash: UInt8 = 0x5C
}

extension UInt8 {
    /// `DIGIT` (RFC 5234, appendix B.1).
    package var isDigit: Bool { self &- 0x30 < 10 }

    /// Letters and digits of ASCII.
    package var isAlphanumeric: Bool { isDigit || (self | 0x20) &- 0x61 < 26 }

    /// `tchar`: what methods, field names and parameter names are made of (RFC 9110, 5.6.2).
    package var isToken: Bool {
        switch self {
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: isAlphanumeric
        }
    }

    /// What a field value may hold: tab, space, visible ASCII and obs-text (RFC 9110, 5.5).
    ///
    /// No other control byte.
    package var isFieldValue: Bool {
        self == ASCII.tab || (self >= ASCII.space && self != 0x7F)
    }

    /// Space or tab: `OWS` and `BWS` are made of these (RFC 9110, 5.6.3).
    package var isWhitespace: Bool { self == ASCII.space || self == ASCII.tab }

    /// `unreserved` or `sub-delims` (RFC 3986, 2.2 and 2.3): what a registered host name is made of, besides `%`.
    package var isRegisteredName: Bool {
        switch self {
        case 0x21, 0x24, 0x26...0x2E, 0x3B, 0x3D, 0x5F, 0x7E: true
        default: isAlphanumeric
        }
    }

    /// `pchar`, `/` or `?`, besides `%`: what the path and query of a target are made of (RFC 3986, 3.3 and 3.4).
    package var isPathOrQuery: Bool {
        isRegisteredName || self == ASCII.colon || self == 0x40 || self == ASCII.slash || self == ASCII.question
    }

    /// The value of one hexadecimal digit, nil for anything else.
    package var hexadecimalValue: UInt8? {
        if isDigit { return self &- 0x30 }
        let lower = self | 0x20
        return lower >= 0x61 && lower <= 0x66 ? lower &- 0x61 &+ 10 : nil
    }
}

extension ArraySlice<UInt8> {
    /// The slice without spaces and tabs at either end.
    package func trimmingWhitespace() -> ArraySlice<UInt8> {
        var slice = self
        while let first = slice.first, first.isWhitespace { slice.removeFirst() }
        while let last = slice.last, last.isWhitespace { slice.removeLast() }
        return slice
    }

    /// Whether these bytes are `text` without regard to ASCII case; `text` must be lower case.
    package func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { expected in
            zip(self, expected).allSatisfy { byte, want in
                byte == want || (byte | 0x20 == want && want &- 0x61 < 26)
            }
        }
    }
}
