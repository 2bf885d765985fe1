import Checkpoints
import Dispatch
public import Logging
import Synchronization

/// The keys that are taken now.
///
/// They come from a file that is looked at once a second and read again when it has changed, on a thread that neither serves
/// connections nor belongs to Swift's pool. A file that became faulty or vanished changes nothing but the log: who had a key
/// keeps it, and nobody else gets in.
public final class AccessKeys: Sendable {
    /// What there is to compare with.
    private struct State {
        /// By digest; nil while no key is demanded.
        var records: [SHA256Digest: AccessKeyRecord]?
        /// Of the file when it was last read, whatever came of it.
        var stamp: AccessKeyFile.Stamp?
        /// Why the file cannot be used.
        var problem: String?
        var isWatching = false
    }

    private static let interval = Duration.seconds(1)

    private let file: AccessKeyFile?
    private let logger: Logger
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "access-keys")

    /// Demands no key, ever.
    public static let open = AccessKeys()

    private init() {
        file = nil
        logger = Logger(label: "access") { _ in SwiftLogNoOpLogHandler() }
        state = Mutex(State())
    }

    /// Reads a file of keys.
    ///
    /// - Parameters:
    ///   - file: Where they are.
    ///   - isOptional: Whether a file that does not exist means that no key is demanded, until it appears.
    ///   - logger: Is told when the keys change, and when the file cannot be used.
    /// - Throws: ``AccessKeyError``, naming file and line.
    public init(file: AccessKeyFile, isOptional: Bool, logger: Logger) throws(AccessKeyError) {
        var state = State()
        do throws(AccessKeyError) {
            let (text, stamp) = try file.readStamped()
            (state.records, state.stamp) = (Self.byDigest(text), stamp)
        } catch {
            guard isOptional, error.code == .notFound else { throw error }
        }
        self.file = file
        self.logger = logger
        self.state = Mutex(state)
    }

    /// Whether no key is demanded.
    var isOpen: Bool { state.withLock { $0.records == nil } }

    /// How many keys there are; nil while none is demanded.
    var count: Int? { state.withLock { $0.records?.count } }

    /// Why the file cannot be used now; nil when it can, and while there is none to use.
    var problem: String? { state.withLock { $0.problem } }

    /// What is known of a key.
    ///
    /// It is found by its digest, so how long the search takes tells nothing of the key itself.
    func record(of key: AccessKey) -> AccessKeyRecord? {
        let digest = key.digest
        return state.withLock { $0.records?[digest] }
    }

    /// Says how things stand, and begins to look at the file once a second.
    func watch(_ environment: ServiceEnvironment) {
        guard let file else { return }
        let isFirst = state.withLock { state in
            defer { state.isWatching = true }
            return !state.isWatching
        }
        guard isFirst else { return }
        if let count {
            logger.info("access keys are demanded", metadata: ["file": "\(file.path)", "keys": "\(count)"])
            if count == 0 { warnOfNone(file) }
        }
        wait(environment)
    }

    /// Ends the watch.
    func stop() { state.withLock { $0.isWatching = false } }

    private func wait(_ environment: ServiceEnvironment) {
        environment.alarm(Self.interval) { [weak self] in
            guard let self else { return }
            queue.async {
                guard self.state.withLock({ $0.isWatching }) else { return }
                self.look()
                self.wait(environment)
            }
        }
    }

    /// Reads the file if it is not what was read last.
    func look() {
        guard let file else { return }
        let (seen, wasOpen) = state.withLock { ($0.stamp, $0.records == nil) }
        let stamp = file.stamp
        // Nothing there can also mean that it may not be seen: reading says which.
        guard stamp != seen || stamp == nil else { return }
        do throws(AccessKeyError) {
            let (text, stamp) = try file.readStamped()
            let records = Self.byDigest(text)
            state.withLock { ($0.records, $0.stamp, $0.problem) = (records, stamp, nil) }
            logger.notice(
                wasOpen ? "access keys are demanded from now on" : "access keys were read again",
                metadata: ["file": "\(file.path)", "keys": "\(records.count)"])
            if records.isEmpty { warnOfNone(file) }
        } catch {
            // Where there never was a file, none is missed.
            if wasOpen, error.code == .notFound { return }
            let isNews = state.withLock { state in
                defer { (state.stamp, state.problem) = (stamp, error.description) }
                // Somebody wants keys: until they can be read, nobody is let in.
                if wasOpen { state.records = [:] }
                return state.problem != error.description
            }
            guard isNews else { return }
            logger.error(
                wasOpen
                    ? "the key file cannot be used; nobody is let in until it can"
                    : "the key file cannot be used; the keys that were read before stay in force",
                metadata: ["problem": "\(error)"])
        }
    }

    private func warnOfNone(_ file: AccessKeyFile) {
        logger.warning("the key file holds no key, so nobody is let in", metadata: ["file": "\(file.path)"])
    }

    private static func byDigest(_ text: AccessKeyText) -> [SHA256Digest: AccessKeyRecord] {
        Dictionary(text.records.map { ($0.digest, $0) }) { first, _ in first }
    }
}
