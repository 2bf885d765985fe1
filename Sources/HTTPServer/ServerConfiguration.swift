/// Everything the server can be told: where to listen, how much to accept, how long to wait.
///
/// The defaults suit images of up to 32 MiB from untrusted clients.
public struct ServerConfiguration: Sendable, Equatable {
    /// Numeric IPv4 or IPv6 address, or a host name, to listen on.
    ///
    /// `::` takes IPv4 as well where the system allows it.
    public var host = "127.0.0.1"
    /// TCP port, 0…65535; 0 lets the system choose a free one.
    public var port = 8080
    /// Threads that do network I/O.
    ///
    /// One serves tens of thousands of requests per second; two are a fifth faster even beside a client on two processors.
    public var eventLoops = 2
    /// Threads that run `ResponseChunks.next`, where responses are encoded while they are sent.
    public var responseThreads = 2
    /// Bounds on sizes and counts.
    public var limits = Limits()
    /// Bounds on time.
    public var deadlines = Deadlines()

    /// The default configuration.
    public init() {}

    /// Bounds on sizes and counts; each protects memory from clients.
    public struct Limits: Sendable, Equatable {
        /// Longest request line without CRLF, in bytes; 414 beyond.
        public var maxRequestLineBytes = 8 * 1024
        /// Longest header section, in bytes; 431 beyond.
        public var maxHeaderBytes = 32 * 1024
        /// Most header fields; 431 beyond.
        public var maxHeaderCount = 100
        /// Longest request body, in bytes, where a route sets no other bound; 413 beyond.
        public var maxBodyBytes = 32 * 1024 * 1024
        /// Bodies of all unfinished requests together, in bytes; 503 beyond.
        ///
        /// Counted until the handler drops its request.
        public var maxBufferedBodyBytes = 256 * 1024 * 1024
        /// Responses of known length that are being sent, together, in bytes; 503 beyond.
        ///
        /// A client that reads slowly keeps its response in memory. Those of at most 64 KiB are not counted, so that a
        /// refusal can always be sent; streams are not either, because they are made as they are read.
        public var maxBufferedResponseBytes = 256 * 1024 * 1024
        /// Open connections; beyond it a new one is answered 503 and closed.
        public var maxConnections = 1024
        /// Longest unread body that is read past to keep a connection after an early answer, in bytes.
        public var maxDiscardedBytes = 64 * 1024
        /// Bytes read past while a refused client gets its answer before the connection is closed.
        public var maxLingerBytes = 64 * 1024 * 1024
        /// Slowest transfer of bodies and responses tolerated, in bytes per second, once a deadline's first allowance is spent.
        public var minBytesPerSecond = 16 * 1024

        /// The default limits.
        public init() {}
    }

    /// Bounds on time, each for one phase of a connection: drip-fed bytes do not extend them.
    public struct Deadlines: Sendable, Equatable {
        /// From the first byte of a request (or from the connection's start) to the end of its header section.
        public var header = Duration.seconds(10)
        /// From the end of the header section to the end of the body, plus the time `minBytesPerSecond` grants for what came.
        ///
        /// Also the longest that a body may stand still: what came faster than it had to buys no time for later.
        public var body = Duration.seconds(30)
        /// Silence between requests on a kept connection.
        public var idle = Duration.seconds(60)
        /// For each piece of a response to be taken by the client, plus the time `minBytesPerSecond` grants for what was taken.
        ///
        /// Also the longest that a client may take nothing.
        public var write = Duration.seconds(30)
        /// For a client to close its side after a last response.
        public var linger = Duration.seconds(2)
        /// For running requests to finish once `drain` was called.
        public var drain = Duration.seconds(30)

        /// The default deadlines.
        public init() {}
    }

    /// The first setting that makes no sense, or nil.
    func firstProblem() -> String? {
        let atLeastOne: [(String, Int)] = [
            ("eventLoops", eventLoops), ("responseThreads", responseThreads),
            ("limits.maxRequestLineBytes", limits.maxRequestLineBytes),
            ("limits.maxHeaderBytes", limits.maxHeaderBytes), ("limits.maxHeaderCount", limits.maxHeaderCount),
            ("limits.maxConnections", limits.maxConnections), ("limits.minBytesPerSecond", limits.minBytesPerSecond),
        ]
        let atLeastZero: [(String, Int)] = [
            ("limits.maxBodyBytes", limits.maxBodyBytes),
            ("limits.maxBufferedBodyBytes", limits.maxBufferedBodyBytes),
            ("limits.maxBufferedResponseBytes", limits.maxBufferedResponseBytes),
            ("limits.maxDiscardedBytes", limits.maxDiscardedBytes), ("limits.maxLingerBytes", limits.maxLingerBytes),
        ]
        let positive: [(String, Duration)] = [
            ("deadlines.header", deadlines.header), ("deadlines.body", deadlines.body),
            ("deadlines.idle", deadlines.idle), ("deadlines.write", deadlines.write),
            ("deadlines.linger", deadlines.linger), ("deadlines.drain", deadlines.drain),
        ]
        if !(0...65535).contains(port) { return "port must be 0…65535, found \(port)" }
        if let (name, value) = atLeastOne.first(where: { $0.1 < 1 }) {
            return "\(name) must be at least 1, found \(value)"
        }
        if let (name, value) = atLeastZero.first(where: { $0.1 < 0 }) {
            return "\(name) must not be negative, found \(value)"
        }
        if let (name, value) = positive.first(where: { $0.1 <= .zero || $0.1 > .seconds(86_400) }) {
            return "\(name) must be more than nothing and at most a day, found \(value)"
        }
        return nil
    }
}
