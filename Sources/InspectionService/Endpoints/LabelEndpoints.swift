import HTTPServer
import HTTPTypes
import Storage

/// `/results/{id}/label`: what somebody who looked at the part says of it.
struct LabelEndpoints {
    private static let maxBodyBytes = 64 * 1024

    let core: ServiceCore

    func register(in table: inout RouteTable) {
        let path = "/results/{result}/label"
        table.add(.post, path, for: .operator, .whenReady, maxBodyBytes: Self.maxBodyBytes) { request, context in
            let id = try ResultEndpoints.id(request)
            let label = try LabelDocument.label(from: request.body, at: core.environment.now())
            guard try await core.store.setLabel(label, of: id) else { throw ResultEndpoints.unknown(id) }
            context.note("result", id)
            return .json(LabelDocument.tree(label, of: id))
        }
        table.add(.get, path, for: .operator) { request, _ in
            let id = try ResultEndpoints.id(request)
            guard let label = try await core.store.label(of: id) else { throw Self.unknown(id) }
            return .json(LabelDocument.tree(label, of: id), [.cacheControl: "no-store"])
        }
        table.add(.delete, path, for: .operator, .whenReady) { request, context in
            let id = try ResultEndpoints.id(request)
            guard try await core.store.removeLabel(of: id) else { throw Self.unknown(id) }
            context.note("result", id)
            return ServerResponse(status: .noContent)
        }
    }

    private static func unknown(_ id: String) -> Problem {
        Problem(.unknownResult, "there is no label of a result “\(id.prefix(80))”")
    }
}
