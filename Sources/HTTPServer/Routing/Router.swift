public import HTTPTypes

/// Answers one request; it may suspend for as long as it needs, and is cancelled when the client hangs up.
public typealias RouteHandler = @Sendable (ServerRequest) async -> ServerResponse

/// Bounds of one route that differ from the server's.
public struct RouteLimits: Sendable, Equatable {
    /// Longest body in bytes; the server's `maxBodyBytes` when nil.
    public var maxBodyBytes: Int?

    /// Makes bounds for a route.
    ///
    /// - Parameter maxBodyBytes: Longest body in bytes; nil for the server's.
    public init(maxBodyBytes: Int? = nil) {
        self.maxBodyBytes = maxBodyBytes
    }
}

/// One method on one pattern.
struct Route: Sendable {
    enum Action: Sendable {
        case task(RouteHandler)
        case inline(@Sendable (ServerRequest) -> ServerResponse)
    }

    let method: HTTPRequest.Method
    let pattern: RoutePattern
    let limits: RouteLimits
    let admission: RouteAdmission?
    let action: Action
}

/// Finds the handler for a method and path.
///
/// Literal text wins over parameters, segment by segment from the left. A path that matches with other methods only
/// gives 405 with `Allow`; GET routes answer HEAD, and every path answers OPTIONS.
public struct Router: Sendable {
    private var tree = RouteTree()
    /// Answers OPTIONS, given the request and the methods of its path in the form of `Allow` (RFC 9110, 9.3.7).
    ///
    /// Called on event loops: it must be quick, and must not answer with a stream.
    public var optionsResponder: @Sendable (HTTPRequest, String) -> ServerResponse = { _, allowed in
        ServerResponse(status: .noContent, headerFields: [.allow: allowed])
    }

    /// A router without routes.
    public init() {}

    /// Adds a route.
    ///
    /// The same method and pattern twice, or a pattern that cannot be read, is a programming error.
    ///
    /// - Parameters:
    ///   - method: The method; a GET route answers HEAD too, unless that has its own.
    ///   - pattern: `/`-separated segments; each is literal, or one `{name}` with optional literal text around it,
    ///     as in `/products/{id}`, `/masks/{type}.png`, `/references:rollback`.
    ///   - limits: Bounds for this route.
    ///   - admission: May answer from the head alone, before the body is read; nil lets every request through.
    ///   - handler: Runs in a Swift task of its own.
    public mutating func on(
        _ method: HTTPRequest.Method, _ pattern: String, limits: RouteLimits? = nil, admission: RouteAdmission? = nil,
        handler: @escaping RouteHandler
    ) {
        tree.insert(
            Route(
                method: method, pattern: RoutePattern(pattern), limits: limits ?? RouteLimits(), admission: admission,
                action: .task(handler)))
    }

    /// Adds a route that is answered on the event loop itself, without a task: for answers that are ready, such as liveness.
    ///
    /// All connections of the loop wait while it runs, so it must take microseconds.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - pattern: As for `on`.
    ///   - limits: Bounds for this route.
    ///   - admission: May answer from the head alone, before the body is read; nil lets every request through.
    ///   - handler: Must neither block nor compute for long.
    public mutating func onInline(
        _ method: HTTPRequest.Method, _ pattern: String, limits: RouteLimits? = nil, admission: RouteAdmission? = nil,
        handler: @escaping @Sendable (ServerRequest) -> ServerResponse
    ) {
        tree.insert(
            Route(
                method: method, pattern: RoutePattern(pattern), limits: limits ?? RouteLimits(), admission: admission,
                action: .inline(handler)))
    }

    /// A route found for a request, with what its pattern captured.
    struct Match: Sendable {
        let route: Route
        let target: RequestTarget
        let parameters: [String: String]

        /// What the route's admission says of the request.
        func admission(of request: HTTPRequest) -> Admission { route.admission?(request, target) ?? .admitted() }
    }

    /// What there is for a request.
    enum Resolution: Sendable {
        case match(Match)
        /// An OPTIONS request, answered with the methods of the path.
        case options(allowed: [HTTPRequest.Method])
        case failure(ServerFailure)
    }

    /// Finds the route of a request by method and path alone, so that it can be refused before its body is read.
    func resolve(_ request: HTTPRequest) -> Resolution {
        if request.path == "*" { return .options(allowed: [.options]) }
        guard let target = RequestTarget(request.path ?? "") else {
            return .failure(ServerFailure(.invalidTarget, request: request))
        }
        var match: Match?
        var allowed: [HTTPRequest.Method] = []
        tree.forEachMatch(of: target.segments) { routes, captures in
            let route =
                routes.first { $0.method == request.method }
                ?? (request.method == .head ? routes.first { $0.method == .get } : nil)
            guard let route else {
                allowed += routes.map(\.method)
                return false
            }
            let parameters = zip(route.pattern.names, captures.map(String.init))
            match = Match(route: route, target: target, parameters: Dictionary(uniqueKeysWithValues: parameters))
            return true
        }
        if let match { return .match(match) }
        guard !allowed.isEmpty else { return .failure(ServerFailure(.notFound, request: request)) }
        allowed = Self.completing(allowed)
        if request.method == .options { return .options(allowed: allowed) }
        return .failure(ServerFailure(.methodNotAllowed(allowed: allowed), request: request))
    }

    /// The methods with what is answered besides them: HEAD with GET, OPTIONS always; each once, in a fixed order.
    private static func completing(_ methods: [HTTPRequest.Method]) -> [HTTPRequest.Method] {
        var all = Set(methods).union([.options])
        if all.contains(.get) { all.insert(.head) }
        return all.sorted { $0.rawValue < $1.rawValue }
    }

    /// Answers a request without a server: the same routing, admission, limits and failures as over a socket.
    ///
    /// - Parameters:
    ///   - request: Method, path with query, and fields.
    ///   - body: The whole body.
    ///   - maxBodyBytes: Longest body where the route sets no bound.
    ///   - errorResponder: Answers what no handler does.
    /// - Returns: The response as a handler or the responder made it; a stream is not yet started.
    public func respond(
        to request: HTTPRequest, body: [UInt8] = [], maxBodyBytes: Int = .max,
        errorResponder: @Sendable (ServerFailure) -> ServerResponse
    ) async -> ServerResponse {
        switch resolve(request) {
        case .failure(let failure): return errorResponder(failure)
        case .options(let allowed): return optionsResponse(to: request, allowed)
        case .match(let match):
            let principal: String?
            switch match.admission(of: request) {
            case .answered(let response): return response
            case .admitted(let name): principal = name
            }
            let limit = match.route.limits.maxBodyBytes ?? maxBodyBytes
            guard body.count <= limit else {
                let pattern = match.route.pattern.text
                return errorResponder(
                    ServerFailure(.bodyTooLarge(limit: limit), request: request, routePattern: pattern))
            }
            let complete = ServerRequest(
                head: request, target: match.target, body: body, pathParameters: match.parameters,
                routePattern: match.route.pattern.text, principal: principal)
            switch match.route.action {
            case .task(let handler): return await handler(complete)
            case .inline(let handler): return handler(complete)
            }
        }
    }

    /// The answer to OPTIONS.
    func optionsResponse(to request: HTTPRequest, _ allowed: [HTTPRequest.Method]) -> ServerResponse {
        optionsResponder(request, allowed.map(\.rawValue).joined(separator: ", "))
    }
}
