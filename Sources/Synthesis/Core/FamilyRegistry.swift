/// All families, one file each in `Families/`.
enum FamilyRegistry {
    /// In the order of listings and streams; adding one at the end keeps earlier numbers.
    static let all: [any ProductFamily] = textures + objects

    static let textures: [any ProductFamily] = [
        MetalSheet(), TurnedMetal(), CastMetal(), PaintedMetal(), CheckerPlate(), WireMesh(), Wood(), WovenTextile(),
        Knit(), Wicker(), Felt(), Carpet(), Leather(), GlazedTile(), Granite(), Concrete(), Rubber(), Paper(),
        GlassSheet(), Foam(), Clutter(), MixedSurface(),
    ]

    static let objects = objectFamilies + [RandomPart(), TurnedPart(), MoldedPart(), RadialPart()]

    /// Families that no model may be trained on: they measure what happens on products never seen.
    ///
    /// The three textures have no near relative among the others. Of the three objects, `turned_part`, `molded_part` and
    /// `radial_part` draw distant relatives at random, among very different parts.
    static let heldOutNames: Set<String> = ["leather", "wicker", "foam", "gear", "capsule", "screw"]
}

extension FamilyRegistry {
    private static let numbers = Dictionary(zip(all.map(\.name), 0...), uniquingKeysWith: { first, _ in first })

    /// The family with a name.
    static func family(named name: String) -> (any ProductFamily)? { numbers[name].map { all[$0] } }

    /// A stable number for a name: pictures must not change when a family is added before this one.
    static func number(of name: String) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(hash >> 52)
    }
}

/// What users may know about a family.
public struct FamilyDescription: Sendable, Equatable {
    /// Lower case with underscores.
    public let name: String
    /// What people call such a product.
    public let nouns: [String]
    /// Whether it fills the picture.
    public let kind: ProductKind
    /// What can happen to it, in the types' order.
    public let defects: [DefectType]
    /// Whether no model may be trained on it.
    public let isHeldOut: Bool

    /// All families, in their fixed order.
    public static let all = FamilyRegistry.all.map { family in
        FamilyDescription(
            name: family.name, nouns: family.nouns, kind: family.kind, defects: family.defects.sorted(),
            isHeldOut: FamilyRegistry.heldOutNames.contains(family.name))
    }
}
