/// Whether a product fills the picture or stands in it.
public enum ProductKind: String, Sendable, CaseIterable {
    case texture, object
}

/// A kind of product that the factory can draw in endless variation.
protocol ProductFamily: Sendable {
    /// Lower case with underscores, unique, such as `hex_nut`: folder and option name.
    var name: String { get }
    /// What people call it, most usual first; they become the product noun of prompts.
    var nouns: [String] { get }
    var kind: ProductKind { get }
    /// Defects that can happen to it; `missing`, `misplaced`, `bent` and `print_error` also need the matching hooks.
    var defects: Set<DefectType> { get }

    /// Draws one product, perfect unless the scene's edits say otherwise.
    ///
    /// - Parameters:
    ///   - scene: Fresh: grey, flat, matte.
    ///   - random: Must be drawn from in the same order whatever the scene's edits are.
    func draw(_ scene: inout Scene, _ random: inout Generator)
}
