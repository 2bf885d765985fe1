/// One line of a table as text (RFC 4180).
package struct CSVRow {
    /// The line with its end, CRLF.
    package private(set) var bytes: [UInt8] = []
    private var isFirst = true

    /// An empty line.
    package init() {}

    /// Adds a text from outside.
    ///
    /// Spreadsheets run a cell that begins like a formula. An apostrophe before it makes it text (OWASP, "CSV
    /// Injection"); blanks in front are seen through, as spreadsheets do.
    package mutating func add(text: String?) {
        let text = text ?? ""
        let start = text.unicodeScalars.first { !Self.isBlank($0) }
        // The wide forms are read as formulas too, by spreadsheets set to East Asian languages.
        let isFormula = start.map { "=+-@＝＋－＠".unicodeScalars.contains($0) } ?? false
        let isControlled = text.unicodeScalars.first.map { $0 == "\t" || $0 == "\r" || $0 == "\n" } ?? false
        add(field: isFormula || isControlled ? "'" + text : text)
    }

    /// Adds a text of our own: a number, a time, a name.
    package mutating func add(_ text: String?) { add(field: text ?? "") }

    /// Ends the line.
    package mutating func end() { bytes += [13, 10] }

    private mutating func add(field text: String) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        let needsQuotes = text.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0D || $0 == 0x0A }
        guard needsQuotes || text.first?.isWhitespace == true || text.last?.isWhitespace == true else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        bytes.append(0x22)
        for byte in text.utf8 {
            if byte == 0x22 { bytes.append(0x22) }
            bytes.append(byte)
        }
        bytes.append(0x22)
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace }
}
