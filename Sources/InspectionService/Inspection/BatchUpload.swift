import HTTPServer
import HTTPTypes

/// Many pictures in one form, and what belongs to each.
struct BatchUpload: Sendable {
    /// Most pictures of a batch.
    static let maxPictures = 256

    /// One picture, still inside the request's body.
    struct Picture: Sendable {
        /// The file name that the client gave, for its own orientation.
        let name: String?
        let content: Range<Int>
        let metadata: InspectionMetadata?
    }

    /// Kept for its body: pictures are copied out one at a time, when their turn comes.
    private let request: ServerRequest
    let options: InspectionOptions
    let pictures: [Picture]

    /// Takes the form apart, without copying any picture.
    ///
    /// - Throws: `Problem` or `MultipartError`.
    init(_ request: ServerRequest) throws {
        let query = try QueryReader(request, known: InspectionOptions.parameters)
        options = try InspectionOptions(query, request.head.headerFields)
        guard !request.body.isEmpty else {
            try request.checkForLength()
            throw Problem(.emptyBody, "expected multipart/form-data with parts named “image”, found 0 bytes")
        }
        let declared = request.head.headerFields[.contentType] ?? ""
        guard let type = MediaType(declared), type.essence == "multipart/form-data" else {
            let detail = "expected multipart/form-data, found “\(declared.prefix(80))”"
            throw Problem(.malformedMultipart, detail, faults: [.init(.header, "Content-Type", detail)])
        }
        var limits = MultipartLimits()
        limits.maxParts = Self.maxPictures + 1
        var images: [MultipartPart] = []
        var metadata: MultipartPart?
        for part in try MultipartParser(contentType: type, limits: limits).parse(request.body) {
            switch part.name {
            case "image": images.append(part)
            case "metadata" where metadata == nil: metadata = part
            default:
                throw Problem(
                    .malformedMultipart,
                    "expected parts named “image” and at most one “metadata”, found “\(part.name.prefix(60))”")
            }
        }
        guard (1...Self.maxPictures).contains(images.count) else {
            throw Problem(
                .malformedMultipart, "expected 1 to \(Self.maxPictures) parts named “image”, found \(images.count)")
        }
        let list = try metadata.map { part throws(Problem) in
            try InspectionMetadata.list(Array(request.body[part.content]), count: images.count)
        }
        self.request = request
        pictures = images.enumerated().map { index, part in
            Picture(
                name: part.filename.map { String($0.prefix(200)) }, content: part.content, metadata: list?[index])
        }
    }

    /// The request for one of the pictures.
    func inspection(_ index: Int) -> InspectionRequest {
        InspectionRequest(
            image: Array(request.body[pictures[index].content]), options: options,
            metadata: pictures[index].metadata)
    }
}
