public import AnomalyDetection

/// A product of a dataset and its pictures.
public struct DatasetProduct: Sendable, Equatable {
    /// Name in the dataset, without a layout's numbering.
    public let name: String
    /// What prompts call it.
    public let noun: String
    /// Names of the defect types it can have, in the knowledge base's order.
    public let defectTypes: [String]
    /// Normal pictures, from which references are drawn.
    public let train: [DatasetSample]
    /// Pictures that are judged.
    public let test: [DatasetSample]
}

/// A dataset on disk: its products and the paths of their pictures and masks.
///
/// Opening it reads folders and lists only. Types are keyed by name: what a folder or annotation means is looked up in
/// the knowledge base, never counted.
public struct Dataset: Sendable {
    /// Layout and naming.
    public let kind: DatasetKind
    /// The folder.
    public let root: String
    /// Defect types and the names they have in this dataset.
    public let knowledge: KnowledgeBase.Dataset
    /// In the knowledge base's order, then by name.
    public private(set) var products: [DatasetProduct]
    /// Names that the knowledge base does not know, each once.
    public private(set) var unknownNames: [String]
    /// Products that ``limited(to:)`` left out.
    private(set) var leftOut: Set<String> = []
    /// Whether a list says what belongs to the dataset: other files in its folders are none of its business then.
    let isListed: Bool

    /// Where the list of pictures comes from.
    public enum Listing: Sendable, Equatable {
        /// A list in the dataset's folder when there is one (`meta.json`, `meta1.json`, `split_csv/1cls.csv`,
        /// `meta_wo_md.json`), else the folders.
        case automatic
        /// The folders alone.
        case folders
        /// A JSON list of the form that MultiADS and its ancestors use; the path may be relative to the dataset.
        case file(String)
    }

    /// Opens a dataset.
    ///
    /// - Parameters:
    ///   - root: Its folder.
    ///   - kind: Its layout; see ``detect(root:knowledge:)``.
    ///   - knowledge: Defect types by the dataset's own names, a variant applied where one is wanted.
    ///   - listing: Where the list of pictures comes from.
    /// - Throws: ``DatasetError`` with `.cannotOpen`, `.unknownLayout` or `.badList`.
    public init(
        root: String, kind: DatasetKind, knowledge: KnowledgeBase.Dataset, listing: Listing = .automatic
    ) throws(DatasetError) {
        try FolderListing.requireFolder(root)
        let names = TypeNames(knowledge)
        let reader = DatasetReader(root: root, kind: kind, names: names)
        let (found, isListed) = try reader.samples(listing)
        guard !found.isEmpty else {
            let others = isListed ? [] : try TreeReader(reader: reader).strays(except: [])
            let other = others.first { $0.code == .otherFormat }
            throw DatasetError(
                .unknownLayout, path: root,
                "expected PNG or JPEG pictures in the layout of \(kind.rawValue), found "
                    + (other.map { "pictures of other formats only, such as \($0.subject)" } ?? "none"))
        }
        for product in Set(found.map(\.product)).sorted() where !FolderListing.isPlainName(product) {
            throw DatasetError(
                .badList, path: root,
                "expected products' names that are names of folders, without “/”, control characters and a dot in "
                    + "front, found “\(product.prefix(100))”")
        }
        self.kind = kind
        self.root = root
        self.knowledge = knowledge
        self.isListed = isListed
        products = Self.grouped(found, kind: kind, knowledge: knowledge)
        unknownNames = Self.unknownNames(found, names)
    }

    /// A product by its name, or nil.
    public func product(named name: String) -> DatasetProduct? { products.first { $0.name == name } }

    /// The same dataset with some of its products only.
    ///
    /// - Throws: ``DatasetError`` with `.unknownProduct`.
    public func limited(to names: [String]) throws(DatasetError) -> Dataset {
        for name in names where product(named: name) == nil {
            throw DatasetError(
                .unknownProduct, path: root,
                "expected a product of the dataset, one of \(products.map(\.name).joined(separator: ", ")), found “\(name)”"
            )
        }
        var limited = self
        limited.leftOut.formUnion(products.map(\.name).filter { !names.contains($0) })
        limited.products = products.filter { names.contains($0.name) }
        limited.unknownNames = Self.unknownNames(
            limited.products.flatMap { $0.train + $0.test }, TypeNames(knowledge))
        return limited
    }

    /// The defect types in column order.
    public var typeNames: [String] { knowledge.defectTypes.map(\.name) }

    /// All pictures of a split, product by product.
    public func samples(_ split: DatasetSplit) -> [DatasetSample] {
        products.flatMap { split == .train ? $0.train : $0.test }
    }

    private static func grouped(
        _ samples: [DatasetSample], kind: DatasetKind, knowledge: KnowledgeBase.Dataset
    ) -> [DatasetProduct] {
        let groups = Dictionary(grouping: samples, by: \.product)
        let order = Dictionary(
            knowledge.products.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
        let names = groups.keys.sorted { a, b in
            (order[a] ?? .max, a) < (order[b] ?? .max, b)
        }
        return names.map { name in
            let group = groups[name] ?? []
            let known = knowledge.products.first { $0.name == name }
            let present = Set(group.flatMap(\.types))
            // A list that leaves out a type whose pictures exist would silently turn those defects into "normal".
            let types = Set(known?.defectTypes ?? []).union(present)
            return DatasetProduct(
                name: name, noun: known?.noun ?? noun(of: name),
                defectTypes: knowledge.defectTypes.map(\.name).filter(types.contains),
                train: group.filter { $0.split == .train }, test: group.filter { $0.split == .test })
        }
    }

    /// What prompts call a product of one's own: its folder's name as words.
    private static func noun(of name: String) -> String {
        String(name.map { $0 == "_" || $0 == "-" ? " " : $0 })
    }

    private static func unknownNames(_ samples: [DatasetSample], _ names: TypeNames) -> [String] {
        var seen: Set<String> = []
        return samples.flatMap { $0.rawNames + $0.masks.flatMap(\.rawNames) }.filter { name in
            names.meaning(of: name) == .unknown && seen.insert(name).inserted
        }
    }
}
