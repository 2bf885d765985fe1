import AnomalyDetection
import HTTPServer
import HTTPTypes
import Storage

/// What a client asks of a calibration.
struct CalibrationOrder: Sendable {
    /// The query parameters that say it.
    static let parameters = ["falseRejectRate", "reviewRate", "decision", "dryRun"]
    /// Most pictures of one request.
    static let maxPictures = 1000

    /// Largest share of good parts to refuse; nil for the smallest that the pictures can vouch for.
    let falseRejectRate: Double?
    /// Largest share of good parts that people are to look at, besides those refused; nil for none.
    let reviewRate: Double?
    /// What is to decide from then on; nil leaves it as it is.
    let decision: Decision?
    /// Whether nothing is stored and the product stays as it is.
    let isDryRun: Bool
    /// Pictures of good parts; none for leaving out each reference in turn.
    let images: [ImageUpload.Image]

    /// Reads query and body.
    ///
    /// - Throws: `Problem`, `MultipartError` or `ImageError`.
    init(_ request: ServerRequest) throws {
        let query = try QueryReader(request, known: Self.parameters)
        falseRejectRate = try Self.share("falseRejectRate", query)
        reviewRate = try Self.share("reviewRate", query)
        decision = try query.choice("decision", Decision.self)
        isDryRun = try query.flag("dryRun")
        // A form without any part is a mistake, not a request without pictures.
        let type = request.head.headerFields[.contentType].flatMap { MediaType($0) }
        images =
            request.body.isEmpty && type?.essence != "multipart/form-data"
            ? [] : try ImageUpload(request, mayHaveMetadata: false, maxPictures: Self.maxPictures).images
    }

    /// Reads a share of good parts.
    private static func share(_ name: String, _ query: QueryReader) throws(Problem) -> Double? {
        guard let share = try query.number(name) else { return nil }
        guard (0.0001...0.5).contains(share) else {
            throw Problem.parameter(name, "expected a share from 0.0001 to 0.5, found \(share)")
        }
        return share
    }
}
