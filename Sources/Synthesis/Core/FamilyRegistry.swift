/// All families, one file each in `Families/`.
enum FamilyRegistry {
    /// In the order of listings and streams. Adding one at the end keeps earlier numbers.
    static let all: [any ProductFamily] = textures + objects

    static let textures: [any ProductFamily] = []

    static let objects: [any ProductFamily] = [Washer()]

    /// Families that no model may be trained on: they measure what happens on products never seen.
    static let heldOutNames: Set<String> = []
}
