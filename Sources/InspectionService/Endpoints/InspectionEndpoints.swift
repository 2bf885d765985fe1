import AnomalyDetection
import HTTPServer
import HTTPTypes
import Storage

/// `POST /inspect`.
struct InspectionEndpoints {
    let core: ServiceCore

    private static let json = MediaType("application", "json")
    private static let multipart = MediaType("multipart", "mixed")
    private static let png = MediaType("image", "png")

    func register(in table: inout RouteTable) {
        table.add(.post, "/inspect", .whenReady, maxBodyBytes: core.configuration.maxBodyBytes) { request, context in
            let accept = AcceptHeader(request.head.headerFields[.accept])
            guard let form = accept.preferred(among: [Self.json, Self.multipart, Self.png]) else {
                throw Problem(
                    .notAcceptable, "expected application/json, multipart/mixed or image/png among the accepted types")
            }
            let order = try InspectionRequest(request)
            context.note("product", order.product)
            let record = try await core.product(order.product)
            let product = try await core.registry.prepared(record)
            var inspection = try await core.inspector.inspect(order, of: product, drawsOverlay: form == Self.png)
            context.note("verdict", inspection.findings.verdict.rawValue)
            context.note("result", inspection.id)
            let document = core.document.tree(inspection).bytes
            let committing = core.environment.uptime()
            try await core.store.insertResult(inspection.newResult(document: document))
            let commit = core.environment.uptime() - committing
            inspection.timings.total += commit
            return Self.response(form, inspection, document, commit: commit)
        }
    }

    private static func response(
        _ form: MediaType, _ inspection: Inspection, _ document: [UInt8], commit: Duration
    ) -> ServerResponse {
        var response: ServerResponse
        if form == multipart {
            let stream = InspectionStream(document: document, pictures: inspection.pictures)
            response = ServerResponse(
                status: .ok, headerFields: [.contentType: stream.contentType], body: .stream(stream))
        } else if form == png, let overlay = inspection.overlay {
            response = ServerResponse(contentType: "image/png", bytes: overlay)
        } else {
            response = ServerResponse(contentType: "application/json", bytes: document)
            response.headerFields[.contentLocation] = inspection.pictures.location
        }
        response.headerFields[.vary] = "Accept"
        response.headerFields[.link] =
            "<\(inspection.pictures.location)>; rel=\"describedby\"; type=\"application/json\""
        response.headerFields[.serverTiming] = timing(inspection.timings, commit: commit)
        return response
    }

    /// The steps in milliseconds (W3C Server Timing).
    private static func timing(_ timings: Inspection.Timings, commit: Duration) -> String {
        [
            ("decode", timings.decode), ("queue", timings.queue), ("encode", timings.encode), ("score", timings.score),
            ("store", timings.store), ("commit", commit), ("total", timings.total),
        ].map { "\($0);dur=\(($1 / .microseconds(1)).rounded() / 1000)" }.joined(separator: ", ")
    }
}
