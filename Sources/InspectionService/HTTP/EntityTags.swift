/// One entity tag (RFC 9110, section 8.8.3).
struct EntityTag: Sendable, Equatable {
    let isWeak: Bool
    /// What stands between the quotation marks.
    let opaque: String

    /// The tag as a field's value.
    var text: String { (isWeak ? "W/" : "") + "\"\(opaque)\"" }
}

/// The value of `If-Match` or `If-None-Match` (RFC 9110, sections 13.1.1 and 13.1.2).
enum EntityTags: Sendable, Equatable {
    /// `*`
    case any
    case list([EntityTag])

    /// Whether a client that sent these as `If-None-Match` needs nothing new: weak comparison (section 13.1.2).
    func contain(_ tag: EntityTag) -> Bool {
        switch self {
        case .any: true
        case .list(let tags): tags.contains { $0.opaque == tag.opaque }
        }
    }

    /// Reads a field's value.
    ///
    /// - Parameters:
    ///   - text: The value; several fields of one name come joined by commas.
    ///   - field: The field's name, for the message.
    /// - Throws: `Problem` of kind `invalidParameter` when it is not `*` or a list of tags in quotation marks.
    init(_ text: String, field: String) throws(Problem) {
        var rest = text.utf8[...]
        func skipBlanks() { rest = rest.drop { $0 == 0x20 || $0 == 0x09 } }
        skipBlanks()
        if rest.first == UInt8(ascii: "*"), rest.dropFirst().allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
            self = .any
            return
        }
        let fault = Problem(
            .invalidParameter, "\(field): expected * or the ETag of an earlier answer, found \(text.prefix(60))")
        var tags: [EntityTag] = []
        while true {
            // Empty elements of a list are passed over (section 5.6.1.2).
            rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x2C }
            guard !rest.isEmpty else { break }
            let isWeak = rest.starts(with: "W/".utf8)
            if isWeak { rest = rest.dropFirst(2) }
            guard rest.first == 0x22 else { throw fault }
            let opaque = rest.dropFirst().prefix { $0 != 0x22 }
            // etagc: no space, no control character.
            guard opaque.endIndex < rest.endIndex, opaque.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw fault }
            rest = rest[rest.index(after: opaque.endIndex)...]
            tags.append(EntityTag(isWeak: isWeak, opaque: String(Substring(opaque))))
            skipBlanks()
            guard rest.isEmpty || rest.first == 0x2C else { throw fault }
        }
        guard !tags.isEmpty else { throw fault }
        self = .list(tags)
    }
}
