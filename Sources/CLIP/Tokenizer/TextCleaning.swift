/// The cleaning that CLIP's tokenizer applies before it splits text into words.
enum TextCleaning {
    /// Repairs, resolves HTML references twice, collapses white space, turns to lower case.
    static func clean(_ text: some Collection<Unicode.Scalar>) -> [Unicode.Scalar] {
        let repaired = TextRepair.repair(Array(text))
        let unescaped = HTMLReferences.unescape(HTMLReferences.unescape(repaired))
        return lowercase(collapseWhiteSpace(unescaped))
    }

    /// One space between words, none at the ends.
    static func collapseWhiteSpace(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        var pendingSpace = false
        for scalar in text {
            if isWhiteSpace(scalar) {
                pendingSpace = !result.isEmpty
            } else {
                if pendingSpace { result.append(" ") }
                pendingSpace = false
                result.append(scalar)
            }
        }
        return result
    }

    /// Unicode's white space and the four ASCII separators U+001C to U+001F, as Python counts it.
    private static func isWhiteSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20, 0x09...0x0D, 0x1C...0x1F: true
        case 0..<0x80: false
        default: scalar.properties.isWhitespace
        }
    }

    /// Unicode's full lower-case mapping, with the one rule that depends on context: a capital sigma that ends a word
    /// becomes ς (The Unicode Standard, section 3.13, Final_Sigma).
    static func lowercase(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(text.count)
        for (index, scalar) in text.enumerated() {
            if scalar.isASCII {
                let isUpper = (0x41...0x5A).contains(scalar.value)
                result.append(isUpper ? Unicode.Scalar(UInt8(scalar.value) + 0x20) : scalar)
            } else if scalar == "\u{3A3}" {
                result.append(isFinalSigma(at: index, in: text) ? "\u{3C2}" : "\u{3C3}")
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return result
    }

    /// True when a cased letter stands before and none after, case-ignorable scalars not counted.
    private static func isFinalSigma(at index: Int, in text: [Unicode.Scalar]) -> Bool {
        let before = text[..<index].last { !$0.properties.isCaseIgnorable }
        let after = text[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true
    }
}
