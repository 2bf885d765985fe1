import HTTPServer
import HTTPTypes
import Logging
import Storage

/// Answers one request or throws; what it throws becomes problem+json.
typealias Endpoint = @Sendable (ServerRequest, RequestContext) async throws -> ServerResponse

/// Collects the routes, and gives each what all have in common: who may use it, request id, problem+json, one line in the log.
struct RouteTable {
    /// When an endpoint answers.
    enum Condition {
        /// Always.
        case always
        /// Only while the service takes work.
        case whenReady
    }

    /// One method on one pattern.
    struct Entry: Hashable, Sendable {
        let method: String
        let pattern: String
        let access: RouteAccess
    }

    let core: ServiceCore
    private(set) var router = Router()
    /// What was added, in order.
    private(set) var entries: [Entry] = []

    init(core: ServiceCore) {
        self.core = core
        router.optionsResponder = { request, allowed in
            var response = ServerResponse(status: .noContent, headerFields: [.allow: allowed])
            RequestContext(request, makeID: core.makeRequestID).mark(&response.headerFields)
            return response
        }
    }

    /// Adds a route.
    ///
    /// - Parameters:
    ///   - method: The method.
    ///   - pattern: As for `Router.on`.
    ///   - access: Who may use it.
    ///   - condition: When it answers.
    ///   - maxBodyBytes: Longest body; without one, a request that brings a body is refused by its head, so that nobody
    ///     takes memory for what nobody reads.
    ///   - endpoint: Answers or throws.
    mutating func add(
        _ method: HTTPRequest.Method, _ pattern: String, for access: RouteAccess, _ condition: Condition = .always,
        maxBodyBytes: Int = 0, _ endpoint: @escaping Endpoint
    ) {
        let core = core
        entries.append(Entry(method: method.rawValue, pattern: pattern, access: access))
        router.on(
            method, pattern, limits: RouteLimits(maxBodyBytes: maxBodyBytes), admission: admission(pattern, access)
        ) { request in
            let started = core.environment.uptime()
            let context = RequestContext(request.head, makeID: core.makeRequestID)
            if let key = request.principal { context.note("key", key) }
            var response: ServerResponse
            do {
                if condition == .whenReady { try core.readiness.check() }
                response = try await endpoint(request, context)
            } catch {
                let problem = Problem(error)
                response = problem.response(path: request.head.rawPath, requestID: context.id)
                context.note("problem", problem.kind.rawValue)
                if Self.inspects(pattern) { core.metrics.rejected(problem.kind) }
                if problem.status.kind == .serverError { context.note("cause", Self.cause(error)) }
            }
            context.mark(&response.headerFields)
            core.log(
                method: request.head.method, route: request.routePattern, status: response.status, context,
                duration: core.environment.uptime() - started)
            return response
        }
    }

    /// Adds a `GET` whose answer is ready, given on the event loop itself: it says that the process is alive, even when
    /// every thread for handlers is taken.
    mutating func addInline(
        _ pattern: String, for access: RouteAccess, _ answer: @escaping @Sendable () -> ServerResponse
    ) {
        let core = core
        entries.append(Entry(method: "GET", pattern: pattern, access: access))
        router.onInline(
            .get, pattern, limits: RouteLimits(maxBodyBytes: 0), admission: admission(pattern, access)
        ) { request in
            let context = RequestContext(request.head, makeID: core.makeRequestID)
            var response = answer()
            context.mark(&response.headerFields)
            return response
        }
    }

    /// Asks the doorkeeper, before the body of a request is read.
    private func admission(_ pattern: String, _ access: RouteAccess) -> RouteAdmission {
        let core = core
        return { request, target in
            do throws(Doorkeeper.Refusal) {
                return .admitted(principal: try core.doorkeeper.admit(request, target, access))
            } catch {
                core.metrics.refused(error.reason)
                if Self.inspects(pattern) { core.metrics.rejected(error.problem.kind) }
                let context = RequestContext(request, makeID: core.makeRequestID)
                context.note("problem", error.problem.kind.rawValue)
                context.note("reason", error.reason.rawValue)
                if let key = error.keyName { context.note("key", key) }
                var response = error.problem.response(path: request.rawPath, requestID: context.id)
                context.mark(&response.headerFields)
                core.log(method: request.method, route: pattern, status: response.status, context)
                return .answered(response)
            }
        }
    }

    /// Whether a refusal there is an inspection that was not made.
    private static func inspects(_ pattern: String) -> Bool { pattern.hasPrefix("/inspect") }

    /// An error for the log; a store's own words are added here and nowhere else.
    private static func cause(_ error: any Error) -> String {
        guard let error = error as? StorageError, let message = error.engineMessage else { return "\(error)" }
        return "\(error) (\(message))"
    }
}

extension HTTPRequest {
    /// The path as it was sent, without the query: a URI reference, as `instance` has to be.
    fileprivate var rawPath: String? { path.map { String($0.prefix { $0 != "?" }) } }
}

extension ServiceCore {
    /// Answers what no endpoint does, in the same form.
    func respond(to failure: ServerFailure) -> ServerResponse {
        let context = RequestContext(failure.request, makeID: makeRequestID)
        let problem = Problem(failure)
        var response = problem.response(path: failure.request?.rawPath, requestID: context.id)
        for field in failure.headerFields where response.headerFields[field.name] == nil {
            response.headerFields.append(field)
        }
        context.mark(&response.headerFields)
        context.note("problem", problem.kind.rawValue)
        context.note("cause", failure.description)
        log(method: failure.request?.method, route: failure.routePattern, status: response.status, context)
        return response
    }

    private static let storeFailures = [ProblemKind.storeFull, .storeUnavailable].map(\.rawValue)

    /// Writes the one line of a request.
    func log(
        method: HTTPRequest.Method?, route: String?, status: HTTPResponse.Status, _ context: RequestContext,
        duration: Duration? = nil
    ) {
        // What somebody has to see to, also where single requests are not logged.
        let isStoreFailure =
            status == .serviceUnavailable
            && context.notes.contains { $0 == "problem" && Self.storeFailures.contains($1) }
        logger.log(
            level: status.code == 500 ? .error : isStoreFailure ? .warning : .info, "request",
            metadata: {
                var fields: Logger.Metadata = [
                    "method": "\(method?.rawValue ?? "-")", "route": "\(route ?? "-")", "status": "\(status.code)",
                    "requestId": "\(AccessKey.hiding(in: context.id))",
                ]
                if let duration { fields["seconds"] = "\((duration / .microseconds(1)).rounded() / 1e6)" }
                for (name, value) in context.notes { fields[name] = "\(AccessKey.hiding(in: value))" }
                return fields
            }())
    }
}
