/// The text of a key file: one key a line, comments and empty lines between, all in the order in which they were written.
public struct AccessKeyText: Sendable {
    private struct Line: Sendable {
        let text: String
        let record: AccessKeyRecord?
    }

    private var lines: [Line] = []

    /// A file without keys, which says what it is.
    public init() {
        lines = [
            "# Access keys of the MultiADS inspection service: NAME ROLE sha256:HEX CREATED, one key a line.",
            "# The digest is that of the key's text; the key itself is kept by its owner only. See docs/operations.md.",
        ].map { Line(text: $0, record: nil) }
    }

    /// Reads a file strictly.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8.
    ///   - file: For messages.
    /// - Throws: ``AccessKeyError`` with `.faultyLine`, naming file and line.
    init(_ bytes: [UInt8], file: String) throws(AccessKeyError) {
        var pieces = bytes.split(separator: 10, omittingEmptySubsequences: false)
        // Behind the last line feed there is no line.
        if pieces.last?.isEmpty == true { pieces.removeLast() }
        for (index, piece) in pieces.enumerated() {
            func failure(_ what: String) -> AccessKeyError {
                AccessKeyError(.faultyLine, file: file, line: index + 1, what)
            }
            let bare = piece.last == 13 ? piece.dropLast() : piece
            guard let text = String(validating: bare, as: UTF8.self) else {
                throw failure("expected UTF-8 text, found bytes that are none")
            }
            let content = text.drop { $0 == " " || $0 == "\t" }
            guard !content.isEmpty, !content.hasPrefix("#") else {
                lines.append(Line(text: text, record: nil))
                continue
            }
            switch AccessKeyRecord.parsing(content) {
            case .failure(let fault): throw failure(fault.description)
            case .success(let record):
                for (other, earlier) in lines.enumerated() {
                    guard let known = earlier.record else { continue }
                    if known.name == record.name {
                        throw failure("expected a new name, found “\(record.name)” of line \(other + 1) again")
                    }
                    if known.digest == record.digest {
                        throw failure("expected a new key, found that of line \(other + 1) again")
                    }
                }
                lines.append(Line(text: text, record: record))
            }
        }
    }

    /// The keys, in the order of their lines.
    public var records: [AccessKeyRecord] { lines.compactMap(\.record) }

    /// Adds a key at the end.
    ///
    /// - Parameter record: Of a new key.
    /// - Throws: ``AccessKeyError`` with `.duplicateName`.
    public mutating func add(_ record: AccessKeyRecord) throws(AccessKeyError) {
        guard !records.contains(where: { $0.name == record.name }) else {
            throw AccessKeyError(
                .duplicateName, "expected a new name, found “\(record.name)”, which a key has already")
        }
        lines.append(Line(text: record.line, record: record))
    }

    /// Removes a key and leaves everything else as it is.
    ///
    /// - Parameter name: The key's name.
    /// - Returns: What was kept of it.
    /// - Throws: ``AccessKeyError`` with `.unknownName`.
    @discardableResult
    public mutating func remove(_ name: String) throws(AccessKeyError) -> AccessKeyRecord {
        guard let index = lines.firstIndex(where: { $0.record?.name == name }), let record = lines[index].record else {
            throw AccessKeyError(
                .unknownName, "expected the name of a key, found \(AccessKeyRecord.shown(name)), which none has")
        }
        lines.remove(at: index)
        return record
    }

    /// The file's content.
    var bytes: [UInt8] { lines.flatMap { Array($0.text.utf8) + [10] } }
}
