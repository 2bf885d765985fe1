/// A character that HTML knows by name.
struct NamedReference: Sendable {
    /// One scalar, or two for letters with a combining mark.
    let value: [Unicode.Scalar]
    /// True when the name counts without a semicolon too, a leniency for early pages (`&amp`, `&copy`).
    let isLegacy: Bool

    /// The reference of a name without `&` and semicolon.
    static func find(_ name: ArraySlice<Unicode.Scalar>) -> NamedReference? {
        guard !name.isEmpty, name.allSatisfy(\.isASCII) else { return nil }
        return byName[name.map { UInt8(truncatingIfNeeded: $0.value) }]
    }

    /// The upper-case character of an all-capitals name that HTML itself does not know (`&EACUTE;` for É).
    ///
    /// Only names that are lower-case in HTML are tried, and only when no shorter legacy name fits.
    static func inCapitals(_ name: ArraySlice<Unicode.Scalar>) -> [Unicode.Scalar]? {
        guard !name.contains(where: { (0x61...0x7A).contains($0.value) }) else { return nil }
        guard !(2...max(name.count, 2)).contains(where: { find(name.prefix($0))?.isLegacy == true }) else { return nil }
        let lowered = ArraySlice(TextCleaning.lowercase(Array(name)))
        return find(lowered).map { $0.value.flatMap { Array($0.properties.uppercaseMapping.unicodeScalars) } }
    }

    private static let byName: [[UInt8]: NamedReference] = {
        var references: [[UInt8]: NamedReference] = [:]
        for entry in table.utf8.split(separator: UInt8(ascii: " ")) {
            let parts = entry.split(separator: UInt8(ascii: "="))
            let isLegacy = parts[0].last == UInt8(ascii: "!")
            let value = parts[1].split(separator: UInt8(ascii: "+")).compactMap {
                UInt32(Substring($0), radix: 16).flatMap(Unicode.Scalar.init)
            }
            references[Array(isLegacy ? parts[0].dropLast() : parts[0])] = NamedReference(
                value: value, isLegacy: isLegacy)
        }
        return references
    }()
}
