public import HTTPTypes

/// One complete request, as a route handler gets it.
public struct ServerRequest: Sendable {
    /// Method, target as sent, authority and fields in the order they arrived.
    public let head: HTTPRequest
    /// The path and query behind `head.path`, percent-decoded.
    public let target: RequestTarget
    /// The whole body, without any transfer coding.
    public let body: [UInt8]
    /// The values of the route's `{name}` parts, percent-decoded.
    public let pathParameters: [String: String]
    /// The pattern that matched, such as `/products/{id}`: the label for metrics and logs.
    public let routePattern: String
    /// The client's numeric address and port, such as `127.0.0.1:51234` or `[::1]:51234`.
    public let remoteAddress: String
    /// Who asks, as the route's admission found; nil where nobody was asked for.
    public let principal: String?
    /// When the last byte of the request was read.
    public let receivedAt: ContinuousClock.Instant

    /// Counts the body against the server's memory bound for as long as a copy of this request lives.
    private let lease: BodyLease?

    /// Makes a request, for example to try a handler without a server.
    ///
    /// - Parameters:
    ///   - head: Method, target and fields.
    ///   - target: The decoded form of `head.path`.
    ///   - body: The whole body.
    ///   - pathParameters: Values of the route's parameters.
    ///   - routePattern: The route's pattern.
    ///   - remoteAddress: The client's address and port.
    ///   - principal: Who asks.
    ///   - receivedAt: When the request was complete.
    public init(
        head: HTTPRequest, target: RequestTarget, body: [UInt8] = [], pathParameters: [String: String] = [:],
        routePattern: String = "", remoteAddress: String = "", principal: String? = nil,
        receivedAt: ContinuousClock.Instant = .now
    ) {
        self.init(
            head: head, target: target, body: body, pathParameters: pathParameters, routePattern: routePattern,
            remoteAddress: remoteAddress, principal: principal, receivedAt: receivedAt, lease: nil)
    }

    init(
        head: HTTPRequest, target: RequestTarget, body: [UInt8], pathParameters: [String: String],
        routePattern: String, remoteAddress: String, principal: String?, receivedAt: ContinuousClock.Instant,
        lease: BodyLease?
    ) {
        self.head = head
        self.target = target
        self.body = body
        self.pathParameters = pathParameters
        self.routePattern = routePattern
        self.remoteAddress = remoteAddress
        self.principal = principal
        self.receivedAt = receivedAt
        self.lease = lease
    }

    /// The percent-decoded path.
    public var path: String { target.path }

    /// All query items in the order they were sent, decoded.
    public var query: [RequestTarget.QueryItem] { target.query }

    /// The first query value of that name, nil when there is none.
    ///
    /// - Parameter name: A name, compared exactly.
    /// - Returns: The decoded value; empty for a name without `=`.
    public func query(_ name: String) -> String? { target.query.first { $0.name == name }?.value }
}

/// A share of the memory bound for request bodies, given back when the last owner lets go.
final class BodyLease: Sendable {
    private let budget: ByteBudget
    private let bytes: Int

    /// Takes over bytes that were already counted in `budget`.
    init(taking bytes: Int, from budget: ByteBudget) {
        self.budget = budget
        self.bytes = bytes
    }

    deinit { budget.release(bytes) }
}
