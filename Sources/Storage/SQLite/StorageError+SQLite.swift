import GRDB

extension StorageError {
    /// Maps whatever a database access threw.
    ///
    /// The full extended code and the engine's message are kept as data; the subject is fixed text.
    init(_ error: any Error) {
        switch error {
        case let error as StorageError:
            self = error
        case let error as DatabaseError:
            self.init(error)
        case is CancellationError:
            self.init(.cancelled, "the calling task was cancelled")
        default:
            // What remains are failures to decode a stored value.
            self.init(.corrupt, "a stored value cannot be read", engineMessage: String(describing: type(of: error)))
        }
    }

    private init(_ error: DatabaseError) {
        let (code, subject) = Self.meaning(of: error)
        self.init(
            code, subject, engineCode: error.extendedResultCode.rawValue, engineMessage: error.message)
    }

    private static func meaning(of error: DatabaseError) -> (Code, String) {
        switch error.extendedResultCode {
        case .SQLITE_IOERR_NOMEM:
            return (.outOfMemory, "memory ran out")
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
            return (.alreadyExists, "a row with this identity exists already")
        case .SQLITE_CONSTRAINT_FOREIGNKEY:
            return (.notFound, "a row that this one refers to does not exist")
        default:
            break
        }
        switch error.resultCode {
        case .SQLITE_FULL: return (.diskFull, "no room is left for the database")
        case .SQLITE_IOERR: return (.ioError, "reading or writing the database failed")
        case .SQLITE_READONLY: return (.readOnly, "the database does not accept writes")
        case .SQLITE_CANTOPEN: return (.cannotOpen, "a file of the database cannot be opened")
        case .SQLITE_BUSY, .SQLITE_LOCKED: return (.busy, "the database is locked")
        case .SQLITE_CORRUPT: return (.corrupt, "the database is damaged")
        case .SQLITE_NOTADB: return (.notADatabase, "the file is not a database")
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_RANGE:
            return (.invalidValue, "a value does not fit the schema")
        case .SQLITE_INTERRUPT: return (.cancelled, "the access was interrupted")
        case .SQLITE_TOOBIG: return (.tooLarge, "a value is larger than the database accepts")
        case .SQLITE_NOMEM: return (.outOfMemory, "memory ran out")
        // This is how a connection pool that was closed answers.
        case .SQLITE_MISUSE: return (.closed, "the store is closed")
        default: return (.engine, "the database engine refused")
        }
    }
}
