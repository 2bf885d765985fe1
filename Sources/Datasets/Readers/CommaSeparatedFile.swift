import Checkpoints

/// A table in a text file, RFC 4180: a header line, quoted fields where they hold commas.
struct CommaSeparatedFile {
    /// One line by column names.
    struct Row {
        /// Line in the file, from 1.
        let line: Int
        private let fields: [String: String]

        init(line: Int, fields: [String: String]) {
            self.line = line
            self.fields = fields
        }

        /// The text of a column; empty when the line is shorter.
        subscript(column: String) -> String { fields[column] ?? "" }
    }

    /// In the file's order.
    private(set) var rows: [Row] = []
    private let name: String

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - name: What errors call it.
    ///   - columns: Columns that must be there.
    /// - Throws: ``DatasetError`` with `.cannotOpen` or `.badList`.
    init(_ path: String, name: String, columns: [String]) throws(DatasetError) {
        self.name = name
        let region = try FileBytes.map(path, .cannotOpen)
        guard let text = String(validating: region.bytes, as: UTF8.self) else {
            throw DatasetError(.badList, path: name, "expected UTF-8 text, found other bytes")
        }
        var lines = try Self.lines(text, name: name)[...]
        let header = lines.popFirst()?.fields ?? []
        for column in columns where !header.contains(column) {
            throw DatasetError(
                .badList, path: name, "expected a column “\(column)”, found \(header.joined(separator: ", "))")
        }
        rows = lines.map { line, fields in
            Row(line: line, fields: Dictionary(zip(header, fields), uniquingKeysWith: { first, _ in first }))
        }
    }

    /// An error at a row.
    func error(_ row: Row, _ expected: String, found: String) -> DatasetError {
        DatasetError(.badList, path: name, "\(expected) in line \(row.line), found “\(found)”")
    }

    private static func lines(_ text: String, name: String) throws(DatasetError) -> [(line: Int, fields: [String])] {
        var lines: [(line: Int, fields: [String])] = []
        var fields: [String] = []
        var field = String.UnicodeScalarView()
        var isQuoted = false
        var line = 1
        var start = 1
        var scalars = text.unicodeScalars[...]
        if scalars.first == "\u{FEFF}" { scalars = scalars.dropFirst() }
        func endLine() {
            fields.append(String(field))
            if fields != [""] { lines.append((start, fields)) }
            fields = []
            field = String.UnicodeScalarView()
        }
        while let scalar = scalars.popFirst() {
            if scalar == "\n" { line += 1 }
            switch scalar {
            case "\"" where isQuoted && scalars.first == "\"":
                field.append("\"")
                scalars = scalars.dropFirst()
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                fields.append(String(field))
                field = String.UnicodeScalarView()
            case "\r" where !isQuoted: continue
            case "\n" where !isQuoted:
                endLine()
                start = line
            default: field.append(scalar)
            }
        }
        guard !isQuoted else {
            throw DatasetError(
                .badList, path: name, "expected a closing quote for the field in line \(start), found none")
        }
        endLine()
        return lines
    }
}
