/// The words that pictures are compared with: templates, the normal state, and defect types by dataset.
///
/// Sadikaj et al. 2025 (MultiADS), section 3.2, Knowledge Base for Anomalies. Its content is data: the files of
/// Config/knowledge-base, embedded in the binary, and users' files of the same form.
public struct KnowledgeBase: Sendable, Equatable {
    /// Sentences that take a state phrase.
    public private(set) var templates: PromptTemplates
    /// Phrases of a good part, for datasets without their own.
    public private(set) var normalPhrases: [PromptText]
    /// In the order of loading; no two of the same name.
    public private(set) var datasets: [Dataset]

    /// The dataset for products that belong to no other.
    public static let generalDataset = "general"

    /// Joins files.
    ///
    /// - Parameter files: Name and JSON text of each, in order; see ``merge(file:bytes:)``. Templates, normal states and
    ///   a dataset must be among them.
    /// - Throws: ``KnowledgeBaseError`` with the first fault.
    public init(files: [(name: String, bytes: [UInt8])]) throws(KnowledgeBaseError) {
        var joined = KnowledgeBase()
        for file in files { try joined.merge(file: file.name, bytes: file.bytes) }
        try joined.checkCompleteness()
        self = joined
    }

    init() {
        templates = PromptTemplates([])
        normalPhrases = []
        datasets = []
    }

    func checkCompleteness() throws(KnowledgeBaseError) {
        let missing = [
            templates.templates.isEmpty ? "templates" : nil, normalPhrases.isEmpty ? "normal states" : nil,
            datasets.isEmpty ? "a dataset" : nil,
        ].compactMap { $0 }
        guard missing.isEmpty else {
            throw KnowledgeBaseError(
                .incomplete, expected: "templates, normal states and a dataset",
                found: "no \(missing.joined(separator: ", no "))")
        }
    }

    /// Adds a file, or replaces parts by it.
    ///
    /// Templates and normal states replace the earlier ones. A dataset of a known name merges into it: defect types,
    /// products and variants of the same name are replaced in their place, others are added at the end. When the file
    /// is refused, nothing has changed.
    ///
    /// - Parameters:
    ///   - name: For error messages.
    ///   - bytes: JSON text.
    /// - Throws: ``KnowledgeBaseError`` with the first fault and its place.
    public mutating func merge(file name: String, bytes: [UInt8]) throws(KnowledgeBaseError) {
        let buffer = bytes.withUnsafeBytes { text in
            Result { () throws(KnowledgeBaseError) in try KnowledgeBaseFile(parsing: text, name: name) }
        }
        try merge(try buffer.get())
    }

    mutating func merge(_ file: KnowledgeBaseFile) throws(KnowledgeBaseError) {
        switch file.content {
        case .templates(let texts): templates = PromptTemplates(texts)
        case .normalStates(let phrases): normalPhrases = phrases
        case .dataset(let part):
            let index = datasets.firstIndex { $0.name == part.name }
            var dataset = index.map { datasets[$0] } ?? Dataset(empty: part.name)
            dataset.merge(part)
            try dataset.check(part, file: file.name)
            if let index { datasets[index] = dataset } else { datasets.append(dataset) }
        }
    }

    // MARK: - Finding

    /// A dataset by its name.
    ///
    /// - Throws: ``KnowledgeBaseError`` with `.notFound` and the nearest name.
    public func dataset(named name: String) throws(KnowledgeBaseError) -> Dataset {
        if let dataset = datasets.first(where: { $0.name == name }) { return dataset }
        throw .notFound("dataset", name, among: datasets.map(\.name), in: "")
    }

    /// The datasets in the order in which types are looked up: the general one first.
    private var searched: [Dataset] {
        datasets.filter { $0.name == Self.generalDataset } + datasets.filter { $0.name != Self.generalDataset }
    }

    /// Every defect type that a name finds, see ``defectType(named:)``, with the dataset it comes from.
    public var namedDefectTypes: [(dataset: Dataset, type: DefectType)] {
        var seen: Set<String> = []
        return searched.flatMap { dataset in dataset.defectTypes.map { (dataset, $0) } }
            .filter { seen.insert($0.1.name).inserted }
    }

    /// A defect type by its name, from the general dataset or else from the first other one that has it.
    ///
    /// - Throws: ``KnowledgeBaseError`` with `.notFound` and the nearest name in any dataset.
    public func defectType(named name: String) throws(KnowledgeBaseError) -> DefectType {
        let types = searched.flatMap(\.defectTypes)
        let general = datasets.filter { $0.name == Self.generalDataset }
        if let type = types.first(where: { $0.name == name }) { return type }
        let candidates = (general.isEmpty ? searched : general).flatMap(\.defectTypes).map(\.name)
        if NearestName.find(name, in: candidates) != nil {
            throw .notFound("defect type", name, among: candidates, in: "")
        }
        let nearest = NearestName.find(name, in: types.map(\.name))
        throw .notFound("defect type", name, among: nearest.map { [$0] } ?? candidates, in: "")
    }

    /// Phrases of the normal state for a dataset.
    public func normalPhrases(for dataset: Dataset) -> [PromptText] { dataset.normalPhrases ?? normalPhrases }
}
