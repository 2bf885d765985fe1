import HTTPServer
import HTTPTypes
import Storage

/// `/results`: lists, exports and summaries, and each result's own document.
struct ResultEndpoints {
    private static let json = MediaType("application", "json")
    private static let lines = MediaType("application", "x-ndjson")
    private static let table = MediaType("text", "csv")
    /// Most groups of a summary: more than six weeks of hours.
    private static let maxGroups = 1000

    let core: ServiceCore

    func register(in table: inout RouteTable) {
        table.add(.get, "/results", for: .operator) { request, _ in
            let accept = AcceptHeader(request.head.headerFields[.accept])
            switch accept.preferred(among: [Self.json, Self.lines, Self.table]) {
            case Self.json: return try await list(request)
            case Self.lines: return try export(request, as: .lines)
            case Self.table: return try export(request, as: .table)
            default:
                throw Problem(
                    .notAcceptable,
                    "expected application/json, application/x-ndjson or text/csv among the accepted types"
                )
            }
        }
        table.add(.get, "/results/summary", for: .operator) { request, _ in try await summary(request) }
        table.add(.get, "/results/{result}", for: .operator) { request, _ in
            ServerResponse(contentType: "application/json", bytes: try await record(request).document)
        }
        table.add(.delete, "/results/{result}", for: .admin, .whenReady) { request, context in
            let id = try Self.id(request)
            guard try await core.store.deleteResult(id) else { throw Self.unknown(id) }
            context.note("result", id)
            return ServerResponse(status: .noContent)
        }
    }

    /// The result that the path names.
    ///
    /// - Throws: `Problem` of kind `unknownResult`, or `StorageError`.
    func record(_ request: ServerRequest) async throws -> ResultRecord {
        let id = try Self.id(request)
        guard let record = try await core.store.result(id) else { throw Self.unknown(id) }
        return record
    }

    /// The id in the path of a request without parameters.
    static func id(_ request: ServerRequest) throws -> String {
        _ = try QueryReader(request, known: [])
        return request.pathParameters["result"] ?? ""
    }

    /// The problem of an id that no result has.
    static func unknown(_ id: String) -> Problem {
        Problem(.unknownResult, "there is no result “\(id.prefix(80))”")
    }

    private func list(_ request: ServerRequest) async throws -> ServerResponse {
        let query = try QueryReader(
            request, known: ResultFilter.parameters + ["pageSize", "pageToken"], prefix: ResultFilter.metadataPrefix)
        let page = try await core.store.results(
            matching: try ResultFilter(query), after: try query.pageToken(), limit: try query.pageSize())
        return .json(.page(page.items.map { .raw($0.document) }, next: page.next?.text), [.vary: "Accept"])
    }

    private func export(_ request: ServerRequest, as form: ResultExportForm) throws -> ServerResponse {
        let query = try QueryReader(request, known: ResultFilter.parameters, prefix: ResultFilter.metadataPrefix)
        let stream = ResultExportStream(try ResultFilter(query), as: form, from: core.store)
        return ServerResponse(
            status: .ok,
            headerFields: [
                .contentType: form.mediaType, .contentDisposition: "attachment; filename=\"\(form.fileName)\"",
                .vary: "Accept", .cacheControl: "no-store",
            ], body: .stream(stream))
    }

    private func summary(_ request: ServerRequest) async throws -> ServerResponse {
        let query = try QueryReader(
            request, known: ["by"] + ResultFilter.parameters, prefix: ResultFilter.metadataPrefix)
        guard let key = try query.choice("by", ResultGroup.Key.self) else {
            let all = ResultGroup.Key.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.parameter("by", "expected one of \(all), found none")
        }
        let summary = try await core.store.summary(of: try ResultFilter(query), by: key, limit: Self.maxGroups)
        return .json(ResultSummaryDocument.tree(summary, by: key), [.cacheControl: "no-store"])
    }
}
