/// One failure to download a model.
public struct FetchError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; stable, one code per kind of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// The catalogue has no model of that name.
        case unknownModel
        /// The base address is not a plain http or https URL.
        case invalidBaseURL
        /// A repository, revision or file name has characters that could leave the folder or change the URL.
        case unsafeName
        /// The server does not have the file (404 or 410).
        case notFound
        /// The server answered with another status than 200 or 206.
        case unexpectedStatus
        /// The answer is not a model file: an HTML page, an impossible range, or longer than announced.
        case unexpectedContent
        /// No connection, a dropped one, or a stalled one, after all retries.
        case connectionFailed
        /// The server's certificate could not be verified.
        case certificateRefused
        /// A redirect loop, or a redirect to another protocol.
        case redirectRefused
        /// The content's SHA-256 or size is not the expected one.
        case digestMismatch
        /// The disk has less room than the file needs.
        case insufficientSpace
        /// A local file could not be created, written, locked or renamed.
        case cannotWrite
        /// The caller asked to stop; what was received is kept for resuming.
        case cancelled
        /// libcurl could not be set up.
        case libraryFailure
    }

    /// Kind of failure.
    public let code: Code
    /// What was expected, what was found, and where.
    public let detail: String
    /// The HTTP status, when a server answered.
    public let status: Int?
    /// libcurl's result code, when it reported the failure.
    public let libraryCode: Int?
    /// The operating system's `errno`, when a system call failed.
    public let systemError: Int32?
    /// Whether trying again may help; ``ModelFetcher`` already did.
    public let isTransient: Bool
    /// How long the server asks to wait.
    let retryAfter: Duration?

    init(
        _ code: Code, _ detail: String, status: Int? = nil, libraryCode: Int? = nil, systemError: Int32? = nil,
        isTransient: Bool = false, retryAfter: Duration? = nil
    ) {
        self.code = code
        self.detail = detail
        self.status = status
        self.libraryCode = libraryCode
        self.systemError = systemError
        self.isTransient = isTransient
        self.retryAfter = retryAfter
    }

    /// Expected, found and where, in one line.
    public var description: String { detail }
}
