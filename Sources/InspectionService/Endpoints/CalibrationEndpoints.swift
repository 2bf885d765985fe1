import HTTPServer
import HTTPTypes
import Storage

/// `/products/{id}/calibrate`, `…/calibrations`, `…/drift` and `…/thresholds:simulate`.
struct CalibrationEndpoints {
    /// Longest body of a simulation, which takes none: a short one is told where parameters belong.
    private static let maxSimulationBytes = 64 * 1024

    let core: ServiceCore

    func register(in table: inout RouteTable) {
        table.add(
            .post, "/products/{id}/calibrate", for: .admin, .whenReady,
            maxBodyBytes: core.configuration.maxReferenceBodyBytes
        ) { request, context in try await calibrate(request, context) }
        table.add(
            .post, "/products/{id}/thresholds:simulate", for: .operator, maxBodyBytes: Self.maxSimulationBytes
        ) { request, context in try await simulate(request, context) }
        table.add(.get, "/products/{id}/drift", for: .operator) { request, context in
            try await drift(request, context)
        }
        table.add(.get, "/products/{id}/calibrations", for: .operator) { request, context in
            try await list(request, context)
        }
        table.add(.get, "/products/{id}/calibrations/{calibration}", for: .operator) { request, context in
            try await show(request, context)
        }
    }

    private func calibrate(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        let order = try CalibrationOrder(request)
        let precondition = try ProductTag.precondition(request)
        let product = try await readyProduct(ProductEndpoints.id(request, context), precondition)
        if precondition == .none, core.configuration.requiresIfMatch, !order.isDryRun {
            throw ProductEndpoints.preconditionRequired
        }
        let outcome: Calibrator.Outcome
        do {
            outcome = try await core.calibrations.run { try await Calibrator(core: core).calibrate(product, order) }
        } catch let error as StorageError where error.code == .revisionMismatch && precondition == .none {
            throw Problem(
                .preconditionFailed,
                "expected the product to stay as it was while its pictures were scored, found other settings; nothing was stored"
            )
        }
        context.note("pictures", String(outcome.calibration.scores.count))
        guard let changed = outcome.product else { return .json(.raw(outcome.document)) }
        context.note("calibration", outcome.calibration.id)
        // The prompts are encoded already, so that the next inspection finds the product ready.
        let status = await core.registry.status(of: changed)
        let path =
            "/products/\(PathSegment.encode(changed.id))/calibrations/\(PathSegment.encode(outcome.calibration.id))"
        return .json(
            .raw(outcome.document), status: .created,
            [.eTag: ProductTag(changed, status).tag.text, .location: path])
    }

    /// The product once there is nothing left to prepare: who waits for a calibration waits for the prompts too.
    private func readyProduct(_ id: String, _ precondition: ProductPrecondition) async throws -> ProductRecord {
        var product = try await core.product(id)
        while true {
            try precondition.check(product.revision)
            try await core.registry.preparation(of: product).waitUntilFinished()
            let current = try await core.product(id)
            guard current.revision != product.revision else { return current }
            product = current
        }
    }

    private func simulate(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        let query = try QueryReader(
            request, known: ["threshold", "reviewThreshold", "since", "until", "camera", "mode"],
            prefix: ResultFilter.metadataPrefix)
        let filter = try ResultFilter(query)
        let review = try Self.score("reviewThreshold", query)
        guard let threshold = try Self.score("threshold", query) else {
            throw Problem.parameter("threshold", "expected a number from 0 to 1, found none")
        }
        if let review, review > threshold {
            throw Problem.parameter(
                "reviewThreshold",
                "expected a number below the threshold, \(threshold), or that for no reviews, found \(review)")
        }
        guard request.body.isEmpty else {
            throw Problem(
                .invalidBody, "expected no body, found \(request.body.count) bytes; parameters stand in the query")
        }
        let product = try await core.product(ProductEndpoints.id(request, context))
        let simulation = try await ThresholdSimulation(
            of: product.id, filter, threshold: threshold,
            reviewThreshold: (review ?? product.settings.reviewThreshold).flatMap { $0 < threshold ? $0 : nil },
            in: core.store)
        return .json(simulation.tree, [.cacheControl: "no-store"])
    }

    private static func score(_ name: String, _ query: QueryReader) throws(Problem) -> Double? {
        guard let score = try query.number(name) else { return nil }
        guard (0...1).contains(score) else {
            throw Problem.parameter(name, "expected a number from 0 to 1, found \(score)")
        }
        return score
    }

    private func drift(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        let query = try QueryReader(request, known: ["window", "defectShare"])
        let window = try query.integer("window", in: 10...1000) ?? DriftMonitor.window
        let defectShare = try query.number("defectShare") ?? DriftMonitor.defectShare
        guard (0...0.5).contains(defectShare) else {
            throw Problem.parameter("defectShare", "expected a number from 0 to 0.5, found \(defectShare)")
        }
        let product = try await core.product(ProductEndpoints.id(request, context))
        let status = await core.registry.status(of: product)
        let report = try await core.drift.report(
            on: product, status.calibration, window: window, defectShare: defectShare)
        return .json(report.tree, [.cacheControl: "no-store"])
    }

    private func list(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        let query = try QueryReader(request, known: ["pageSize", "pageToken"])
        let product = try await core.product(ProductEndpoints.id(request, context))
        let page = try await core.store.calibrations(
            of: product.id, after: try query.pageToken(), limit: try query.pageSize())
        return .json(.page(page.items.map { .raw($0.document) }, next: page.next?.text))
    }

    private func show(_ request: ServerRequest, _ context: RequestContext) async throws -> ServerResponse {
        _ = try QueryReader(request, known: [])
        let product = try await core.product(ProductEndpoints.id(request, context))
        let id = request.pathParameters["calibration"] ?? ""
        guard let calibration = try await core.store.calibration(id, of: product.id) else {
            throw Problem(
                .unknownCalibration,
                "expected the id of a calibration of the product, found "
                    + "“\(id.prefix(80))”")
        }
        return .json(.raw(calibration.document))
    }
}
