/// One failure to read, write or transform a picture.
public struct ImageError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; stable, so that callers may switch over it.
    public enum Code: String, Sendable, CaseIterable {
        /// The input holds no bytes.
        case emptyInput
        /// The first bytes are neither a JPEG's nor a PNG's.
        case notAnImage
        /// The file ends before the picture does.
        case truncated
        /// The file breaks its format's rules, or a checksum disagrees.
        case corrupt
        /// The pixels are in a colour space that cannot be turned to RGB without a profile, such as CMYK.
        case unsupportedColorSpace
        /// The format allows it and this decoder does not: lossless JPEG, 12-bit samples and the like.
        case unsupportedFeature
        /// Width, height or their product is above the caller's limit.
        case tooLarge
        /// The file asks for more work or memory than any honest picture: scans, metadata chunks.
        case limitExceeded
        /// An argument is outside its documented range.
        case invalidArgument
        /// The encoder refused or ran out of memory.
        case encodingFailed

        /// For people, after the format's name.
        fileprivate var words: String {
            switch self {
            case .emptyInput: "nothing there"
            case .notAnImage: "not a picture"
            case .truncated: "cut off"
            case .corrupt: "damaged"
            case .unsupportedColorSpace: "in other colors"
            case .unsupportedFeature: "of an unsupported kind"
            case .tooLarge: "too large"
            case .limitExceeded: "too much work"
            case .invalidArgument: "wrong argument"
            case .encodingFailed: "not written"
            }
        }
    }

    /// What went wrong.
    public let code: Code
    /// The format being read or written, once it is known.
    public let format: ImageFormat?
    /// What a correct input would have had.
    public let expected: String
    /// What was there instead.
    public let found: String
    /// Position in the input, in bytes from its start, where that is known.
    public let offset: Int?

    /// Describes one failure.
    public init(_ code: Code, format: ImageFormat? = nil, expected: String, found: String, offset: Int? = nil) {
        self.code = code
        self.format = format
        self.expected = expected
        self.found = found
        self.offset = offset
    }

    /// One sentence: what was expected, what was found, and where.
    public var description: String {
        let subject = format.map { "\($0.rawValue.uppercased()) " } ?? ""
        let place = offset.map { " at byte \($0)" } ?? ""
        // Advice stands behind the place.
        let end = found.firstIndex(of: ";") ?? found.endIndex
        return "\(subject)\(code.words): expected \(expected), found \(found[..<end])\(place)\(found[end...])"
    }
}
