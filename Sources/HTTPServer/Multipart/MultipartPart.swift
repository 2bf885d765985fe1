/// One part of a multipart body: its fields, and where its content lies in the body.
public struct MultipartPart: Sendable, Equatable {
    /// One header field of a part.
    public struct Field: Sendable, Equatable {
        /// The name, lower case.
        public let name: String
        /// The value, without white space around it.
        public let value: String
    }

    /// The fields in order.
    public let fields: [Field]
    /// The `name` of the form field (RFC 7578, section 4.2).
    public let name: String
    /// The `filename`, if one was sent; never a path to trust.
    public let filename: String?
    /// Where the content lies in the body; slice the body with it, nothing is copied.
    public let content: Range<Int>

    /// The part's media type; `text/plain` where it says nothing (RFC 7578, section 4.4), nil when it cannot be read.
    public var mediaType: MediaType? {
        guard let value = fields.first(where: { $0.name == "content-type" })?.value else {
            return MediaType("text", "plain")
        }
        return MediaType(value)
    }
}

/// Bounds on a multipart body.
public struct MultipartLimits: Sendable, Equatable {
    /// Most parts.
    public var maxParts = 64
    /// Longest header of one part, in bytes.
    public var maxPartHeaderBytes = 8 * 1024
    /// Longest content of one part, in bytes.
    public var maxPartBytes = Int.max

    /// The default bounds; the body as a whole is bounded by the server.
    public init() {}
}
