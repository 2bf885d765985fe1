/// The preferences of an `Accept` field (RFC 9110, section 12.5.1).
public struct AcceptHeader: Sendable, Equatable {
    private struct Range: Sendable, Equatable {
        let type: String
        let subtype: String
        let parameters: [MediaType.Parameter]
        /// Thousandths: 1000 is `q=1`.
        let quality: Int

        /// How exactly the range names `offer`: nil when it does not cover it (RFC 9110, 12.5.1, "specificity").
        func specificity(for offer: MediaType) -> Int? {
            if type == "*" { return 0 }
            guard type == offer.type else { return nil }
            if subtype == "*" { return 1 }
            guard subtype == offer.subtype, parameters.allSatisfy({ offer.parameters.contains($0) }) else { return nil }
            return 2 + parameters.count
        }
    }

    private let ranges: [Range]

    /// Reads the field.
    ///
    /// Parts that cannot be read are passed over, as if they were not there: a preference that is not understood
    /// is no reason to refuse the request.
    ///
    /// - Parameter value: The field's value; nil (no field) or an empty one accepts anything.
    public init(_ value: String?) {
        let parts = Array((value ?? "").utf8).split(separator: ASCII.comma)
        let ranges = parts.compactMap(Self.parse)
        self.ranges =
            ranges.isEmpty && parts.isEmpty ? [Range(type: "*", subtype: "*", parameters: [], quality: 1000)] : ranges
    }

    /// The offer that the client likes best.
    ///
    /// - Parameter offers: What can be sent, the server's favourite first; it decides between equals.
    /// - Returns: One of `offers`, nil when the client accepts none (then 406 is the answer).
    public func preferred(among offers: [MediaType]) -> MediaType? {
        var best: (offer: MediaType, quality: Int)?
        for offer in offers {
            let quality = quality(of: offer)
            if quality > best?.quality ?? 0 { best = (offer, quality) }
        }
        return best?.offer
    }

    /// How much the client likes an offer, by the most specific range that covers it.
    ///
    /// - Parameter offer: A media type.
    /// - Returns: 0 (not acceptable) … 1000 (`q=1`).
    public func quality(of offer: MediaType) -> Int {
        let covering = ranges.compactMap { range in range.specificity(for: offer).map { ($0, range.quality) } }
        return covering.max { $0.0 < $1.0 }?.1 ?? 0
    }

    private static func parse(_ part: some Collection<UInt8>) -> Range? {
        var scanner = FieldScanner(part)
        guard let type = scanner.token()?.lowercased(), scanner.take(ASCII.slash),
            let subtype = scanner.token()?.lowercased(), type != "*" || subtype == "*",
            let parameters = scanner.parameters(), scanner.isAtEnd
        else { return nil }
        // What follows `q` are extensions of the old grammar, not parameters of the type.
        let own = parameters.prefix { $0.name != "q" }.map { MediaType.Parameter(name: $0.name, value: $0.value) }
        guard let weight = parameters.first(where: { $0.name == "q" }) else {
            return Range(type: type, subtype: subtype, parameters: own, quality: 1000)
        }
        guard let quality = quality(weight.value) else { return nil }
        return Range(type: type, subtype: subtype, parameters: own, quality: quality)
    }

    /// `0`, `1`, or one of them with up to three decimals, at most 1 (RFC 9110, 12.4.2).
    private static func quality(_ text: String) -> Int? {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, first == 0x30 || first == 0x31, bytes.count <= 5 else { return nil }
        guard bytes.count == 1 || bytes[1] == 0x2E else { return nil }
        var thousandths = Int(first - 0x30) * 1000
        for (byte, weight) in zip(bytes.dropFirst(2), [100, 10, 1]) {
            guard byte.isDigit else { return nil }
            thousandths += Int(byte - 0x30) * weight
        }
        return thousandths <= 1000 ? thousandths : nil
    }
}
