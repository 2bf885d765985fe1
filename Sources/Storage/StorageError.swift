/// One failure of the store.
///
/// The description holds fixed text and numbers only: never an identifier, an SQL argument or a file path, so that it
/// can be logged and shown as it is.
public struct StorageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, for a program to decide on.
    public enum Code: String, Sendable, CaseIterable {
        /// No room is left on the device, or the database reached its page limit. Nothing was written.
        case diskFull
        /// Reading, writing or syncing a file failed; `engineCode` or `systemCode` says which.
        case ioError
        /// The database, its folder or its file system does not accept writes.
        case readOnly
        /// The folder or a file in it cannot be opened or created.
        case cannotOpen
        /// Another process has this data folder open.
        case inUse
        /// A lock was not obtained in time; trying again may succeed.
        case busy
        /// The database is damaged, or holds a value that this program never writes.
        case corrupt
        /// The file is not a database, or belongs to another program.
        case notADatabase
        /// The schema was made by a newer program: `found` is its number, `expected` the highest known here.
        case newerDatabase
        /// Step `found` of the stored schema differs from the one in this program.
        case changedMigration
        /// A migration would leave rows whose foreign keys point nowhere: `found` rows.
        case foreignKeyViolation
        /// A row with this identity exists already.
        case alreadyExists
        /// The named product, reference or version does not exist.
        case notFound
        /// The product changed in the meantime: `expected` is the caller's revision, `found` the stored one.
        case revisionMismatch
        /// The product's references changed in the meantime: `expected` is the caller's version, `found` the stored one.
        case referencesChanged
        /// A limit set by the caller would be passed: `expected` is the limit, `found` what would be reached.
        case limitExceeded
        /// `found` references of the set were encoded with another model, side or stages.
        case staleEncoding
        /// A value cannot be stored; the subject says which and why.
        case invalidValue
        /// A page token was damaged, or belongs to another list or filter.
        case invalidPageToken
        /// A value or statement is larger than the engine accepts.
        case tooLarge
        /// The calling task was cancelled; nothing was written.
        case cancelled
        /// The store was closed.
        case closed
        /// Memory ran out.
        case outOfMemory
        /// The engine refused for a reason that is a defect of this program; `engineMessage` says more.
        case engine
    }

    /// What went wrong.
    public let code: Code
    /// What the failure is about, as fixed text: `score is not finite`.
    public let subject: String
    /// The number that was required, where one is known.
    public let expected: Int?
    /// The number that was met, where one is known.
    public let found: Int?
    /// SQLite's extended result code, where the engine reported the failure.
    public let engineCode: Int32?
    /// The operating system's `errno`, where the system reported the failure.
    public let systemCode: Int32?
    /// The engine's own words, for logs only: they may name tables, columns or a file.
    public let engineMessage: String?

    /// Makes an error from its parts.
    public init(
        _ code: Code, _ subject: String, expected: Int? = nil, found: Int? = nil,
        engineCode: Int32? = nil, systemCode: Int32? = nil, engineMessage: String? = nil
    ) {
        self.code = code
        self.subject = subject
        self.expected = expected
        self.found = found
        self.engineCode = engineCode
        self.systemCode = systemCode
        self.engineMessage = engineMessage
    }

    /// Code, subject and numbers in one line.
    public var description: String {
        var text = "\(code.rawValue): \(subject)"
        if let expected { text += ", expected \(expected)" }
        if let found { text += ", found \(found)" }
        if let engineCode { text += ", SQLite code \(engineCode)" }
        if let systemCode { text += ", errno \(systemCode)" }
        return text
    }
}
