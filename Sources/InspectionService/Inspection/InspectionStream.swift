import HTTPServer
import HTTPTypes
import Synchronization

/// A result as `multipart/mixed`: the JSON at once, then a PNG per defect type and the heat map, each drawn when the
/// client has taken the one before.
final class InspectionStream: ResponseChunks {
    private struct State {
        var writer: MultipartWriter
        var nextPart = 0
    }

    private let document: [UInt8]
    /// Small, unlike the inspection itself: a slow client must not hold masks of whole pictures in memory.
    private let pictures: ResultPictures
    private let state: Mutex<State>
    /// The value of the response's `Content-Type`.
    let contentType: String

    init(document: [UInt8], pictures: ResultPictures) {
        self.document = document
        self.pictures = pictures
        let writer = MultipartWriter()
        contentType = writer.contentType
        state = Mutex(State(writer: writer))
    }

    func next() throws -> [UInt8]? {
        try state.withLock { state in
            defer { state.nextPart += 1 }
            switch state.nextPart {
            case 0:
                let fields = Self.fields(
                    "result", file: "result.json", type: "application/json", location: pictures.location)
                return state.writer.part(fields, content: document)
            case 1...pictures.masks.count:
                let (type, runs) = pictures.masks[state.nextPart - 1]
                let fields = Self.fields(
                    "mask", file: "\(type).png", type: "image/png", location: pictures.maskLocation(type))
                return state.writer.part(
                    fields,
                    content: try ResultPictures.maskPNG(runs: runs, width: pictures.width, height: pictures.height))
            case pictures.masks.count + 1:
                let fields = Self.fields(
                    "heatmap", file: "heatmap.png", type: "image/png", location: "\(pictures.location)/heatmap.png")
                return state.writer.part(
                    fields,
                    content: try ResultPictures.heatMapPNG(
                        map: pictures.map, width: pictures.width, height: pictures.height,
                        threshold: pictures.threshold))
            case pictures.masks.count + 2: return state.writer.end()
            default: return nil
            }
        }
    }

    /// Nothing is held but memory.
    func cancelled() {}

    /// Names are keys of lower-case ASCII letters, digits, `_` and `-`, so they need no quoting beyond the quotes.
    private static func fields(_ name: String, file: String, type: String, location: String) -> HTTPFields {
        [
            .contentType: type, .contentDisposition: "inline; name=\"\(name)\"; filename=\"\(file)\"",
            .contentLocation: location,
        ]
    }
}
