import AnomalyDetection
import CLIP
import HTTPServer
import HTTPTypes
import Storage

/// `/products` and `/products/{id}`.
struct ProductEndpoints {
    private static let maxBodyBytes = 512 * 1024
    private static let mergePatch = MediaType("application", "merge-patch+json")
    /// Times a patch without `If-Match` is applied anew because the product changed in between.
    private static let patchAttempts = 8

    let core: ServiceCore

    func register(in table: inout RouteTable) {
        let path = "/products/{id}"
        table.add(.get, "/products", for: .line) { request, _ in try await list(request) }
        table.add(.get, path, for: .line) { request, context in try await show(request, context) }
        table.add(.put, path, for: .admin, .whenReady, maxBodyBytes: Self.maxBodyBytes) { request, context in
            try await put(request, context)
        }
        table.add(.patch, path, for: .admin, .whenReady, maxBodyBytes: Self.maxBodyBytes) { request, context in
            try await patch(request, context)
        }
        table.add(.delete, path, for: .admin, .whenReady) { request, context in try await delete(request, context) }
    }

    /// The product's id in the path, noted for the log when it can be one.
    static func id(_ request: ServerRequest, _ context: RequestContext) -> String {
        let id = request.pathParameters["id"] ?? ""
        if (try? ProductForm.check(id: id)) != nil { context.note("product", id) }
        return id
    }

    private func show(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        _ = try QueryReader(request, known: [])
        let record = try await core.product(Self.id(request, context))
        let status = await status(of: record)
        let tag = ProductTag(record, status)
        if let value = request.head.headerFields[.ifNoneMatch],
            try EntityTags(value, field: "If-None-Match").contain(tag.tag)
        {
            return ServerResponse(status: .notModified, headerFields: [.eTag: tag.tag.text])
        }
        return .json(tree(record, status), [.eTag: tag.tag.text])
    }

    private func put(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        _ = try QueryReader(request, known: [])
        let id = Self.id(request, context)
        try ProductForm.check(id: id)
        let settings = try core.productForm.settings(from: request.body, id: id)
        var precondition = try ProductTag.precondition(request)
        let isUnconditional = precondition == .none
        if isUnconditional, core.configuration.requiresIfMatch { precondition = .absent }
        do {
            return try await written(id, settings, if: precondition)
        } catch let error as StorageError where error.code == .revisionMismatch && isUnconditional {
            throw Self.preconditionRequired
        }
    }

    private func patch(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        _ = try QueryReader(request, known: [])
        let id = Self.id(request, context)
        let type = request.head.headerFields[.contentType]
        guard type.flatMap({ MediaType($0) })?.essence == Self.mergePatch.essence else {
            throw Problem(
                .unsupportedMediaType, "expected \(Self.mergePatch.essence) (RFC 7396), found \(type ?? "no type")",
                headerFields: [.acceptPatch: Self.mergePatch.essence])
        }
        let precondition = try ProductTag.precondition(request)
        if precondition == .none, core.configuration.requiresIfMatch { throw Self.preconditionRequired }
        for _ in 0..<Self.patchAttempts {
            let product = try await core.product(id)
            try precondition.check(product.revision)
            let settings = try core.productForm.settings(patching: product, with: request.body)
            do {
                return try await written(id, settings, if: .revision(product.revision))
            } catch let error as StorageError where error.code == .revisionMismatch {
                // Somebody was faster: the patch is meant for what the product is now, if the client's condition still holds.
                continue
            }
        }
        throw Problem(
            .preconditionFailed, "product “\(id)” was changed each of \(Self.patchAttempts) times it was patched",
            retryAfterSeconds: 1)
    }

    private func delete(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        _ = try QueryReader(request, known: [])
        let id = Self.id(request, context)
        let precondition = try ProductTag.precondition(request)
        if precondition == .none, core.configuration.requiresIfMatch, try await core.store.product(id) != nil {
            throw Self.preconditionRequired
        }
        guard try await core.store.deleteProduct(id, if: precondition) else {
            throw Problem(.unknownProduct, "there is no product “\(id.prefix(80))”")
        }
        await core.registry.forget(id)
        core.banks.forget(id)
        core.drift.forget(id)
        return ServerResponse(status: .noContent)
    }

    private func list(_ request: ServerRequest) async throws -> ServerResponse {
        let query = try QueryReader(request, known: ["pageSize", "pageToken"])
        let page = try await core.store.products(after: try query.pageToken(), limit: try query.pageSize())
        var items: [JSONTree] = []
        for record in page.items { items.append(tree(record, await status(of: record))) }
        return .json(.page(items, next: page.next?.text))
    }
}

// What the methods share.
extension ProductEndpoints {
    private func written(
        _ id: String, _ settings: ProductSettings, if precondition: ProductPrecondition
    ) async throws -> ServerResponse {
        let write = try await core.store.putProduct(
            id, settings: settings, if: precondition, at: core.environment.now())
        let status = await status(of: write.product)
        var fields: HTTPFields = [.eTag: ProductTag(write.product, status).tag.text]
        if write.isNew { fields[.location] = "/products/\(PathSegment.encode(id))" }
        return .json(tree(write.product, status), status: write.isNew ? .created : .ok, fields)
    }

    private func status(of record: ProductRecord) async -> ProductStatus { await core.registry.status(of: record) }

    private func tree(_ record: ProductRecord, _ status: ProductStatus) -> JSONTree {
        ProductDocument.tree(
            record, status, imageSide: core.model.defaultImageSide, threshold: core.configuration.defaultThreshold,
            keepImages: core.configuration.defaultKeepImages)
    }

    /// RFC 6585, section 3.
    static let preconditionRequired = Problem(
        .preconditionRequired,
        "expected If-Match with the product's ETag (or * for whatever it is now), found neither If-Match nor "
            + "If-None-Match: somebody may have changed the product since it was read")
}
