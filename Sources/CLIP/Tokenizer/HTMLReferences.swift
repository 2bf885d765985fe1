/// Character references of HTML, resolved as Python's `html.unescape` and `ftfy` do.
///
/// Numbers: HTML Living Standard, section 13.2.5.80 (numeric character reference end state). Names: section 13.5.
enum HTMLReferences {
    /// Longest name that is looked for, without its semicolon.
    private static let maximumName = 32

    /// Resolves every reference; names without a semicolon by the longest one that fits.
    static func unescape(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains("&") else { return text }
        var result: [Unicode.Scalar] = []
        var index = 0
        while index < text.count {
            if text[index] == "&", let (value, end) = reference(in: text, after: index + 1) {
                result += value
                index = end
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    /// Resolves only references that end in a semicolon, also names of lower-case references in all capitals.
    static func unescapeTerminated(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard text.contains("&") else { return text }
        var result: [Unicode.Scalar] = []
        var index = 0
        while index < text.count {
            if text[index] == "&", let (value, end) = terminatedReference(in: text, after: index + 1) {
                result += value
                index = end
            } else {
                result.append(text[index])
                index += 1
            }
        }
        return result
    }

    // MARK: - One reference

    private typealias Reference = (value: [Unicode.Scalar], end: Int)

    private static func reference(in text: [Unicode.Scalar], after start: Int) -> Reference? {
        if start < text.count, text[start] == "#" { return number(in: text, after: start + 1) }
        var end = start
        while end < text.count, end - start < maximumName, !isNameEnd(text[end]) { end += 1 }
        let name = text[start..<end]
        if end < text.count, text[end] == ";", let value = NamedReference.find(name)?.value { return (value, end + 1) }
        // Two letters is the shortest name (`lt`).
        for length in stride(from: name.count, through: 2, by: -1) {
            if let named = NamedReference.find(name.prefix(length)), named.isLegacy {
                return (named.value, start + length)
            }
        }
        return nil
    }

    private static func isNameEnd(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\t", "\n", "\u{0C}", " ", "<", "&", "#", ";": true
        default: false
        }
    }

    private static func terminatedReference(in text: [Unicode.Scalar], after start: Int) -> Reference? {
        let isNumber = start < text.count && text[start] == "#"
        let begin = isNumber ? start + 1 : start
        var end = begin
        while end < text.count, end - begin < 25, text[end].isASCII, text[end].isAlphanumeric { end += 1 }
        guard (1...24).contains(end - begin), end < text.count, text[end] == ";" else { return nil }
        if isNumber {
            // A number that stops early, or that means the semicolon itself, is left alone.
            guard let (value, consumed) = number(in: text, after: begin), consumed == end + 1, !value.contains(";")
            else {
                return nil
            }
            return (value, consumed)
        }
        let name = text[begin..<end]
        return (NamedReference.find(name)?.value ?? NamedReference.inCapitals(name)).map { ($0, end + 1) }
    }

    /// Digits after `&#`, decimal or after an x hexadecimal, with or without a semicolon.
    private static func number(in text: [Unicode.Scalar], after start: Int) -> Reference? {
        let isHex = start < text.count && (text[start] == "x" || text[start] == "X")
        var end = isHex ? start + 1 : start
        let firstDigit = end
        var value: UInt32 = 0
        while end < text.count, let digit = text[end].digit(radix: isHex ? 16 : 10) {
            value = min(value * (isHex ? 16 : 10) + digit, 0x110000)  // larger ones are all alike
            end += 1
        }
        guard end > firstDigit else { return nil }
        if end < text.count, text[end] == ";" { end += 1 }
        return (scalars(of: value), end)
    }

    private static func scalars(of value: UInt32) -> [Unicode.Scalar] {
        guard value != 0, let scalar = Unicode.Scalar(value) else { return ["\u{FFFD}"] }
        switch value {
        case 0x80...0x9F: return [windows1252(scalar)]
        case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0xFDD0...0xFDEF: return []
        default: return value & 0xFFFE == 0xFFFE ? [] : [scalar]
        }
    }

    /// A C1 control as Windows-1252 means it; the five that mean nothing there stay.
    static func windows1252(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        let index = Int(scalar.value) - 0x80
        return windows1252Scalars.indices.contains(index) ? windows1252Scalars[index] : scalar
    }

    private static let windows1252Scalars = Array(
        ("\u{20AC}\u{81}\u{201A}\u{192}\u{201E}\u{2026}\u{2020}\u{2021}\u{2C6}\u{2030}\u{160}\u{2039}\u{152}\u{8D}\u{17D}\u{8F}"
            + "\u{90}\u{2018}\u{2019}\u{201C}\u{201D}\u{2022}\u{2013}\u{2014}\u{2DC}\u{2122}\u{161}\u{203A}\u{153}\u{9D}\u{17E}\u{178}")
            .unicodeScalars)
}

extension Unicode.Scalar {
    fileprivate var isAlphanumeric: Bool {
        (0x30...0x39).contains(value) || (0x41...0x5A).contains(value) || (0x61...0x7A).contains(value)
    }

    fileprivate func digit(radix: UInt32) -> UInt32? {
        let digit: UInt32
        switch value {
        case 0x30...0x39: digit = value - 0x30
        case 0x41...0x46: digit = value - 0x41 + 10
        case 0x61...0x66: digit = value - 0x61 + 10
        default: return nil
        }
        return digit < radix ? digit : nil
    }
}
