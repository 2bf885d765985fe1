extension KnowledgeBase.Dataset {
    init(empty name: String) {
        self.init(
            name: name, title: name, source: nil, normalPhrases: nil, normalRawNames: [], ignoredRawNames: [],
            defectTypes: [], products: [], variants: [])
    }

    /// Takes over what a file states; see ``KnowledgeBase/merge(file:bytes:)``.
    mutating func merge(_ part: DatasetFile) {
        title = part.title ?? title
        source = part.source ?? source
        normalPhrases = part.normalPhrases ?? normalPhrases
        normalRawNames = part.normalRawNames ?? normalRawNames
        ignoredRawNames = part.ignoredRawNames ?? ignoredRawNames
        defectTypes = Self.merged(defectTypes, part.defectTypes, name: \.name)
        products = Self.merged(products, part.products, name: \.name)
        variants = Self.merged(variants, part.variants, name: \.name)
    }

    private static func merged<Value>(_ old: [Value], _ new: [Value], name: (Value) -> String) -> [Value] {
        var result = old
        for value in new {
            if let index = result.firstIndex(where: { name($0) == name(value) }) {
                result[index] = value
            } else {
                result.append(value)
            }
        }
        return result
    }

    // MARK: - References

    /// Checks that what a file refers to exists in the dataset it was merged into.
    ///
    /// - Throws: ``KnowledgeBaseError`` with the place in the file.
    func check(_ part: DatasetFile, file: String) throws(KnowledgeBaseError) {
        guard !defectTypes.isEmpty else {
            throw KnowledgeBaseError(
                .tooFewEntries, file: file, path: "defectTypes", expected: "at least one entry", found: "none")
        }
        try checkRawNames(part, file: file)
        let types = defectTypes.map(\.name)
        for (index, product) in part.products.enumerated() {
            try Self.check(product.defectTypes, among: types, file: file, path: "products[\(index)].defectTypes")
        }
        let productNames = products.map(\.name)
        for (index, variant) in part.variants.enumerated() {
            let path = "variants[\(index)]"
            try Self.check(variant.defectTypes ?? [], among: types, file: file, path: path + ".defectTypes")
            for key in variant.phrases.keys.sorted() {
                try Self.check(key, among: types, file: file, path: path + ".phrases")
            }
            for (key, donor) in variant.phrasesFrom.sorted(by: { $0.key < $1.key }) {
                try Self.check(key, among: types, file: file, path: path + ".phrasesFrom")
                try Self.check(donor, among: types, file: file, path: path + ".phrasesFrom.\(key)")
            }
            for (key, type) in variant.rawNames.sorted(by: { $0.key < $1.key }) {
                try Self.check(type, among: types, file: file, path: path + ".rawNames.\(key)")
            }
            for (key, names) in variant.products.sorted(by: { $0.key < $1.key }) {
                try Self.check(key, among: productNames, file: file, path: path + ".products")
                try Self.check(names, among: types, file: file, path: path + ".products.\(key)")
            }
        }
    }

    /// A raw name may stand for one thing only.
    private func checkRawNames(_ part: DatasetFile, file: String) throws(KnowledgeBaseError) {
        for (index, type) in part.defectTypes.enumerated() {
            for (position, rawName) in type.rawNames.enumerated() {
                let other = defectTypes.first { $0.name != type.name && $0.rawNames.contains(rawName) }
                let elsewhere = normalRawNames.contains(rawName) ? "the normal state" : nil
                let ignored = ignoredRawNames.contains(rawName) ? "the ignored names" : nil
                guard let taken = other.map({ "“\($0.name)”" }) ?? elsewhere ?? ignored else { continue }
                throw KnowledgeBaseError(
                    .duplicate, file: file, path: "defectTypes[\(index)].rawNames[\(position)]",
                    expected: "each raw name once in the dataset", found: "“\(rawName)”, which belongs to \(taken)")
            }
        }
    }

    private static func check(
        _ names: [String], among known: [String], file: String, path: String
    ) throws(KnowledgeBaseError) {
        for (index, name) in names.enumerated() {
            try check(name, among: known, file: file, path: "\(path)[\(index)]")
        }
    }

    private static func check(
        _ name: String, among known: [String], file: String, path: String
    ) throws(KnowledgeBaseError) {
        guard !known.contains(name) else { return }
        let hint = NearestName.hint(for: name, in: known) ?? "one of \(known.joined(separator: ", "))"
        throw KnowledgeBaseError(
            .unknownReference, file: file, path: path, expected: "a name of this dataset, \(hint)", found: "“\(name)”")
    }
}
