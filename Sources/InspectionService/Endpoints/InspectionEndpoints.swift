import AnomalyDetection
import HTTPServer
import HTTPTypes
import Logging
import Storage

/// `POST /inspect` and `POST /inspect:batch`.
struct InspectionEndpoints {
    let core: ServiceCore

    func register(in table: inout RouteTable) {
        table.add(.post, "/inspect", for: .line, .whenReady, maxBodyBytes: core.configuration.maxBodyBytes) {
            request, context in
            try await inspect(request, context)
        }
        table.add(.post, "/inspect:batch", for: .line, .whenReady, maxBodyBytes: core.configuration.maxBatchBodyBytes) {
            request, context in try await inspectBatch(request, context)
        }
    }

    private func inspect(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        let form = try InspectionForm(accept: request.head.headerFields[.accept])
        let order = try InspectionRequest(request)
        guard let key = try IdempotencyKey(request) else {
            let product = try await product(order.options, context)
            return try await core.desk.inspect(order, of: product, form: form, entry: .atOnce, context)
                .response(in: form, threads: core.model.threads)
        }
        guard !order.options.isDryRun else {
            throw Problem.header("Idempotency-Key", "expected none with dryRun=true, which leaves nothing to repeat")
        }
        let claim = try core.keys.claim(key)
        defer { withExtendedLifetime(claim) {} }
        guard let fingerprint = try await core.pictures.run(.inspection, { order.fingerprint }) else {
            throw Problem.internalError
        }
        let record = IdempotencyRecord(key: key.text, fingerprint: fingerprint)
        if let answer = try await core.desk.replay(record, order, form: form, context) {
            return answer.response(in: form, threads: core.model.threads)
        }
        let product = try await product(order.options, context)
        return try await core.desk.inspect(
            order, of: product, form: form, entry: .atOnce, idempotency: record, context
        ).response(in: form, threads: core.model.threads)
    }

    private func inspectBatch(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        guard AcceptHeader(request.head.headerFields[.accept]).quality(of: Self.lines) > 0 else {
            let detail = "expected \(Self.lines) among the accepted types"
            throw Problem(.notAcceptable, detail, faults: [.init(.header, "Accept", detail)])
        }
        if try IdempotencyKey(request) != nil {
            throw Problem.header("Idempotency-Key", "expected none for a batch, found one; POST /inspect takes it")
        }
        let upload = try BatchUpload(request)
        let product = try await product(upload.options, context)
        try core.line.checkForPlace()
        context.note("pictures", String(upload.pictures.count))
        let stream = BatchStream(count: upload.pictures.count) { [core] index in
            // A log line per batch, not per picture: their ids and verdicts are in the store.
            let answer = await Self.answer(index, of: upload, product, core)
            return answer.bytes + [0x0A]
        }
        return ServerResponse(
            status: .ok, headerFields: [.contentType: Self.lines.description], body: .stream(stream))
    }

    private static let lines = MediaType("application", "x-ndjson")

    /// What is said of one picture of a batch.
    private static func answer(
        _ index: Int, of upload: BatchUpload, _ product: PreparedProduct, _ core: ServiceCore
    ) async -> JSONTree {
        var members: [JSONTree.Member] = [.init(name: "index", value: .integer(index))]
        if let name = upload.pictures[index].name { members.append(.init(name: "name", value: .string(name))) }
        do {
            let answer = try await core.desk.inspect(
                upload.inspection(index), of: product, form: .json, entry: .waiting, RequestContext(nil) { "" })
            members += [.init(name: "status", value: 200), .init(name: "result", value: .raw(answer.document))]
        } catch {
            let problem = Problem(error)
            core.metrics.rejected(problem.kind)
            if problem.status.code == 500 { core.logger.error("a picture of a batch", metadata: ["cause": "\(error)"]) }
            members += [
                .init(name: "status", value: .integer(problem.status.code)),
                .init(name: "problem", value: problem.tree),
            ]
        }
        return .object(members)
    }

    private func product(_ options: InspectionOptions, _ context: RequestContext) async throws -> PreparedProduct {
        context.note("product", options.product)
        let product = try await core.registry.prepared(try await core.product(options.product))
        try product.checkReferences()
        if options.demandsCalibration { try product.calibration.demand(of: product.record.id) }
        return product
    }
}
