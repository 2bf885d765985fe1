/// Splits cleaned text into the words that byte-pair encoding works on.
///
/// The rule is CLIP's, applied at each position to Unicode scalars, the first that fits: a special token; an English
/// contraction ('s 't 're 've 'm 'll 'd); a run of letters (general category L); one digit or other number (N); a run
/// of anything else but white space. Graphemes would give other ids: CLIP was trained on this rule.
struct PreTokenizer {
    /// A piece of the text.
    enum Token: Equatable {
        case start
        case end
        /// UTF-8 of a word.
        case word([UInt8])
    }

    private enum Class { case letter, number, other, skipped }

    private static let startText = Array("<start_of_text>".unicodeScalars)
    private static let endText = Array("<end_of_text>".unicodeScalars)
    private static let contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map { Array($0.unicodeScalars) }

    private let scalars: [Unicode.Scalar]
    private var position = 0

    /// Starts at the beginning of cleaned, lower-case text.
    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    /// The next token; nil at the end of the text.
    mutating func next() -> Token? {
        while position < scalars.count {
            let start = position
            if let literal = literalLength() {
                position += literal
                let text = scalars[start..<position]
                if text.elementsEqual(Self.startText) { return .start }
                return text.elementsEqual(Self.endText) ? .end : .word(utf8(start..<position))
            }
            let kind = Self.classify(scalars[position])
            position += 1
            switch kind {
            case .skipped: continue
            case .number: break
            case .letter, .other:
                while position < scalars.count, Self.classify(scalars[position]) == kind { position += 1 }
            }
            return .word(utf8(start..<position))
        }
        return nil
    }

    private func utf8(_ range: Range<Int>) -> [UInt8] {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range])
        return Array(String(text).utf8)
    }

    /// Length of the special token or contraction that begins here.
    private func literalLength() -> Int? {
        switch scalars[position] {
        case "<":
            if begins(with: Self.startText) { return Self.startText.count }
            return begins(with: Self.endText) ? Self.endText.count : nil
        case "'": return Self.contractions.first { begins(with: $0) }?.count
        default: return nil
        }
    }

    /// Compares without regard to case.
    ///
    /// The text is lower-case already, but the long s (U+017F) is too, and still
    /// counts as an s to the expression CLIP was trained with.
    private func begins(with literal: [Unicode.Scalar]) -> Bool {
        guard scalars.count - position >= literal.count else { return false }
        return zip(scalars[position...], literal).allSatisfy { $0 == $1 || ($0 == "\u{17F}" && $1 == "s") }
    }

    private static func classify(_ scalar: Unicode.Scalar) -> Class {
        switch scalar.value {
        case 0x61...0x7A, 0x41...0x5A: return .letter
        case 0x30...0x39: return .number
        case 0x20, 0x09...0x0D: return .skipped
        // Letter by case folding, mark by category: the expression's classes both pass it over.
        case 0x345: return .skipped
        case 0..<0x80: return .other
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
        case .decimalNumber, .letterNumber, .otherNumber: return .number
        default: return scalar.properties.isWhitespace ? .skipped : .other
        }
    }
}
