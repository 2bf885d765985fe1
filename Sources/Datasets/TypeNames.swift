import AnomalyDetection

/// What the folder and annotation names of a dataset mean.
struct TypeNames {
    /// The meaning of one name.
    enum Meaning: Equatable {
        case normal
        case type(String)
        /// Known to occur, and to belong to no type.
        case ignored
        case unknown
    }

    /// The MVTec name for pictures that show defects of several types; each mask then says its own.
    static let combined = "combined"

    /// What folders of good parts are called anywhere, in any case.
    private static let normal: Set<String> = ["good", "normal", "ok"]

    private let knowledge: KnowledgeBase.Dataset

    init(_ knowledge: KnowledgeBase.Dataset) { self.knowledge = knowledge }

    /// Products the knowledge base lists.
    var products: [String] { knowledge.products.map(\.name) }

    func meaning(of rawName: String) -> Meaning {
        if let type = knowledge.defectType(forRawName: rawName) { return .type(type.name) }
        if knowledge.normalRawNames.contains(rawName) || Self.normal.contains(rawName.lowercased()) { return .normal }
        return knowledge.ignoredRawNames.contains(rawName) || rawName == Self.combined ? .ignored : .unknown
    }

    func isNormal(_ rawName: String) -> Bool { meaning(of: rawName) == .normal }

    /// A mask that stands for these names: typed when it is exactly one, and known.
    ///
    /// Two annotations share one mask in VisA; even when both mean the same type they are left untyped, as the
    /// reference's list of single-type pictures does.
    func mask(_ path: String, _ rawNames: [String]) -> DefectMask {
        guard rawNames.count == 1, case .type(let type) = meaning(of: rawNames[0]) else {
            return DefectMask(path: path, rawNames: rawNames, type: nil)
        }
        return DefectMask(path: path, rawNames: rawNames, type: type)
    }
}
