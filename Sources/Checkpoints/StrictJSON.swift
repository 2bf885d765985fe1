/// A JSON value (RFC 8259); object keys are unique because the reader refuses duplicates.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The number's literal text, so that no precision is lost.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// The value as an Int when it is a number written as a plain integer that fits.
    package var integer: Int? {
        guard case .number(let literal) = self else { return nil }
        return Int(literal)
    }

    /// The text of a string.
    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }
}

/// Where and why JSON text was refused.
package struct JSONError: Error, Sendable, Equatable {
    /// Byte offset in the text.
    package let offset: Int
    /// What was expected or found there.
    package let reason: String
    /// True when an object repeated a key.
    package let isDuplicateKey: Bool
}

/// A JSON reader without leniency: no duplicate keys, no trailing text, valid UTF-8, bounded depth and size.
///
/// Foundation's decoders keep one of two equal keys silently, which would let a checkpoint name a tensor twice.
package struct StrictJSON {
    /// Nesting allowed in arrays and objects.
    static let maximumDepth = 32
    /// Values allowed in one text; bounds the memory that a short, dense text can claim.
    static let maximumValues = 4_000_000

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var depth = 0
    private var values = 0

    private init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    /// Reads one value that makes up the whole text.
    ///
    /// - Parameter bytes: UTF-8 text; white space around the value is allowed.
    /// - Returns: The value.
    /// - Throws: ``JSONError`` with the offset of the first fault.
    package static func parse(_ bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONValue {
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONError(offset: 0, reason: "the text is not valid UTF-8", isDuplicateKey: false)
        }
        var parser = StrictJSON(bytes)
        let value = try parser.value()
        parser.skipWhiteSpace()
        guard parser.position == bytes.count else { throw parser.error("expected the end of the text") }
        return value
    }

    private func error(_ reason: String, duplicate: Bool = false) -> JSONError {
        JSONError(offset: position, reason: reason, isDuplicateKey: duplicate)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipWhiteSpace() {
        while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { position += 1 }
    }

    private mutating func expect(_ character: Character) throws(JSONError) {
        skipWhiteSpace()
        guard let byte = current, byte == character.asciiValue else { throw error("expected “\(character)”") }
        position += 1
    }

    private mutating func take(_ character: Character) -> Bool {
        skipWhiteSpace()
        guard let byte = current, byte == character.asciiValue else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        values += 1
        guard values <= Self.maximumValues else { throw error("more than \(Self.maximumValues) values") }
        skipWhiteSpace()
        switch current {
        case UInt8(ascii: "{"): return .object(try nested { parser throws(JSONError) in try parser.members() })
        case UInt8(ascii: "["): return .array(try nested { parser throws(JSONError) in try parser.elements() })
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func nested<Result>(
        _ body: (inout StrictJSON) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        depth += 1
        guard depth <= Self.maximumDepth else { throw error("nesting deeper than \(Self.maximumDepth)") }
        position += 1
        let result = try body(&self)
        depth -= 1
        return result
    }

    private mutating func members() throws(JSONError) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        if take("}") { return members }
        repeat {
            skipWhiteSpace()
            guard current == UInt8(ascii: "\"") else { throw error("expected a key in quotes") }
            let key = try string()
            try expect(":")
            let value = try value()
            guard members.updateValue(value, forKey: key) == nil else {
                throw error("the key “\(key)” occurs twice in one object", duplicate: true)
            }
        } while take(",")
        try expect("}")
        return members
    }

    private mutating func elements() throws(JSONError) -> [JSONValue] {
        var elements: [JSONValue] = []
        if take("]") { return elements }
        repeat { elements.append(try value()) } while take(",")
        try expect("]")
        return elements
    }

    private mutating func literal(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let expected = Array(word.utf8)
        guard let found = bytes.slice(at: position, count: expected.count), found.elementsEqual(expected) else {
            throw error("expected a value")
        }
        position += expected.count
        return value
    }

    private mutating func number() throws(JSONError) -> String {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let leading = current
        let integerDigits = skipDigits()
        guard integerDigits > 0 else {
            position = start
            throw error("expected a value")
        }
        guard integerDigits == 1 || leading != UInt8(ascii: "0") else { throw error("a number begins with 0") }
        if current == UInt8(ascii: ".") {
            position += 1
            guard skipDigits() > 0 else { throw error("expected a digit after the decimal point") }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard skipDigits() > 0 else { throw error("expected a digit in the exponent") }
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        return position - start
    }
}

extension StrictJSON {
    private mutating func string() throws(JSONError) -> String {
        position += 1  // opening quote
        var text = String.UnicodeScalarView()
        var runStart = position
        while let byte = current {
            switch byte {
            case UInt8(ascii: "\""):
                text.append(contentsOf: String(decoding: bytes[runStart..<position], as: UTF8.self).unicodeScalars)
                position += 1
                return String(text)
            case UInt8(ascii: "\\"):
                text.append(contentsOf: String(decoding: bytes[runStart..<position], as: UTF8.self).unicodeScalars)
                position += 1
                text.append(try escape())
                runStart = position
            case 0..<0x20: throw error("a control character in a string")
            default: position += 1
            }
        }
        throw error("a string without its closing quote")
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard let byte = current else { throw error("an escape without its letter") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw error("an unknown escape in a string")
        }
    }

    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try hexQuad()
        if let scalar = Unicode.Scalar(first) { return scalar }
        // A surrogate: RFC 8259 section 7 writes scalars beyond U+FFFF as a high and a low one.
        guard first < 0xDC00, bytes.slice(at: position, count: 2)?.elementsEqual([0x5C, 0x75]) == true else {
            throw error("a lone surrogate in a string")
        }
        position += 2
        let second = try hexQuad()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw error("a lone surrogate in a string") }
        return scalar
    }

    private mutating func hexQuad() throws(JSONError) -> UInt32 {
        guard let digits = bytes.slice(at: position, count: 4),
            digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw error("expected four hexadecimal digits") }
        position += 4
        return value
    }
}

/// The text as a JSON string, quotes included.
package func quotedJSON(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": quoted += "\\\""
        case "\\": quoted += "\\\\"
        case "\u{00}"..<"\u{20}":
            let digits = String(scalar.value, radix: 16)
            quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        default: quoted.unicodeScalars.append(scalar)
        }
    }
    return quoted + "\""
}
