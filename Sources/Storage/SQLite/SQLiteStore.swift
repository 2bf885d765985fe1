import Dispatch
import Foundation
import GRDB
import Migrations
import Synchronization

/// The store in one SQLite database.
///
/// One connection writes, several read at once (write-ahead log). Commits are synced to the device before they return
/// (`synchronous = FULL`), so that what was acknowledged survives the loss of power.
public final class SQLiteStore: Store {
    /// How the database is used.
    public struct Options: Sendable {
        /// Connections that read at the same time; at least 1.
        public var readers: Int
        /// How long a lock is waited for.
        public var busyTimeout: Duration
        /// Room on the device, in bytes, that results and references leave free: deleting needs it for the log.
        public var reservedBytes: Int

        /// Makes options from their parts.
        public init(readers: Int = 4, busyTimeout: Duration = .seconds(5), reservedBytes: Int = 16 << 20) {
            self.readers = readers
            self.busyTimeout = busyTimeout
            self.reservedBytes = reservedBytes
        }
    }

    /// Name of the database file in the data folder.
    public static let fileName = "multiads.sqlite"

    static let lockName = "multiads.lock"

    let pool: DatabasePool
    let path: String
    private let reservedBytes: Int
    private let lock: DirectoryLock
    private let isOpen = Mutex(true)
    /// Whether the log still holds what was deleted on demand.
    private let owesEmptyLog = Atomic(false)
    /// For the few accesses that GRDB offers only as blocking calls.
    private static let queue = DispatchQueue(label: "storage.maintenance", attributes: .concurrent)

    private init(directory: String, options: Options) throws {
        try Self.makeDirectory(directory)
        lock = try DirectoryLock(path: directory + "/" + Self.lockName)
        path = directory + "/" + Self.fileName
        reservedBytes = options.reservedBytes

        var configuration = Configuration()
        configuration.busyMode = .timeout(options.busyTimeout / .seconds(1))
        configuration.maximumReaderCount = max(1, options.readers)
        configuration.prepareDatabase { db in
            // Debian builds SQLite so that deleted pictures are overwritten with zeros, page by page. FAST does that
            // only where it costs no extra write.
            try db.execute(sql: "PRAGMA secure_delete = FAST")
            // A large upload makes the log grow; this gives the room back at the next checkpoint.
            try db.execute(sql: "PRAGMA journal_size_limit = 67108864")
        }

        var migrating = configuration
        migrating.foreignKeysEnabled = false
        let migratingQueue = try DatabaseQueue(path: path, configuration: migrating)
        try SchemaMigrator().migrate(migratingQueue)
        try migratingQueue.close()

        pool = try DatabasePool(path: path, configuration: configuration)
        // GRDB sets NORMAL when it turns the log on, after `prepareDatabase`: that would lose the last commits when
        // power fails.
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        try pool.write(Self.removeStagedReferences)
    }

    /// Opens the store in a folder, making both when they do not exist, and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - directory: Belongs to this process until the store is closed; a folder made here is for the owner only.
    ///   - options: How the database is used.
    /// - Returns: The open store.
    /// - Throws: `.inUse` when another process has the folder open; `.newerDatabase`, `.changedMigration` or
    ///   `.notADatabase` when the database is not one for this program; `.cannotOpen`, `.readOnly` and others.
    public static func open(directory: String, options: Options = Options()) async throws(StorageError) -> SQLiteStore {
        try await offPool { try SQLiteStore(directory: directory, options: options) }
    }

    /// Closes the connections, which empties the write-ahead log, and gives up the folder.
    ///
    /// A second call does nothing.
    public func close() async throws(StorageError) {
        try await Self.offPool { [self] in
            try isOpen.withLock { isOpen in
                guard isOpen else { return }
                // Closes the readers first: GRDB closes them last, and a reader that is last cannot empty the log.
                pool.releaseMemory()
                try pool.close()
                lock.release()
                isOpen = false
            }
        }
    }

    private static func makeDirectory(_ path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            let cause = (error as? CocoaError)?.underlying as? POSIXError
            guard let cause else { throw StorageError(.cannotOpen, "the data folder cannot be made") }
            throw StorageError(system: cause.code.rawValue, "the data folder cannot be made")
        }
    }
}

extension SQLiteStore {
    /// Reads from one snapshot.
    func read<Output: Sendable>(
        _ body: @Sendable (Database) throws -> Output
    ) async throws(StorageError) -> Output {
        do { return try await pool.read(body) } catch { throw StorageError(error) }
    }

    /// Writes in one immediate transaction, unless the device is nearly full.
    func write<Output: Sendable>(
        _ body: @Sendable (Database) throws -> Output
    ) async throws(StorageError) -> Output {
        try await writeAlways { db in
            try checkRoom(db)
            return try body(db)
        }
    }

    /// Writes in one immediate transaction, also into the room that is kept for it: what makes room.
    func writeAlways<Output: Sendable>(
        _ body: @Sendable (Database) throws -> Output
    ) async throws(StorageError) -> Output {
        do {
            let output = try await pool.write(body)
            if owesEmptyLog.load(ordering: .relaxed) { await emptyLog() }
            return output
        } catch {
            throw StorageError(error)
        }
    }

    /// Takes deleted bytes out of the log; where somebody reads the log, after a later write.
    func emptyLog() async {
        owesEmptyLog.store(true, ordering: .relaxed)
        let isEmpty = try? await pool.writeWithoutTransaction { db in
            // Nobody waits for a reader.
            let timeout = try Int.fetchOne(db, sql: "PRAGMA busy_timeout") ?? 0
            try db.execute(sql: "PRAGMA busy_timeout = 0")
            defer { try? db.execute(sql: "PRAGMA busy_timeout = \(timeout)") }
            return try Self.truncateLog(db)
        }
        if isEmpty == true { owesEmptyLog.store(false, ordering: .relaxed) }
    }

    /// Refuses what would fill the device to the last byte, after which nothing could be deleted any more.
    ///
    /// Room in the database that nothing uses counts: it is taken first.
    ///
    /// - Throws: `.diskFull`, or what the engine reports.
    func checkRoom(_ db: Database) throws {
        var free = Self.freeBytes(at: path)
        guard free < reservedBytes else { return }
        let pages = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
        free += pages * (try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 0)
        guard free < reservedBytes else { return }
        throw StorageError(
            .diskFull, "so few bytes are free on the device that they are kept for deleting", expected: reservedBytes,
            found: free)
    }

    /// Runs a blocking call outside the concurrency pool.
    static func offPool<Output: Sendable>(
        _ body: @escaping @Sendable () throws -> Output
    ) async throws(StorageError) -> Output {
        do {
            return try await withCheckedThrowingContinuation { continuation in
                queue.async { continuation.resume(with: Result(catching: body)) }
            }
        } catch {
            throw StorageError(error)
        }
    }
}
