/// One reason why a body is not acceptable `multipart` content.
public struct MultipartError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong; stable.
    public enum Code: String, Sendable, Equatable, CaseIterable {
        /// The `Content-Type` has no usable boundary parameter.
        case invalidBoundary
        /// The first boundary line was not found.
        case missingFirstBoundary
        /// The body ends before the closing boundary.
        case truncated
        /// Something other than white space follows a boundary on its line.
        case malformedBoundaryLine
        /// A part's header line is not `name: value`, or holds control bytes.
        case malformedPartHeader
        /// A part has no usable `Content-Disposition: form-data; name="…"`.
        case invalidContentDisposition
        /// A part is sent in a transfer encoding other than 7bit, 8bit or binary.
        case unsupportedTransferEncoding
        /// More parts than allowed.
        case tooManyParts
        /// A part's header is longer than allowed.
        case partHeaderTooLarge
        /// A part is longer than allowed.
        case partTooLarge
    }

    /// What is wrong.
    public let code: Code
    /// Bytes from the start of the body.
    public let offset: Int
    /// What was expected and found.
    public let detail: String

    init(_ code: Code, at offset: Int, _ detail: String) {
        self.code = code
        self.offset = offset
        self.detail = detail
    }

    /// What was expected, what was found, and where.
    public var description: String { "\(detail), at byte \(offset) of the multipart body" }
}
