import AnomalyDetection
import HTTPServer
import HTTPTypes

/// One picture and what a client asks of it.
struct InspectionRequest: Sendable {
    /// The picture as received.
    let image: [UInt8]
    let options: InspectionOptions
    let partID: String?
    let camera: String?
    /// The client's own JSON object, as text.
    let metadata: [UInt8]?

    /// Joins a picture with its options; what options and query say wins over metadata.
    init(image: [UInt8], options: InspectionOptions, partID: String? = nil, metadata: InspectionMetadata?) {
        self.image = image
        self.options = options
        self.partID = partID ?? metadata?.partID
        camera = options.camera ?? metadata?.camera
        self.metadata = metadata?.text
    }

    /// Reads the request for one picture.
    ///
    /// - Throws: `Problem`, `MultipartError` or `ImageError`.
    init(_ request: ServerRequest) throws {
        let query = try QueryReader(request, known: InspectionOptions.parameters + ["partId"])
        let options = try InspectionOptions(query, request.head.headerFields)
        let partID = try query.text("partId")
        let upload = try ImageUpload(request, mayHaveMetadata: true)
        guard upload.images.count == 1 else {
            throw Problem(
                .malformedMultipart,
                "expected one part “image”, found \(upload.images.count); POST /inspect:batch takes many")
        }
        self.init(
            image: upload.images[0].bytes, options: options, partID: partID,
            metadata: try upload.metadata.map { text throws(Problem) in try InspectionMetadata(text) })
    }
}
