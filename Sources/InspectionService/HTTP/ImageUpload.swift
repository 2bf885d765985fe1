import HTTPServer
import HTTPTypes
import Images

/// The pictures in a request's body: the body itself, or the parts “image” of a form.
///
/// What a picture is, its bytes say; the declared type of a part or a raw body is not believed, so a wrong one does no
/// harm.
struct ImageUpload: Sendable {
    /// One picture, still inside the request's body.
    struct Image: Sendable {
        /// The file name that the client gave, for its own orientation; never used as a path.
        let name: String?
        fileprivate let request: ServerRequest
        fileprivate let content: Range<Int>

        /// The picture as received: copied out of a form when its turn comes, so that many pictures are not held twice.
        var bytes: [UInt8] {
            content == request.body.indices ? request.body : Array(request.body[content])
        }
    }

    let images: [Image]
    /// The part “metadata”.
    let metadata: [UInt8]?
    /// Whether the pictures came in a form.
    let isForm: Bool

    /// Takes a body apart.
    ///
    /// - Throws: `Problem` of kind `emptyBody` or `malformedMultipart`, `MultipartError`, or `ImageError` with
    ///   `.notAnImage` when a raw body is something else.
    init(_ request: ServerRequest, mayHaveMetadata: Bool, maxPictures: Int? = nil) throws {
        guard !request.body.isEmpty else {
            try request.checkForLength()
            throw Problem(
                .emptyBody, "expected a JPEG or PNG picture, or multipart/form-data with a part “image”, found 0 bytes")
        }
        let contentType = request.head.headerFields[.contentType].flatMap { MediaType($0) }
        guard let contentType, contentType.essence == "multipart/form-data" else {
            _ = try request.body.withUnsafeBytes { bytes in try ImageFormat(recognizing: bytes) }
            images = [Image(name: nil, request: request, content: request.body.indices)]
            metadata = nil
            isForm = false
            return
        }
        var images: [Image] = []
        var metadata: [UInt8]?
        var limits = MultipartLimits()
        if let maxPictures { limits.maxParts = maxPictures }
        for part in try MultipartParser(contentType: contentType, limits: limits).parse(request.body) {
            switch part.name {
            case "image":
                images.append(
                    Image(name: part.filename.map { String($0.prefix(200)) }, request: request, content: part.content))
            case "metadata" where mayHaveMetadata && metadata == nil: metadata = Array(request.body[part.content])
            default:
                let expected = mayHaveMetadata ? "“image” and at most one “metadata”" : "“image”"
                throw Problem(
                    .malformedMultipart, "expected only parts named \(expected), found “\(part.name.prefix(60))”")
            }
        }
        guard !images.isEmpty else {
            throw Problem(.malformedMultipart, "expected a part named “image”, found none")
        }
        self.images = images
        self.metadata = metadata
        isForm = true
    }
}

extension ServerRequest {
    /// Tells a client that forgot to announce its body from one that sent an empty one: either reads as no body.
    ///
    /// - Throws: `Problem` of kind `lengthRequired`.
    func checkForLength() throws(Problem) {
        guard head.headerFields[.contentLength] == nil, head.headerFields[.transferEncoding] == nil else { return }
        throw Problem(
            .lengthRequired, "expected Content-Length or Transfer-Encoding: chunked before the body, found neither")
    }
}
