import HTTPServer
import HTTPTypes
import Storage

/// Names a state of a product: `"r3.v5"` is the third revision of its settings with the fifth version of its references.
///
/// All that an answer shows is in it, so that `If-None-Match` never hides a change. `If-Match` looks at the settings'
/// part alone: what it guards is what the request writes, and neither a new reference nor progress since then refuses it.
struct ProductTag {
    let tag: EntityTag

    init(_ product: ProductRecord, _ status: ProductStatus) {
        let state =
            switch status.preparation {
            case .checking: ".p0"
            case .preparing(let progress): ".p\(Int(progress * 1000))"
            case .ready: ""
            case .failed: ".failed"
            }
        let calibration = if case .outdated = status.calibration { ".outdated" } else { "" }
        tag = EntityTag(
            isWeak: false, opaque: "r\(product.revision).v\(product.references.version)\(state)\(calibration)")
    }

    /// The revision of the settings that a tag names; nil for tags that this service never gave.
    private static func revision(_ tag: EntityTag) -> Int? {
        guard tag.opaque.hasPrefix("r") else { return nil }
        let digits = tag.opaque.dropFirst().prefix { $0 != "." }
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(digits)
    }

    /// What a request demands of the stored product.
    ///
    /// - Returns: ``Storage/ProductPrecondition/none`` without the fields.
    /// - Throws: `Problem` of kind `invalidParameter` for a field that cannot be read.
    static func precondition(_ request: ServerRequest) throws(Problem) -> ProductPrecondition {
        let fields = request.head.headerFields
        var precondition = ProductPrecondition.none
        // If-Match compares strongly: a weak tag stands for no exact state.
        if let value = fields[.ifMatch] { precondition.match = try match(value, "If-Match", weakly: false) }
        if let value = fields[.ifNoneMatch] { precondition.noneMatch = try match(value, "If-None-Match", weakly: true) }
        return precondition
    }

    private static func match(
        _ value: String, _ field: String, weakly: Bool
    ) throws(Problem) -> ProductPrecondition.Match {
        switch try EntityTags(value, field: field) {
        case .any: .any
        case .list(let tags): .revisions(tags.filter { weakly || !$0.isWeak }.compactMap(revision))
        }
    }
}
