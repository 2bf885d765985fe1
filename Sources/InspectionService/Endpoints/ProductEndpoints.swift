import AnomalyDetection
import CLIP
import HTTPServer
import HTTPTypes
import Storage

/// `/products` and `/products/{id}`.
struct ProductEndpoints {
    private static let maxBodyBytes = 512 * 1024

    let core: ServiceCore

    func register(in table: inout RouteTable) {
        table.add(.get, "/products") { request, _ in try await list(request) }
        table.add(.get, "/products/{id}") { request, context in
            _ = try QueryReader(request, known: [])
            let record = try await core.product(Self.id(request, context))
            return try await response(record, status: .ok)
        }
        table.add(.put, "/products/{id}", .whenReady, maxBodyBytes: Self.maxBodyBytes) { request, context in
            try await put(request, context)
        }
        table.add(.delete, "/products/{id}", .whenReady) { request, context in
            _ = try QueryReader(request, known: [])
            let id = Self.id(request, context)
            guard try await core.store.deleteProduct(id, if: try Self.precondition(request)) else {
                throw Problem(.unknownProduct, "there is no product “\(id.prefix(80))”")
            }
            await core.registry.forget(id)
            return ServerResponse(status: .noContent)
        }
    }

    /// The product's id in the path, noted for the log when it can be one.
    static func id(_ request: ServerRequest, _ context: RequestContext) -> String {
        let id = request.pathParameters["id"] ?? ""
        if (try? ProductForm.check(id: id)) != nil { context.note("product", id) }
        return id
    }

    private func put(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        _ = try QueryReader(request, known: [])
        let id = Self.id(request, context)
        try ProductForm.check(id: id)
        let form = ProductForm(
            knowledgeBase: core.knowledgeBase, patchSize: core.model.clip.configuration.vision.patchSize,
            configuration: core.configuration)
        let settings = try form.settings(from: request.body, id: id)
        let write = try await core.store.putProduct(
            id, settings: settings, if: try Self.precondition(request), at: core.environment.now())
        var response = try await response(write.product, status: write.isNew ? .created : .ok)
        if write.isNew { response.headerFields[.location] = "/products/\(PathSegment.encode(id))" }
        return response
    }

    private func list(_ request: ServerRequest) async throws -> ServerResponse {
        let query = try QueryReader(request, known: ["pageSize", "pageToken"])
        let page = try await core.store.products(after: try query.pageToken(), limit: try query.pageSize())
        var items: [JSONTree] = []
        for record in page.items { items.append(await tree(record)) }
        return .json(.page(items, next: page.next?.text))
    }

    private func response(_ record: ProductRecord, status: HTTPResponse.Status) async throws -> ServerResponse {
        .json(await tree(record), status: status, [.eTag: ProductDocument.entityTag(record)])
    }

    private func tree(_ record: ProductRecord) async -> JSONTree {
        let state: Preparation.State
        do {
            state = await (try core.registry.preparation(of: record)).checkedState()
        } catch {
            state = .failed(Problem(error))
        }
        return ProductDocument.tree(
            record, preparation: state, imageSide: core.model.defaultImageSide,
            threshold: core.configuration.defaultThreshold)
    }

    /// `If-Match` and `If-None-Match: *` (RFC 9110, sections 13.1.1 and 13.1.2).
    private static func precondition(_ request: ServerRequest) throws(Problem) -> ProductPrecondition {
        let fields = request.head.headerFields
        if let tag = fields[.ifMatch] {
            guard tag.hasPrefix("\"r"), tag.hasSuffix("\""), let revision = Int(tag.dropFirst(2).dropLast()) else {
                throw Problem(.invalidParameter, "If-Match: expected the ETag of an earlier answer, such as \"r3\"")
            }
            return .revision(revision)
        }
        guard let tag = fields[.ifNoneMatch] else { return .none }
        guard tag == "*" else { throw Problem(.invalidParameter, "If-None-Match: expected *") }
        return .absent
    }
}
