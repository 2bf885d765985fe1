import Foundation

/// Undoes typographic and transmission damage to text, as `ftfy` does by default before CLIP's tokenizer sees it.
///
/// In each line, until nothing changes: HTML references with a semicolon, C1 controls, Latin ligatures, full- and
/// half-width forms, curly quotes, line breaks, terminal escapes, control characters, normalisation form C. Not done:
/// guessing at wrongly decoded text.
enum TextRepair {
    static func repair(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        if text.allSatisfy(isUntouched) { return text }
        var result: [Unicode.Scalar] = []
        var unescapes = true
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            // A “<” hints at real HTML, whose references are meant; the hint holds for the following lines too.
            if line.contains("<") { unescapes = false }
            result += repair(line: Array(line), unescapes: unescapes)
            result.append("\n")
        }
        return result
    }

    /// Plain ASCII that no step changes.
    private static func isUntouched(_ scalar: Unicode.Scalar) -> Bool {
        (0x20..<0x7F).contains(scalar.value) && scalar != "&"
    }

    private static func repair(line: [Unicode.Scalar], unescapes: Bool) -> [Unicode.Scalar] {
        var line = line
        while true {
            let before = line
            if unescapes { line = HTMLReferences.unescapeTerminated(line) }
            line = line.flatMap(replacement)
            line = removeTerminalEscapes(line).filter { !isControl($0) }
            line = normalize(line)
            if line == before { return line }
        }
    }

    /// What stands for one scalar after the steps from C1 controls to line breaks; none of them yields input for another.
    private static func replacement(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        switch scalar.value {
        case 0..<0x80: return scalar == "\r" ? ["\n"] : [scalar]
        case 0x80...0x9F: return [HTMLReferences.windows1252(scalar)]
        case 0x2BC, 0x2018...0x201B: return ["'"]
        case 0x201C...0x201F: return ["\""]
        case 0x2028, 0x2029: return ["\n"]
        case 0x3000: return [" "]
        case 0xFF01...0xFFEF: return Array(String(scalar).precomposedStringWithCompatibilityMapping.unicodeScalars)
        default: return ligatures[scalar].map { Array($0.unicodeScalars) } ?? [scalar]
        }
    }

    /// Latin ligatures and digraphs by the letters they stand for; the apostrophe of ŉ is straightened at once.
    private static let ligatures: [Unicode.Scalar: String] = [
        "\u{132}": "IJ", "\u{133}": "ij", "\u{149}": "'n",
        "\u{1C4}": "D\u{17D}", "\u{1C5}": "D\u{17E}", "\u{1C6}": "d\u{17E}",
        "\u{1C7}": "LJ", "\u{1C8}": "Lj", "\u{1C9}": "lj",
        "\u{1CA}": "NJ", "\u{1CB}": "Nj", "\u{1CC}": "nj",
        "\u{1F1}": "DZ", "\u{1F2}": "Dz", "\u{1F3}": "dz",
        "\u{FB00}": "ff", "\u{FB01}": "fi", "\u{FB02}": "fl", "\u{FB03}": "ffi", "\u{FB04}": "ffl",
        "\u{FB05}": "\u{17F}t", "\u{FB06}": "st",
    ]

    /// Removes ESC [ digits-and-semicolons letter.
    private static func removeTerminalEscapes(_ line: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard line.contains("\u{1B}") else { return line }
        var result: [Unicode.Scalar] = []
        var index = 0
        while index < line.count {
            if line[index] == "\u{1B}", let end = terminalEscapeEnd(line, from: index) {
                index = end
            } else {
                result.append(line[index])
                index += 1
            }
        }
        return result
    }

    private static func terminalEscapeEnd(_ line: [Unicode.Scalar], from start: Int) -> Int? {
        guard start + 1 < line.count, line[start + 1] == "[" else { return nil }
        let parameters = line[(start + 2)...]
        guard
            let final = parameters.firstIndex(where: { $0 != ";" && $0.properties.generalCategory != .decimalNumber }),
            line[final].isASCII, line[final].properties.isAlphabetic
        else { return nil }
        return final + 1
    }

    /// Controls without a displayed effect; white space, C1 controls, joiners and direction marks are not among them.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x09, 0x0B, 0x0E..<0x20, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: true
        default: false
        }
    }

    private static func normalize(_ line: [Unicode.Scalar]) -> [Unicode.Scalar] {
        if line.allSatisfy(\.isASCII) { return line }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: line)
        return Array(String(text).precomposedStringWithCanonicalMapping.unicodeScalars)
    }
}
