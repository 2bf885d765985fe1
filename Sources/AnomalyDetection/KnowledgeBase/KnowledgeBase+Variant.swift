extension KnowledgeBase {
    /// Named changes to a dataset, for ablations and for reproducing published experiments.
    public struct Variant: Sendable, Equatable {
        /// Stable key.
        public let name: String
        /// What it is for, in a sentence.
        public let summary: String
        /// Types that remain, in this order; nil keeps all.
        let defectTypes: [String]?
        /// First phrases kept of each type; nil keeps all.
        let phrasesPerType: Int?
        /// Phrases used in place of a type's own.
        let phrases: [String: [PromptText]]
        /// Type → the type whose phrases it takes.
        let phrasesFrom: [String: String]
        /// Raw name → the type it counts as.
        let rawNames: [String: String]
        /// Product → its types.
        let products: [String: [String]]
    }
}

extension KnowledgeBase.Dataset {
    /// The dataset with a variant's changes, under its own name.
    ///
    /// - Throws: ``KnowledgeBaseError`` with `.notFound` and the nearest name.
    public func variant(named name: String) throws(KnowledgeBaseError) -> KnowledgeBase.Dataset {
        guard let variant = variants.first(where: { $0.name == name }) else {
            throw .notFound("variant", name, among: variants.map(\.name), in: self.name)
        }
        var changed = self
        changed.defectTypes = defectTypes.map { type in
            var type = type
            if let donor = variant.phrasesFrom[type.name],
                let index = defectTypes.firstIndex(where: { $0.name == donor })
            {
                type.phrases = defectTypes[index].phrases
            }
            type.phrases = variant.phrases[type.name] ?? type.phrases
            if let count = variant.phrasesPerType { type.phrases = Array(type.phrases.prefix(count)) }
            type.rawNames.removeAll { variant.rawNames[$0] != nil }
            type.rawNames += variant.rawNames.filter { $0.value == type.name }.keys.sorted()
            return type
        }
        if let kept = variant.defectTypes {
            changed.defectTypes = kept.compactMap { name in changed.defectTypes.first { $0.name == name } }
        }
        let names = Set(changed.defectTypes.map(\.name))
        changed.products = products.map { product in
            var product = product
            product.defectTypes = (variant.products[product.name] ?? product.defectTypes).filter(names.contains)
            return product
        }
        return changed
    }
}
