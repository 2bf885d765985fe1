extension KnowledgeBase {
    /// Defect types and products that belong together: a public dataset, or a plant's own set.
    public struct Dataset: Sendable, Equatable {
        /// Stable key.
        public let name: String
        /// For display.
        public internal(set) var title: String
        /// Citation of the phrases.
        public internal(set) var source: String?
        /// Phrases of the normal state for this dataset; nil for the knowledge base's.
        public internal(set) var normalPhrases: [PromptText]?
        /// Folder and annotation names that mean: no defect.
        public internal(set) var normalRawNames: [String]
        /// Annotation names that occur in the dataset and belong to no type.
        public internal(set) var ignoredRawNames: [String]
        /// In column order, after the normal state.
        public internal(set) var defectTypes: [DefectType]
        /// In the order of the file.
        public internal(set) var products: [Product]
        /// Named changes to this dataset, see ``variant(named:)``.
        public internal(set) var variants: [Variant]
    }

    /// A product of a dataset.
    public struct Product: Sendable, Equatable {
        /// Raw class name.
        public let name: String
        /// What prompts call it.
        public let noun: String
        /// Names of the defect types it can have.
        public internal(set) var defectTypes: [String]
    }
}

extension KnowledgeBase.Dataset {
    /// A defect type by its name.
    ///
    /// - Throws: ``KnowledgeBaseError`` with `.notFound` and the nearest name.
    public func defectType(named name: String) throws(KnowledgeBaseError) -> DefectType {
        if let type = defectTypes.first(where: { $0.name == name }) { return type }
        throw .notFound("defect type", name, among: defectTypes.map(\.name), in: self.name)
    }

    /// A product by its name.
    ///
    /// - Throws: ``KnowledgeBaseError`` with `.notFound` and the nearest name.
    public func product(named name: String) throws(KnowledgeBaseError) -> KnowledgeBase.Product {
        if let product = products.first(where: { $0.name == name }) { return product }
        throw .notFound("product", name, among: products.map(\.name), in: self.name)
    }

    /// The defect type that a folder or annotation name stands for; nil for normal, ignored and unknown names.
    public func defectType(forRawName rawName: String) -> DefectType? {
        // A raw name wins over another type's name: a variant may move a folder to a type of a different name.
        defectTypes.first { $0.rawNames.contains(rawName) } ?? defectTypes.first { $0.name == rawName }
    }

    /// The defect types of a product, in column order.
    ///
    /// - Throws: ``KnowledgeBaseError`` with `.notFound` and the nearest name.
    public func defectTypes(ofProduct name: String) throws(KnowledgeBaseError) -> [DefectType] {
        let names = try product(named: name).defectTypes
        return defectTypes.filter { names.contains($0.name) }
    }
}

extension KnowledgeBaseError {
    static func notFound(
        _ kind: String, _ name: String, among candidates: [String], in place: String
    ) -> KnowledgeBaseError {
        let hint = NearestName.hint(for: name, in: candidates) ?? "one of \(candidates.joined(separator: ", "))"
        return KnowledgeBaseError(.notFound, path: place, expected: "a known \(kind), \(hint)", found: "“\(name)”")
    }
}
