import Synthesis

/// The table of products.
enum SynthList {
    /// One line per product, a summary at the end.
    static func text(_ families: [FamilyDescription]) -> String {
        let rows =
            [["PRODUCT", "KIND", "CALLED", "DEFECT TYPES"]]
            + families.map { family in
                [
                    family.name + (family.isHeldOut ? " *" : ""), family.kind.rawValue,
                    family.nouns.prefix(2).joined(separator: ", "),
                    family.defects.map(\.rawValue).joined(separator: " "),
                ]
            }
        let types = Set(families.flatMap(\.defects)).count
        return TextLayout.columns(rows).joined(separator: "\n")
            + "\n\n\(families.count) products, \(types) defect types; * held out: no model may be trained on it"
    }
}
