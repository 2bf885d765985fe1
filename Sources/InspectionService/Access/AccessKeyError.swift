/// A key file, or a change of it, that cannot be used.
public struct AccessKeyError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure.
    public enum Code: Sendable {
        /// There is no such file.
        case notFound
        /// The file cannot be opened or read, or is no text of a reasonable size.
        case unreadable
        /// A line is neither a key, a comment nor empty, or names what another line has.
        case faultyLine
        /// The new key's name is taken.
        case duplicateName
        /// No key has this name.
        case unknownName
        /// No key can have this name.
        case invalidName
        /// The file cannot be written.
        case cannotWrite
        /// Somebody else has been changing the file for too long.
        case busy
    }

    /// What kind of failure.
    public let code: Code
    /// What was expected, found, and where; never a key.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    init(_ code: Code, file: String, line: Int? = nil, _ what: String) {
        self.init(code, "key file \(file)\(line.map { ":\($0)" } ?? ""): \(what)")
    }
}
