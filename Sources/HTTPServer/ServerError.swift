/// One reason why the server could not start.
public struct ServerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What failed; stable.
    public enum Code: Sendable, Equatable {
        /// A setting makes no sense.
        case invalidConfiguration
        /// The host name or address cannot be resolved.
        case unknownHost
        /// The address and port cannot be listened on: taken, not ours, or not permitted.
        case cannotListen
        /// The system refused a descriptor or a thread.
        case systemResources
        /// `start` was called before, or after `drain`.
        case alreadyStarted
    }

    /// What failed.
    public let code: Code
    /// The error number of the failed system call; 0 when none was involved.
    public let errno: Int32
    /// What was expected, found, and where.
    public let description: String

    init(_ code: Code, _ description: String, errno: Int32 = 0) {
        self.code = code
        self.errno = errno
        self.description = description
    }
}
