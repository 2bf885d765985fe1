/// Builds HTML; every text that is not markup passes through ``escaped(_:)``.
enum HTMLText {
    /// The text with the characters replaced that mean something in HTML.
    static func escaped(_ text: String) -> String {
        // By scalars: a quotation mark under an accent is one Character, and still ends an attribute.
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;".unicodeScalars
            case "<": result += "&lt;".unicodeScalars
            case ">": result += "&gt;".unicodeScalars
            case "\"": result += "&quot;".unicodeScalars
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// A number for SVG coordinates.
    static func coordinate(_ value: Double) -> String { TextLayout.decimal(value, 1) }
}
