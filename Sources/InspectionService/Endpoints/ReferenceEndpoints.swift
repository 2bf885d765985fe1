import AnomalyDetection
import Checkpoints
import HTTPServer
import HTTPTypes
import Storage

/// `/products/{id}/references`.
struct ReferenceEndpoints {
    private static let maxRollBackBytes = 4096

    let core: ServiceCore

    func register(in table: inout RouteTable) {
        let path = "/products/{id}/references"
        table.add(.post, path, for: .admin, .whenReady, maxBodyBytes: core.configuration.maxReferenceBodyBytes) {
            request, context in try await add(request, context)
        }
        table.add(.get, path, for: .operator) { request, context in try await list(request, context) }
        table.add(.get, path + "/versions", for: .operator) { request, context in try await versions(request, context) }
        table.add(.get, path + "/{reference}", for: .operator) { request, context in try await picture(request, context)
        }
        table.add(.delete, path + "/{reference}", for: .admin, .whenReady) { request, context in
            try await remove(request, context)
        }
        table.add(.post, path + ":rollback", for: .admin, .whenReady, maxBodyBytes: Self.maxRollBackBytes) {
            request, context in
            try await rollBack(request, context)
        }
    }

    private func add(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        let query = try QueryReader(request, known: ["atomic"])
        let isAtomic = try query.flag("atomic")
        let product = try await core.product(ProductEndpoints.id(request, context))
        let upload = try ImageUpload(request, mayHaveMetadata: false)
        let plan = try await core.registry.plan(of: product)
        let intake = ReferenceIntake(core: core, product: product, plan: plan, isAtomic: isAtomic)
        let report = try await intake.add(upload.images)
        let created = report.outcomes.count { $0.status == .created }
        context.note("created", String(created))
        let problems = report.outcomes.compactMap(\.problem)
        if problems.count == report.outcomes.count { throw Self.refusal(problems, isForm: upload.isForm) }
        if created > 0 { await warm(product.id) }
        return .json(ReferenceDocument.report(report), status: created > 0 ? .created : .ok)
    }

    /// The problem of an upload of which nothing can be used.
    private static func refusal(_ problems: [Problem], isForm: Bool) -> Problem {
        guard isForm, let first = problems.first else { return problems.first ?? .internalError }
        let isOne = problems.allSatisfy { $0.kind == first.kind && $0.kind == .referenceLimit }
        return Problem(
            isOne ? first.kind : .unusableImage,
            (problems.count == 1 ? "the picture cannot" : "none of the \(problems.count) pictures can")
                + " be a reference: \(first.detail)",
            faults: problems.enumerated().map { .init(pointer: "/image/\($0)", detail: $1.detail) })
    }

    /// Brings the new bank into memory, and chooses its rows where they are capped, so that the next inspection finds it.
    ///
    /// Whatever fails here fails again where it matters, and is reported there.
    private func warm(_ id: String) async {
        guard let product = try? await core.store.product(id), product.references.count > 0,
            let plan = try? await core.registry.plan(of: product)
        else { return }
        _ = try? await core.banks.lease(plan.bank(of: product))
    }

    private func list(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        let query = try QueryReader(request, known: ["version"])
        let version = try query.integer("version", in: 1...Int.max)
        let product = try await core.product(ProductEndpoints.id(request, context))
        let set = try await core.store.referenceSet(of: product.id, version: version)
        if set == nil, let version { throw Self.unknownVersion(version, of: product) }
        return .json(ReferenceDocument.set(set))
    }

    private func versions(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        let query = try QueryReader(request, known: ["pageSize", "pageToken"])
        let product = try await core.product(ProductEndpoints.id(request, context))
        let page = try await core.store.referenceVersions(
            of: product.id, after: try query.pageToken(), limit: try query.pageSize())
        let items = page.items.map { ReferenceDocument.version($0, current: product.references.version) }
        return .json(.page(items, next: page.next?.text))
    }

    private func picture(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        _ = try QueryReader(request, known: [])
        let product = try await core.product(ProductEndpoints.id(request, context))
        guard let id = Self.reference(request),
            let picture = try await core.store.referencePicture(id, of: product.id)
        else { throw Self.unknown }
        return .picture(picture.bytes, type: "image/\(picture.record.format)")
    }

    private func remove(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        _ = try QueryReader(request, known: [])
        let product = try await core.product(ProductEndpoints.id(request, context))
        guard let id = Self.reference(request),
            let set = try await core.store.removeReference(id, from: product.id, at: core.environment.now())
        else { throw Self.unknown }
        await warm(product.id)
        return .json(["references": ReferenceDocument.summary(set)])
    }

    private func rollBack(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        _ = try QueryReader(request, known: [])
        let root = try FormReader.root(of: request.body)
        var form = FormReader()
        let node = form.members(of: root, known: ["version"], required: ["version"])["version"]
        let version = node?.value.integer ?? 0
        if let node, version < 1 { form.note(node, expected: "the number of a version, 1 or more") }
        try form.finish(.invalidBody, "the body cannot be used")
        let product = try await core.product(ProductEndpoints.id(request, context))
        let plan = try await core.registry.plan(of: product)
        let set = try await core.store.rollBackReferences(
            of: product.id, to: version, encodedWith: plan.encodingKey, limits: core.referenceLimits,
            at: core.environment.now())
        guard let set else { throw Self.unknownVersion(version, of: product) }
        await warm(product.id)
        return .json(["references": ReferenceDocument.summary(set)])
    }

    private static func reference(_ request: ServerRequest) -> Storage.SHA256Digest? {
        request.pathParameters["reference"].flatMap { Storage.SHA256Digest(hex: $0) }
    }

    private static let unknown = Problem(
        .unknownReference, "expected the SHA-256 of a picture among the product's references, in hexadecimal")

    private static func unknownVersion(_ version: Int, of product: ProductRecord) -> Problem {
        let current = product.references.version
        let known = current == 0 ? "product “\(product.id)” has none yet" : "the current one is \(current)"
        return Problem(
            .unknownReferenceVersion, "expected a version of the product's references (\(known)), found \(version)")
    }
}
