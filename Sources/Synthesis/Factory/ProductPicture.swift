public import Images

/// How plain a defect is.
public enum Severity: String, Sendable, CaseIterable {
    case subtle, moderate, obvious

    /// A number for painters: 0 hardly visible … 1 nobody could miss it.
    func level(_ random: inout Generator) -> Float {
        switch self {
        case .subtle: random.uniform(0, 0.3)
        case .moderate: random.uniform(0.3, 0.65)
        case .obvious: random.uniform(0.65, 1)
        }
    }
}

/// One picture of the factory with its truth.
public struct ProductPicture: Sendable {
    /// A defect type and the pixels where it can be seen.
    public struct Defect: Sendable, Equatable {
        /// What it is.
        public let type: DefectType
        /// [side, side].
        public let mask: BinaryMask
    }

    /// [side, side].
    public let image: RGBImage
    /// Name of the family.
    public let family: String
    /// What the product may be called.
    public let noun: String
    /// None for a perfect piece; at most one per type, in the order they happened: later ones lie on earlier ones.
    public let defects: [Defect]
    /// How plain the defects are; nil for a perfect piece.
    public let severity: Severity?

    /// [side, side]: 0 where the piece is normal, else 1 + the type's number; where two overlap the later wins.
    public var typeMap: [UInt8] {
        var map = [UInt8](repeating: 0, count: image.width * image.height)
        for defect in defects {
            let value = UInt8(defect.type.number + 1)
            for (index, marked) in defect.mask.pixels.enumerated() where marked != 0 { map[index] = value }
        }
        return map
    }
}
