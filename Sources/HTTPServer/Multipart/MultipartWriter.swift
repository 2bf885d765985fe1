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

    /// The value of the response's `Content-Type`.
    public var contentType: String {
        MediaType("multipart", "mixed", parameters: [.init(name: "boundary", value: boundary)]).description
    }

    /// One part, with the delimiter before it; send its bytes whole.
    ///
    /// - Parameters:
    ///   - headerFields: The part's fields, such as `Content-Type`.
    ///   - content: The part's content.
    /// - Returns: Bytes to send next.
    public mutating func part(_ headerFields: HTTPFields, content: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(content.count + 256)
        bytes.append(contentsOf: (isFirst ? "--" : "\r\n--").utf8)
        bytes.append(contentsOf: "\(boundary)\r\n".utf8)
        for field in headerFields {
            bytes.append(contentsOf: "\(field.name.rawName): ".utf8)
            field.withUnsafeBytesOfValue { bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: "\r\n".utf8)
        }
        bytes.append(contentsOf: "\r\n".utf8)
        bytes.append(contentsOf: content)
        isFirst = false
        return bytes
    }

    /// The closing delimiter; nothing may follow it.
    ///
    /// - Returns: Bytes to send last.
    public func end() -> [UInt8] {
        Array("\(isFirst ? "" : "\r\n")--\(boundary)--\r\n".utf8)
    }
}
