package import Checkpoints

/// What a client shows to be let in: `mads_` and 32 random bytes in base64url.
///
/// It is shown once, when it is made; the service keeps its digest. A plain SHA-256 is enough for that: the slow hashes
/// made for passwords hinder guessing, and of 2²⁵⁶ equally likely keys none can be guessed.
public struct AccessKey: Sendable, CustomStringConvertible {
    /// The key itself.
    ///
    /// For its owner's eyes only: not for logs, messages or files.
    public let secret: String

    private static let prefix = "mads_"
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    /// 256 bits in groups of six.
    private static let digits = 43

    /// Makes a key.
    ///
    /// - Parameter random: 64 bits that nobody can foretell, new at each call.
    public init(random: () -> UInt64) {
        let words = (0..<4).map { _ in random() }
        func bit(_ index: Int) -> UInt64 { index < 256 ? words[index / 64] >> UInt64(index % 64) & 1 : 0 }
        let text = (0..<Self.digits).map { digit in
            Self.alphabet[(0..<6).reduce(0) { $0 << 1 | Int(bit(digit * 6 + $1)) }]
        }
        secret = Self.prefix + String(decoding: text, as: UTF8.self)
    }

    /// Takes what a client sent; nil when no key can look like that.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == Self.prefix.utf8.count + Self.digits, bytes.starts(with: Self.prefix.utf8) else {
            return nil
        }
        let values = bytes.dropFirst(Self.prefix.utf8.count).map { Self.alphabet.firstIndex(of: $0) }
        // The last digit holds four bits and two zeros; other spellings of the same bytes are not accepted.
        guard !values.contains(nil), let last = values.last ?? nil, last & 3 == 0 else { return nil }
        secret = String(text)
    }

    /// What is kept of it: the digest of its text, as `printf %s KEY | sha256sum` prints it.
    package var digest: SHA256Digest { .of(Array(secret.utf8)) }

    /// Says that it is a key, and not which.
    public var description: String { Self.hidden }

    private static let hidden = "mads_…"

    /// Whether a word begins as keys do.
    static func isHinted(by text: some StringProtocol) -> Bool { text.utf8.starts(with: prefix.utf8) }

    /// The text with every key in it, also one that was cut off, made unreadable.
    ///
    /// What clients send in the wrong place comes back in messages and stands in logs; a key must not.
    static func hiding(in text: String) -> String {
        guard text.contains(prefix) else { return text }
        var (shown, rest) = ("", text[...])
        while let start = rest.firstRange(of: prefix) {
            let tail = rest[start.upperBound...]
            let key = tail.prefix { $0.utf8.count == 1 && alphabet.contains($0.utf8.first ?? 0) }
            // What is this short gives nothing away, and may well be a name.
            shown += key.count > 6 ? rest[..<start.lowerBound] + hidden : rest[..<key.endIndex]
            rest = rest[key.endIndex...]
        }
        return shown + rest
    }
}
