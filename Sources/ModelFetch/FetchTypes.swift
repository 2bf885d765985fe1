public import Checkpoints
import Glibc

/// How far a download is.
public struct FetchProgress: Sendable, Equatable {
    /// What is being done to the file.
    public enum Phase: Sendable, Equatable { case downloading, verifying }

    /// The file's name.
    public let file: String
    /// Position among the model's files, from 1.
    public let fileNumber: Int
    /// Number of the model's files.
    public let fileCount: Int
    /// What is being done.
    public let phase: Phase
    /// Bytes on disk, those of earlier attempts included, or bytes verified.
    public let completedBytes: Int
    /// Size of the file, once the server has told it.
    public let totalBytes: Int?
    /// Recent speed of the download; nil until it can be told.
    public let bytesPerSecond: Double?
}

/// What became of one file.
public struct FetchedFile: Sendable, Equatable {
    /// Where the bytes came from.
    public enum Outcome: Sendable, Equatable {
        /// Downloaded in this run, from this byte on.
        case downloaded(resumedFrom: Int)
        /// Was there already and is intact.
        case alreadyPresent
    }

    /// What the digest was compared with.
    public enum Trust: Sendable, Equatable {
        /// The digest in the catalogue.
        case pinned
        /// The digest that the repository's server announced beside the content.
        case announced
        /// The digest recorded when the file was first seen.
        case recorded
        /// Nothing: first seen now, and recorded for the next time.
        case firstUse
    }

    /// The file's name in the model folder.
    public let name: String
    /// Size in bytes.
    public let byteCount: Int
    /// Digest of the content.
    public let sha256: SHA256Digest
    /// Where the bytes came from.
    public let outcome: Outcome
    /// What the digest was compared with.
    public let trust: Trust
}

/// How to reach the server and how patient to be.
public struct FetchOptions: Sendable {
    /// Address in front of `/OWNER/NAME/resolve/REVISION/FILE`: Hugging Face, or a mirror inside the plant.
    public var baseURL = "https://huggingface.co"
    /// Attempts in a row that may fail without receiving a single byte.
    public var maximumAttempts = 6
    /// Wait after the first failed attempt; doubles up to a minute.
    public var firstDelay: Duration = .seconds(1)
    /// Limit for establishing a connection.
    public var connectTimeout: Duration = .seconds(30)
    /// A transfer that moves nothing for this long counts as dropped.
    public var stallTimeout: Duration = .seconds(60)
    /// Obey `https_proxy` and its kin.
    public var usesProxyEnvironment = true

    /// The defaults.
    public init() {}
}

/// Time and disk space, passed in so that tests can move the clock and fill the disk.
public struct FetchEnvironment {
    /// Monotonic time.
    public var now: () -> Duration
    /// Waits.
    public var sleep: (Duration) -> Void
    /// Bytes available to this user in a folder; nil when the system does not tell.
    public var freeBytes: (_ folder: String) -> Int?
    /// Asked often; true ends the download with `.cancelled`.
    public var isCancelled: () -> Bool

    /// Names every part.
    public init(
        now: @escaping () -> Duration, sleep: @escaping (Duration) -> Void,
        freeBytes: @escaping (_ folder: String) -> Int?, isCancelled: @escaping () -> Bool
    ) {
        self.now = now
        self.sleep = sleep
        self.freeBytes = freeBytes
        self.isCancelled = isCancelled
    }

    /// The machine's clock and disk; never cancelled.
    public static func system() -> FetchEnvironment {
        let start = ContinuousClock.now
        return FetchEnvironment(
            now: { start.duration(to: .now) },
            sleep: { duration in
                let (seconds, attoseconds) = duration.components
                var wanted = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
                var rest = timespec()
                while nanosleep(&wanted, &rest) != 0 && errno == EINTR { wanted = rest }
            },
            freeBytes: DiskSpace.freeBytes(in:),
            isCancelled: { false })
    }
}
