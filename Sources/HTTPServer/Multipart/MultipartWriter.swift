public import HTTPTypes

/// Writes a `multipart/mixed` body part by part, so that each can be sent as soon as it is made (RFC 2046, section 5.1).
public struct MultipartWriter: Sendable {
    /// The boundary between parts.
    public let boundary: String
    private var isFirst = true

    /// Makes a writer whose boundary is 144 random bits.
    ///
    /// Parts are not all known when the first is sent, so they cannot be searched for the boundary; at 2⁻¹⁴⁴ per position
    /// an accidental occurrence does not happen, and nobody who supplies content can guess it beforehand.
    public init() {
        var generator = SystemRandomNumberGenerator()
        self.init(using: &generator)
    }

    /// Makes a writer with a boundary drawn from `generator`.
    ///
    /// - Parameter generator: Source of randomness; a seeded one makes output repeatable.
    public init(using generator: inout some RandomNumberGenerator) {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-".utf8)
        boundary = String(
            decoding: (0..<24).map { _ in alphabet.randomElement(using: &generator) ?? 0x78 }, as: UTF8.self)
    }

    /// Makes a writer with a given boundary, so that the same parts always make the same bytes.
    ///
    /// - Parameter boundary: 1 to 70 letters, digits, `-` and `_` (anything else is a mistake in the program). It must not
    ///   be known to whoever supplies content before the content is supplied.
    public init(boundary: String) {
        let isUsable = boundary.utf8.allSatisfy { $0.isAlphanumeric || $0 == ASCII.hyphen || $0 == 0x5F }
        precondition(isUsable && (1...70).contains(boundary.utf8.count), "unusable boundary \(boundary)")
        self.boundary = boundary
    }

    /// The value of the response's `Content-Type`.
    public var contentType: String {
        MediaType("multipart", "mixed", parameters: [.init(name: "boundary", value: boundary)]).description
    }

    /// One part, with the delimiters before and after it; send its bytes whole.
    ///
    /// The delimiter after it comes along, because only with it does a reader know that the part is complete: a part that
    /// takes long to make must not hold back the one before.
    ///
    /// - Parameters:
    ///   - headerFields: The part's fields, such as `Content-Type`.
    ///   - content: The part's content.
    /// - Returns: Bytes to send next.
    public mutating func part(_ headerFields: HTTPFields, content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.count + 256)
        if isFirst { bytes.append(contentsOf: "--\(boundary)".utf8) }
        bytes.append(contentsOf: "\r\n".utf8)
        for field in headerFields {
            bytes.append(contentsOf: "\(field.name.rawName): ".utf8)
            field.withUnsafeBytesOfValue { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: "\r\n".utf8)
        }
        bytes.append(contentsOf: "\r\n".utf8)
        bytes.append(contentsOf: content)
        bytes.append(contentsOf: "\r\n--\(boundary)".utf8)
        isFirst = false
        return bytes
    }

    /// What turns the last delimiter into the closing one; nothing may follow it.
    ///
    /// - Returns: Bytes to send last.
    public func end() -> [UInt8] {
        Array("\(isFirst ? "--\(boundary)" : "")--\r\n".utf8)
    }
}
