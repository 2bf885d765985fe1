/// Numbers and columns for people.
enum TextLayout {
    /// A number with a fixed count of decimals, rounded half away from zero; never localised.
    static func decimal(_ value: Double, _ digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        var scale = 1.0
        for _ in 0..<digits { scale *= 10 }
        let scaled = (abs(value) * scale).rounded()
        let whole = Int(scaled / scale)
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return "\(sign)\(whole)" }
        let fraction = String(Int(scaled - Double(whole) * scale))
        return "\(sign)\(whole)." + String(repeating: "0", count: max(0, digits - fraction.count)) + fraction
    }

    /// Bytes with a decimal unit, such as "1.71 GB".
    static func bytes(_ count: Int) -> String {
        var value = Double(count)
        for unit in ["B", "kB", "MB", "GB"] {
            if value < 999.5 || unit == "GB" {
                return decimal(value, unit == "B" || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2) + " " + unit
            }
            value /= 1000
        }
        return "\(count) B"
    }

    /// Seconds as "1:05" or "2:03:04".
    static func duration(_ seconds: Double) -> String {
        let whole = Int(min(max(seconds, 0), 359_999))
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return hours > 0 ? "\(hours):\(twoDigits(minutes)):\(twoDigits(rest))" : "\(minutes):\(twoDigits(rest))"
    }

    /// Digits in groups of three: 427,944,193.
    static func grouped(_ value: Int) -> String {
        var text = ""
        for (index, digit) in String(abs(value)).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (value < 0 ? "-" : "") + String(text.reversed())
    }

    /// A number with its noun, whose plural takes an s.
    static func counted(_ count: Int, _ noun: String) -> String { "\(grouped(count)) \(noun)\(count == 1 ? "" : "s")" }

    /// The text filled up with spaces to a width.
    static func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return right ? space + text : text + space
    }

    /// Rows as aligned columns, two spaces between; the last column is not filled up.
    ///
    /// - Parameters:
    ///   - rows: Cells; rows may differ in length.
    ///   - rightAligned: Columns for numbers.
    /// - Returns: One line per row.
    static func columns(_ rows: [[String]], rightAligned: Set<Int> = []) -> [String] {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                // A row's end may be as long as it likes without pushing the other rows apart.
                if column == row.count - 1, !rightAligned.contains(column) { continue }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let right = rightAligned.contains(column)
                return column == row.count - 1 && !right ? cell : padded(cell, widths[column], right: right)
            }.joined(separator: "  ")
        }
    }
}
