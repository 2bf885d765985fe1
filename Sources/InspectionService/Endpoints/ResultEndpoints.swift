import HTTPServer
import HTTPTypes
import Storage

/// `/results` and what belongs to a result.
struct ResultEndpoints {
    private static let filters = [
        "product", "verdict", "defect", "since", "until", "minScore", "partId", "camera", "pageSize", "pageToken",
    ]

    let core: ServiceCore

    func register(in table: inout RouteTable) {
        table.add(.get, "/results") { request, _ in try await list(request) }
        table.add(.get, "/results/{result}") { request, _ in
            ServerResponse(contentType: "application/json", bytes: try await record(request).document)
        }
        table.add(.get, "/results/{result}/masks/{type}.png") { request, _ in
            let record = try await record(request)
            let type = request.pathParameters["type"] ?? ""
            guard let file = try await core.store.resultFile(.mask(defectType: type), of: record.id) else {
                throw Problem(.unknownResult, "the result has no mask for “\(type.prefix(80))”")
            }
            return .picture(
                try await core.pictures.run {
                    try ResultPictures.maskPNG(runs: file.bytes, width: record.imageWidth, height: record.imageHeight)
                })
        }
        table.add(.get, "/results/{result}/heatmap.png") { request, _ in
            let record = try await record(request)
            guard let file = try await core.store.resultFile(.heatMap, of: record.id) else {
                throw Problem(.unknownResult, "the result has no heat map")
            }
            let threshold = Float(record.threshold ?? core.configuration.defaultThreshold)
            return .picture(
                try await core.pictures.run {
                    try ResultPictures.heatMapPNG(
                        map: file.bytes, width: record.imageWidth, height: record.imageHeight, threshold: threshold)
                })
        }
        table.add(.get, "/results/{result}/image") { request, _ in
            let record = try await record(request)
            guard let file = try await core.store.resultFile(.image, of: record.id) else {
                throw Problem(.unknownResult, "the picture was not kept; the product's keepImages decides")
            }
            return .picture(file.bytes, type: file.mediaType)
        }
    }

    private func record(_ request: ServerRequest) async throws -> ResultRecord {
        _ = try QueryReader(request, known: [])
        let id = request.pathParameters["result"] ?? ""
        guard let record = try await core.store.result(id) else {
            throw Problem(.unknownResult, "there is no result “\(id.prefix(80))”")
        }
        return record
    }

    private func list(_ request: ServerRequest) async throws -> ServerResponse {
        let query = try QueryReader(request, known: Self.filters)
        let filter = ResultFilter(
            product: try query.text("product"), verdict: try query.choice("verdict", Verdict.self),
            defect: try query.text("defect"), since: try query.moment("since"), until: try query.moment("until"),
            minScore: try query.number("minScore"), partID: try query.text("partId"),
            camera: try query.text("camera"))
        let page = try await core.store.results(
            matching: filter, after: try query.pageToken(), limit: try query.pageSize())
        return .json(.page(page.items.map { .raw($0.document) }, next: page.next?.text))
    }
}
