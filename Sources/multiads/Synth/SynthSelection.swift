import ArgumentParser
import Synthesis

/// Options that choose products.
struct SynthSelection: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Products, by name; `all`, `textures`, `objects` and `held-out` name groups.", valueName: "list"))
    var products = "all"

    @Option(help: ArgumentHelp("Products to leave out, by name or group.", valueName: "list"))
    var except: String?

    /// The chosen products in the factory's order.
    ///
    /// - Throws: `ValidationError` for a name that does not exist, and when nothing is left.
    func families() throws -> [FamilyDescription] {
        let wanted = try Self.names(products, option: "products")
        let unwanted = try except.map { try Self.names($0, option: "except") } ?? []
        let chosen = FamilyDescription.all.filter { wanted.contains($0.name) && !unwanted.contains($0.name) }
        guard !chosen.isEmpty else {
            let rest = except.map { " left after --except \($0)" } ?? ""
            throw ValidationError("expected at least one product, found none\(rest)")
        }
        return chosen
    }

    private static func names(_ list: String, option: String) throws -> Set<String> {
        var names: Set<String> = []
        for word in list.split(separator: ",").map(String.init) {
            let found = FamilyDescription.all.filter { family in
                switch word {
                case "all": true
                case "textures": family.kind == .texture
                case "objects": family.kind == .object
                case "held-out": family.isHeldOut
                default: family.name == word
                }
            }
            guard !found.isEmpty else {
                throw ValidationError(
                    "expected a product in --\(option), found \(word); `multiads synth --list` prints them")
            }
            names.formUnion(found.map(\.name))
        }
        return names
    }
}
