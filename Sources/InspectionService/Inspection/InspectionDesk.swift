import AnomalyDetection
import Storage

/// Where a picture becomes an answer: inspected, stored in one transaction, and only then answered.
struct InspectionDesk: Sendable {
    let inspector: Inspector
    let document: ResultDocument
    let store: any ResultStore
    let metrics: ServiceMetrics
    let environment: ServiceEnvironment

    /// Inspects one picture and stores the result, unless it is a dry run.
    ///
    /// - Parameters:
    ///   - request: The picture and what is asked of it.
    ///   - product: What it is a picture of.
    ///   - form: How it will be answered.
    ///   - entry: How it enters the line.
    ///   - context: Gets the result's id and verdict for the log.
    /// - Returns: The answer.
    /// - Throws: What `Inspector.inspect` throws, and `StorageError`; nothing is stored then.
    func inspect(
        _ request: InspectionRequest, of product: PreparedProduct, form: InspectionForm, entry: Inspector.Entry,
        _ context: RequestContext
    ) async throws -> InspectionAnswer {
        let inspection = try await inspector.inspect(
            request, of: product, drawsOverlay: form == .overlay, entry: entry)
        context.note("verdict", inspection.findings.verdict.rawValue)
        let document = document.tree(inspection).bytes
        var commit: Duration?
        if !request.options.isDryRun {
            context.note("result", inspection.id)
            let started = environment.uptime()
            try await store.insertResult(inspection.newResult(document: document))
            commit = environment.uptime() - started
        }
        metrics.inspected(inspection, commit: commit)
        return InspectionAnswer(
            document: document, pictures: inspection.pictures, overlay: inspection.overlay,
            timing: inspection.timings.serverTiming(commit: commit))
    }
}
