import AnomalyDetection
import Checkpoints
import HTTPServer
import HTTPTypes
import Images
import Storage

/// `/products/{id}/references`.
struct ReferenceEndpoints {
    let core: ServiceCore

    func register(in table: inout RouteTable) {
        let path = "/products/{id}/references"
        table.add(.post, path, .whenReady, maxBodyBytes: core.configuration.maxReferenceBodyBytes) {
            request, context in try await add(request, context)
        }
        table.add(.get, path) { request, context in try await list(request, context) }
        table.add(.get, path + "/{reference}") { request, context in
            let product = ProductEndpoints.id(request, context)
            guard let id = Self.reference(request),
                let picture = try await core.store.referencePicture(id, of: product)
            else { throw Self.unknown }
            return .picture(picture.bytes, type: "image/\(picture.record.format)")
        }
        table.add(.delete, path + "/{reference}", .whenReady) { request, context in
            let product = ProductEndpoints.id(request, context)
            guard let id = Self.reference(request),
                let set = try await core.store.removeReference(id, from: product, at: core.environment.now())
            else { throw Self.unknown }
            return .json(["references": ProductDocument.references(set)])
        }
    }

    /// What became of one picture.
    private struct Outcome {
        var tree: [JSONTree.Member]
        var problem: Problem?
        var isNew = false
        var set: ReferenceSetSummary?
    }

    private func add(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        _ = try QueryReader(request, known: [])
        let product = try await core.product(ProductEndpoints.id(request, context))
        let upload = try ImageUpload(request, mayHaveMetadata: false)
        let plan = try await core.registry.plan(of: product)
        let known = try await core.store.referenceSet(of: product.id, version: nil)?.members.map(\.id) ?? []
        var outcomes: [Outcome] = []
        for (index, image) in upload.images.enumerated() {
            outcomes.append(try await add(image, index, to: product, plan, known: Set(known)))
        }
        context.note("created", String(outcomes.count { $0.isNew }))
        if !upload.isForm, let problem = outcomes.first?.problem { throw problem }
        let problems = outcomes.compactMap(\.problem)
        if problems.count == outcomes.count {
            let faults = outcomes.enumerated().compactMap { index, outcome in
                outcome.problem.map { Problem.Fault(pointer: "/image/\(index)", detail: $0.detail) }
            }
            throw Problem(.unusableImage, "none of the \(problems.count) pictures can be a reference", faults: faults)
        }
        let set = outcomes.compactMap(\.set).last ?? product.references
        let tree: JSONTree = [
            "items": .array(outcomes.map { .object($0.tree) }), "references": ProductDocument.references(set),
        ]
        return .json(tree, status: outcomes.contains { $0.isNew } ? .created : .ok)
    }

    private func add(
        _ image: ImageUpload.Image, _ index: Int, to product: ProductRecord, _ plan: ProductPlan,
        known: Set<Storage.SHA256Digest>
    ) async throws -> Outcome {
        var tree: [JSONTree.Member] = [.init(name: "index", value: .integer(index))]
        if let name = image.name { tree.append(.init(name: "name", value: .string(name))) }
        do {
            let limits = ImageLimits(maxPixels: core.configuration.maxImagePixels)
            let header = try ImageDecoder.header(of: image.bytes, limits: limits)
            guard let id = Storage.SHA256Digest(bytes: Checkpoints.SHA256Digest.of(image.bytes).bytes) else {
                throw Problem.internalError
            }
            var outcome = Outcome(tree: tree)
            if !known.contains(id) {
                let place = try core.line.enter(bytes: header.decodingBytes)
                let encoding = try await core.references.encode(image.bytes, key: plan.encodingKey, lane: .request)
                let reference = NewReference(
                    id: id, format: header.format.rawValue, width: header.width, height: header.height,
                    bytes: image.bytes, encoding: encoding)
                let limits = ReferenceLimits(
                    count: core.configuration.maxReferences, bankBytes: core.configuration.maxReferenceBankBytes)
                let added = try await core.store.addReference(
                    reference, to: product.id, limits: limits, at: core.environment.now())
                withExtendedLifetime(place) {}
                outcome.isNew = added.isNew
                outcome.set = added.references
            }
            outcome.tree += [
                .init(name: "status", value: .string(outcome.isNew ? "created" : "duplicate")),
                .init(name: "id", value: .string(id.hex)), .init(name: "width", value: .integer(header.width)),
                .init(name: "height", value: .integer(header.height)),
            ]
            return outcome
        } catch {
            let problem = Problem(error)
            // Only what is wrong with this picture is its own affair; a full queue or disk is the whole request's.
            guard problem.status.kind == .clientError, problem.kind != .queueFull else { throw error }
            tree += [
                .init(name: "status", value: .string("rejected")), .init(name: "problem", value: problem.tree),
            ]
            return Outcome(tree: tree, problem: problem)
        }
    }

    private func list(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        _ = try QueryReader(request, known: [])
        let product = try await core.product(ProductEndpoints.id(request, context))
        let set = try await core.store.referenceSet(of: product.id, version: nil)
        let items = (set?.members ?? []).map { member -> JSONTree in
            [
                "id": .string(member.id.hex), "format": .string(member.format), "width": .integer(member.width),
                "height": .integer(member.height), "bytes": .integer(member.byteCount),
                "createdAt": .string(RFC3339.text(member.createdAt)),
            ]
        }
        return .json([
            "version": .integer(set?.version ?? 0), "count": .integer(items.count), "items": .array(items),
            "nextPageToken": .null,
        ])
    }

    private static func reference(_ request: ServerRequest) -> Storage.SHA256Digest? {
        request.pathParameters["reference"].flatMap { Storage.SHA256Digest(hex: $0) }
    }

    private static let unknown = Problem(
        .unknownReference, "expected the SHA-256 of a picture among the product's references, in hexadecimal")
}
