import Glibc
import Storage

extension StorageError {
    /// What a person at a terminal can do something about.
    var explanation: String {
        switch code {
        case .inUse: "expected a folder that nobody uses, found it in use; stop the service first"
        case .notFound: "expected a file \(SQLiteStore.fileName), found none"
        case .newerDatabase:
            "expected a schema of at most step \(expected ?? 0), found step \(found ?? 0): "
                + "a newer multiads was here, use that one"
        case .changedMigration:
            "schema step \(found ?? 0) differs from the one in this program: another build of multiads was here"
        case .notADatabase: "expected a database of multiads, found something else"
        case .diskFull: "no room is left on the device; nothing was changed"
        case .readOnly, .cannotOpen, .ioError:
            systemCode.map { "\(subject): \(String(cString: strerror($0)))" } ?? "\(self)"
        default: "\(self)"
        }
    }

    /// What may help against a data folder that cannot be used.
    var hint: String {
        switch code {
        case .readOnly: "run it as the owner of the folder and its files, or change their rights"
        case .cannotOpen: "check the path and its rights, or choose another folder with --data"
        case .newerDatabase, .changedMigration:
            "use the build of multiads that made it, or choose another folder with --data"
        case .diskFull: "make room on the device"
        default: "restore a backup, or choose another folder with --data"
        }
    }
}
