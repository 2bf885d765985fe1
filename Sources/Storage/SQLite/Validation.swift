/// Checks on values before they reach the engine.
enum Validation {
    /// Longest identifier or name in bytes of UTF-8; keeps index entries within a page.
    static let maxNameBytes = 512

    /// Accepts a name that can be stored and found again.
    ///
    /// A NUL would end the text where it is bound, and two names could become one.
    static func name(_ text: String, _ subject: String) throws(StorageError) {
        guard !text.isEmpty else { throw StorageError(.invalidValue, "\(subject) is empty") }
        try optionalName(text, subject)
    }

    /// Accepts what `name` accepts, and nothing or an empty text.
    static func optionalName(_ text: String?, _ subject: String) throws(StorageError) {
        guard let text else { return }
        guard text.utf8.count <= maxNameBytes else {
            throw StorageError(
                .invalidValue, "\(subject) is too long in bytes", expected: maxNameBytes, found: text.utf8.count)
        }
        try self.text(text, subject)
    }

    /// Whether a name could have been stored at all; a lookup of any other finds nothing.
    static func canBeStored(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maxNameBytes && !text.utf8.contains(0)
    }

    /// Accepts text of any length without NUL.
    static func text(_ text: String, _ subject: String) throws(StorageError) {
        guard !text.utf8.contains(0) else { throw StorageError(.invalidValue, "\(subject) contains a NUL") }
    }

    /// Accepts a finite number; SQLite would store NaN as NULL.
    static func finite(_ value: Double?, _ subject: String) throws(StorageError) {
        guard let value, !value.isFinite else { return }
        throw StorageError(.invalidValue, "\(subject) is not finite")
    }

    /// Accepts a number of at least `minimum`.
    static func atLeast(_ minimum: Int, _ value: Int?, _ subject: String) throws(StorageError) {
        guard let value, value < minimum else { return }
        throw StorageError(.invalidValue, "\(subject) is too small", expected: minimum, found: value)
    }

    /// Accepts bytes that are not empty; an empty blob would be bound as NULL.
    static func bytes(_ bytes: [UInt8], _ subject: String) throws(StorageError) {
        guard !bytes.isEmpty else { throw StorageError(.invalidValue, "\(subject) is empty") }
    }

    /// Accepts a page size of 1…1000.
    static func pageSize(_ limit: Int) throws(StorageError) {
        guard (1...1000).contains(limit) else {
            throw StorageError(.invalidValue, "the page size is outside 1…1000", expected: 1000, found: limit)
        }
    }
}
