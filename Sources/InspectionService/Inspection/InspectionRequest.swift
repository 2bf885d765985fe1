import AnomalyDetection
import Checkpoints
import HTTPServer

/// What a client asks for with one picture.
struct InspectionRequest: Sendable {
    /// Longest `metadata`, in bytes.
    private static let maxMetadataBytes = 64 * 1024
    private static let parameters = ["product", "mode", "partId", "camera"]

    /// The picture as received.
    let image: [UInt8]
    let product: String
    let mode: InspectionMode
    let partID: String?
    let camera: String?
    /// The client's own JSON object, as text.
    let metadata: [UInt8]?

    /// Reads a request.
    ///
    /// `partId` and `camera` may stand in the query or in the metadata; the query wins.
    ///
    /// - Throws: `Problem` or `MultipartError`.
    init(_ request: ServerRequest) throws {
        let query = try QueryReader(request, known: Self.parameters)
        product = try query.text("product") ?? InspectionServiceConfiguration.defaultProduct
        mode = try query.choice("mode", InspectionMode.self) ?? .multitype
        let upload = try ImageUpload(request, mayHaveMetadata: true)
        let metadata = try upload.metadata.map(Self.metadata)
        guard upload.images.count == 1 else {
            throw Problem(
                .malformedMultipart,
                "expected one part “image”, found \(upload.images.count); send one request per picture"
            )
        }
        image = upload.images[0].bytes
        self.metadata = metadata == nil ? nil : upload.metadata
        partID = try query.text("partId") ?? metadata?["partId"]
        camera = try query.text("camera") ?? metadata?["camera"]
    }

    /// Checks metadata.
    ///
    /// - Returns: Those of its members that are searchable.
    private static func metadata(_ text: [UInt8]) throws(Problem) -> [String: String] {
        guard text.count <= maxMetadataBytes else {
            throw Problem(
                .invalidMetadata, "expected at most \(maxMetadataBytes) bytes of metadata, found \(text.count)")
        }
        let root = try FormReader.root(of: text)
        var form = FormReader()
        var searchable: [String: String] = [:]
        if case .object(let members) = root.value {
            for key in ["partId", "camera"] {
                guard let value = members[key], value != .null else { continue }
                let node = root.child(key, value)
                guard let text = value.text.flatMap(QueryReader.usable) else {
                    form.note(node, expected: "1 to 128 characters without control characters")
                    continue
                }
                searchable[key] = text
            }
        } else {
            form.note(root, expected: "an object")
        }
        try form.finish(.invalidMetadata, "the metadata cannot be used")
        return searchable
    }
}
