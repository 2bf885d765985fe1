import AnomalyDetection

/// The layouts of inspection datasets that can be read, each with the names its defect types have there.
public enum DatasetKind: String, Sendable, CaseIterable {
    /// MVTec AD (Bergmann et al. 2019): product/{train/good, test/TYPE, ground_truth/TYPE}.
    case mvtecAD = "mvtec-ad"
    /// VisA (Zou et al. 2022): product/Data/{Images, Masks}, image_anno.csv and split_csv/1cls.csv.
    case visa
    /// MPDD (Jezek et al. 2021), laid out as MVTec AD.
    case mpdd
    /// MAD-Sim (Zhou et al. 2023): as MVTec AD, product folders numbered, such as 02Unicorn.
    case madSim = "mad-sim"
    /// MAD-Real (Zhou et al. 2023): as MVTec AD, masks named like their pictures.
    case madReal = "mad-real"
    /// Real-IAD (Wang et al. 2024): product/{OK, NG/CODE}, listed by a meta file.
    case realIAD = "real-iad"
    /// A user's own pictures: as MVTec AD, or pictures and masks side by side, several types in one picture allowed.
    case folder

    /// The knowledge base's dataset that names the defect types.
    public var knowledgeBaseName: String { self == .folder ? KnowledgeBase.generalDataset : rawValue }

    /// Finds a kind by the name a person would type: `mvtec`, `MVTec-AD`, `real_iad` and the like.
    public init?(name: String) {
        let letters = Self.letters(name)
        let aliases = ["mvtec": Self.mvtecAD, "own": .folder, "general": .folder]
        guard let kind = aliases[letters] ?? Self.allCases.first(where: { Self.letters($0.rawValue) == letters }) else {
            return nil
        }
        self = kind
    }

    private static func letters(_ name: String) -> String { name.lowercased().filter { $0 != "-" && $0 != "_" } }
}
