import AnomalyDetection
import HTTPServer
import HTTPTypes
import Images
import Storage

/// What was stored cannot be drawn: no fault of the request, which had no picture.
private struct DamagedPicture: Error, CustomStringConvertible {
    let cause: ImageError
    var description: String { "a stored picture or map is damaged: \(cause)" }
}

/// The pictures of a result: drawn from what is stored when they are asked for, or sent as they were received.
struct ResultPictureEndpoints {
    /// Of pictures that are drawn: says how, so a program that draws otherwise must change it.
    private static let drawn = ImmutableAnswer(
        tag: EntityTag(isWeak: false, opaque: "drawn-3"), mediaType: "image/png")

    let core: ServiceCore
    private let results: ResultEndpoints

    init(core: ServiceCore) {
        self.core = core
        results = ResultEndpoints(core: core)
    }

    func register(in table: inout RouteTable) {
        table.add(.get, "/results/{result}/masks/{type}.png", for: .operator) { request, _ in
            let record = try await results.record(request)
            let type = request.pathParameters["type"] ?? ""
            guard let file = try await core.store.resultFile(.mask(defectType: type), of: record.id) else {
                throw Problem(.unknownResult, "the result has no mask for “\(type.prefix(80))”")
            }
            return try await answer(request) {
                try ResultPictures.maskPNG(
                    runs: file.bytes, width: record.imageWidth, height: record.imageHeight,
                    threads: core.model.threads)
            }
        }
        table.add(.get, "/results/{result}/heatmap.png", for: .operator) { request, _ in
            let record = try await results.record(request)
            let map = try await map(of: record)
            return try await answer(request) {
                try ResultPictures.heatMapPNG(
                    map: map, width: record.imageWidth, height: record.imageHeight,
                    threshold: record.mapThreshold(default: core.configuration.defaultThreshold),
                    threads: core.model.threads)
            }
        }
        table.add(.get, "/results/{result}/overlay.png", for: .operator) { request, _ in
            let record = try await results.record(request)
            // Pictures as they were received are large: they are read only when it is their turn.
            let turn = try await core.drawings.enter()
            defer { withExtendedLifetime(turn) {} }
            let image = try await image(of: record)
            return try await respond(to: request) { try await overlay(of: record, on: image.bytes) }
        }
        table.add(.get, "/results/{result}/image", for: .operator) { request, _ in
            let record = try await results.record(request)
            let image = try await image(of: record)
            let answer = ImmutableAnswer(
                tag: EntityTag(isWeak: false, opaque: record.imageDigest.hex), mediaType: image.mediaType)
            return try await answer.respond(to: request) { image.bytes }
        }
    }

    /// Answers with a picture that is drawn in its turn, unless the client has it.
    private func answer(
        _ request: ServerRequest, drawing draw: @escaping @Sendable () throws -> [UInt8]
    ) async throws -> ServerResponse {
        try await respond(to: request) {
            let turn = try await core.drawings.enter()
            defer { withExtendedLifetime(turn) {} }
            return try await core.pictures.run(.drawing, draw)
        }
    }

    /// Answers with a picture that is drawn, unless the client has it.
    private func respond(
        to request: ServerRequest, drawing draw: () async throws -> [UInt8]
    ) async throws -> ServerResponse {
        try await Self.drawn.respond(to: request) {
            do {
                return try await draw()
            } catch let error as ImageError {
                throw DamagedPicture(cause: error)
            }
        }
    }

    private func overlay(of record: ResultRecord, on image: [UInt8]) async throws -> [UInt8] {
        guard let contents = try await core.store.resultContents(of: record.id) else {
            throw Problem(.unknownResult, "the result is gone")
        }
        let pictures = try ResultPictures(
            record, contents, defaultThreshold: core.configuration.defaultThreshold)
        return try await core.inspector.overlay(pictures, on: image)
    }

    private func image(of record: ResultRecord) async throws -> ResultFile {
        guard let file = try await core.store.resultFile(.image, of: record.id) else {
            throw Problem(
                .pictureNotKept,
                "the picture was not kept: when it was inspected, keepImages of “\(record.product)” or of the service "
                    + "did not ask for pictures of verdict \(record.verdict.rawValue); masks and heat map are there")
        }
        return file
    }

    private func map(of record: ResultRecord) async throws -> [UInt8] {
        guard let file = try await core.store.resultFile(.heatMap, of: record.id) else {
            throw Problem(.unknownResult, "the result has no heat map")
        }
        return file.bytes
    }
}
