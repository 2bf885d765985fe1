import AnomalyDetection
import Images
import Storage

/// Where a picture becomes an answer: inspected, stored in one transaction, and only then answered.
struct InspectionDesk: Sendable {
    let inspector: Inspector
    let document: ResultDocument
    let store: any ResultStore
    let metrics: ServiceMetrics
    let drift: DriftMonitor
    let defaultThreshold: Double
    let environment: ServiceEnvironment

    /// Inspects one picture and stores the result, unless it is a dry run.
    ///
    /// - Parameters:
    ///   - request: The picture and what is asked of it.
    ///   - product: What it is a picture of.
    ///   - form: How it will be answered.
    ///   - entry: How it enters the line.
    ///   - idempotency: The client's key for it.
    ///   - context: Gets the result's id and verdict for the log.
    /// - Returns: The answer.
    /// - Throws: What `Inspector.inspect` throws, and `StorageError`; nothing is stored then.
    func inspect(
        _ request: InspectionRequest, of product: PreparedProduct, form: InspectionForm, entry: Inspector.Entry,
        idempotency: IdempotencyRecord? = nil, _ context: RequestContext
    ) async throws -> InspectionAnswer {
        let inspection = try await inspector.inspect(
            request, of: product, drawsOverlay: form == .overlay, entry: entry)
        context.note("verdict", inspection.findings.verdict.rawValue)
        let document = document.tree(inspection).bytes
        var commit: Duration?
        if !request.options.isDryRun {
            context.note("result", inspection.id)
            let started = environment.uptime()
            var result = inspection.newResult(document: document)
            result.idempotency = idempotency
            try await store.insertResult(result)
            commit = environment.uptime() - started
        }
        metrics.inspected(inspection, commit: commit)
        if commit != nil, inspection.findings.isJudged { await drift.inspected(product) }
        return InspectionAnswer(
            document: document, pictures: inspection.pictures, overlay: inspection.overlay,
            timing: inspection.timings.serverTiming(commit: commit))
    }

    /// The answer that was given before for the client's key.
    ///
    /// - Parameters:
    ///   - idempotency: The key, and the fingerprint of this request.
    ///   - request: The request, which brings the picture along again.
    ///   - form: How it will be answered.
    ///   - context: Gets the result's id for the log.
    /// - Returns: The same bytes in every form; nil when the key is new.
    /// - Throws: `Problem` of kind `idempotencyKeyReused`, or `StorageError`.
    func replay(
        _ idempotency: IdempotencyRecord, _ request: InspectionRequest, form: InspectionForm, _ context: RequestContext
    ) async throws -> InspectionAnswer? {
        guard let stored = try await store.result(forKey: idempotency.key) else { return nil }
        guard stored.fingerprint == idempotency.fingerprint else {
            throw Problem(
                .idempotencyKeyReused,
                "expected the picture, parameters and metadata of the first request with this key, found others",
                faults: [.init(.header, "Idempotency-Key", "belongs to result \(stored.record.id)")])
        }
        guard let contents = try await store.resultContents(of: stored.record.id) else { return nil }
        let pictures = try ResultPictures(stored.record, contents, defaultThreshold: defaultThreshold)
        var overlay: [UInt8]?
        if form == .overlay {
            overlay = try await inspector.overlay(pictures, on: request.image)
        }
        context.note("replayed", stored.record.id)
        metrics.replayed()
        return InspectionAnswer(document: stored.record.document, pictures: pictures, overlay: overlay, timing: nil)
    }
}
