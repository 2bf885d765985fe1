import Checkpoints
import Console
import HTTPServer
import HTTPTypes

/// One file of the operator console.
struct ConsoleFile: Sendable {
    let name: String
    let mediaType: String
    let bytes: [UInt8]
    let tag: EntityTag

    /// All files, the page first.
    static let all = (0..<multiads_console_file_count()).map { index in
        let file = multiads_console_file_at(index)
        let bytes = Array(UnsafeBufferPointer(start: file.bytes, count: file.length))
        return ConsoleFile(
            name: String(cString: file.name), mediaType: String(cString: file.media_type), bytes: bytes,
            tag: EntityTag(isWeak: false, opaque: String(Checkpoints.SHA256Digest.of(bytes).hex.prefix(32))))
    }
}

/// `GET /` and the files that it loads: the operator console, which is a client of the interface like any other.
struct ConsoleEndpoints {
    /// Only own files run, nothing is loaded from elsewhere, and no other page may frame it.
    private static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; \
        form-action 'none'; frame-ancestors 'none'
        """

    func register(in table: inout RouteTable) {
        let files = Dictionary(uniqueKeysWithValues: ConsoleFile.all.map { ($0.name, $0) })
        let page = ConsoleFile.all[0]
        table.add(.get, "/", for: .everyone) { request, _ in try Self.answer(page, to: request) }
        table.add(.get, "/console/{file}", for: .everyone) { request, _ in
            guard let file = request.pathParameters["file"].flatMap({ files[$0] }) else {
                throw Problem(.notFound, "the console has no such file")
            }
            return try Self.answer(file, to: request)
        }
    }

    private static func answer(_ file: ConsoleFile, to request: ServerRequest) throws -> ServerResponse {
        _ = try QueryReader(request, known: [])
        let known = try request.head.headerFields[.ifNoneMatch].map { try EntityTags($0, field: "If-None-Match") }
        var response =
            known?.contain(file.tag) == true
            ? ServerResponse(status: .notModified) : ServerResponse(contentType: file.mediaType, bytes: file.bytes)
        response.headerFields[.eTag] = file.tag.text
        // Asked for anew each time, so that an update of the service is an update of the console.
        response.headerFields[.cacheControl] = "no-cache"
        response.headerFields[.contentSecurityPolicy] = policy
        response.headerFields[.referrerPolicy] = "no-referrer"
        return response
    }
}
