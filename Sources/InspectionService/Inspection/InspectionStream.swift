import HTTPServer
import HTTPTypes
import Synchronization
import Tensors

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
    private let threads: ComputeThreads
    private let state: Mutex<State>
    /// The value of the response's `Content-Type`.
    let contentType: String

    /// Prepares the stream; the boundary is made of the result's id, which nobody knew when the picture was sent, so that
    /// a repeated answer is the same bytes.
    init(document: [UInt8], pictures: ResultPictures, threads: ComputeThreads) {
        self.document = document
        self.pictures = pictures
        self.threads = threads
        let writer = MultipartWriter(boundary: "result-\(pictures.id)")
        contentType = writer.contentType
        state = Mutex(State(writer: writer))
    }

    func next() throws -> [UInt8]? {
        try state.withLock { state in
            defer { state.nextPart += 1 }
            let masks = pictures.masks
            switch state.nextPart {
            case 0:
                let fields = Self.fields(
                    "result", file: "result.json", type: "application/json", location: pictures.location)
                return state.writer.part(fields, content: document)
            case let part where part <= masks.count:
                let mask = masks[part - 1]
                let png = try ResultPictures.maskPNG(
                    runs: mask.runs, width: pictures.width, height: pictures.height, threads: threads)
                let fields = Self.fields(
                    "mask", file: "\(mask.type).png", type: "image/png", location: pictures.maskLocation(mask.type))
                return state.writer.part(fields, content: png)
            case masks.count + 1:
                let png = try ResultPictures.heatMapPNG(
                    map: pictures.map, width: pictures.width, height: pictures.height, threshold: pictures.threshold,
                    threads: threads)
                let fields = Self.fields(
                    "heatmap", file: "heatmap.png", type: "image/png", location: pictures.heatMapLocation)
                return state.writer.part(fields, content: png)
            case masks.count + 2: return state.writer.end()
            default: return nil
            }
        }
    }

    /// Nothing is held but memory.
    func cancelled() {}

    /// Names are keys of lower-case ASCII letters, digits, `_` and `-`, so they need no quoting beyond the quotes.
    private static func fields(_ name: String, file: String, type: String, location: String?) -> HTTPFields {
        var fields: HTTPFields = [
            .contentType: type, .contentDisposition: "inline; name=\"\(name)\"; filename=\"\(file)\"",
        ]
        if let location { fields[.contentLocation] = location }
        return fields
    }
}
