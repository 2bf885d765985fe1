import HTTPServer
import HTTPTypes
import Tensors

/// An inspection as it is answered: small, and without a place in line.
struct InspectionAnswer: Sendable {
    let document: [UInt8]
    let pictures: ResultPictures
    /// The picture with what was found drawn on it, where it was asked for.
    let overlay: [UInt8]?
    /// The value of `Server-Timing`; nil for an answer that was given before.
    let timing: String?

    /// The response in one of its forms.
    ///
    /// - Parameters:
    ///   - form: Which one.
    ///   - threads: Workers that draw streamed pictures.
    /// - Returns: The response.
    func response(in form: InspectionForm, threads: ComputeThreads) -> ServerResponse {
        var response: ServerResponse
        if form == .multipart {
            let stream = InspectionStream(document: document, pictures: pictures, threads: threads)
            response = ServerResponse(
                status: .ok, headerFields: [.contentType: stream.contentType], body: .stream(stream))
        } else if form == .overlay, let overlay {
            response = ServerResponse(contentType: form.rawValue, bytes: overlay)
        } else {
            response = ServerResponse(contentType: InspectionForm.json.rawValue, bytes: document)
            if let location = pictures.location { response.headerFields[.contentLocation] = location }
        }
        response.headerFields[.vary] = "Accept"
        if let location = pictures.location {
            response.headerFields[.link] = "<\(location)>; rel=\"describedby\"; type=\"application/json\""
        }
        if let timing {
            response.headerFields[.serverTiming] = timing
        } else {
            response.headerFields[.idempotentReplayed] = "true"
        }
        return response
    }
}

extension Inspection.Timings {
    /// The steps in milliseconds (W3C Server Timing).
    func serverTiming(commit: Duration?) -> String {
        var steps = [("decode", decode), ("queue", queue), ("encode", encode), ("score", score), ("store", store)]
        if let commit { steps.append(("commit", commit)) }
        steps.append(("total", total + (commit ?? .zero)))
        return steps.map { "\($0);dur=\(($1 / .microseconds(1)).rounded() / 1000)" }.joined(separator: ", ")
    }
}
