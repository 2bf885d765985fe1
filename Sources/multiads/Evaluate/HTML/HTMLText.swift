/// Builds HTML; every text that is not markup passes through ``escaped(_:)``.
enum HTMLText {
    /// The text with the characters replaced that mean something in HTML.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }

    /// A number for SVG coordinates.
    static func coordinate(_ value: Double) -> String { TextLayout.decimal(value, 1) }
}
