/// What the MultiADS paper prints for one defect type of a dataset; values in percent.
///
/// Sadikaj et al. 2025 (ICCV), Table 2: sample types, zero-shot, adapters trained on MVTec AD.
public struct PublishedType: Sendable, Equatable {
    /// Where it is printed.
    public static let table = "Table 2"
    /// Dataset the adapters were trained on.
    public static let source = "mvtec-ad"

    /// Dataset evaluated.
    public let target: String
    /// The type, by its name in the knowledge base.
    public let type: String
    /// Whether the paper counts it among the types that training shows.
    public let isSeen: Bool
    /// Percent: AUROC, F1 and AP of the type's channel.
    public let values: [MetricName: Double]

    /// The lines for a dataset.
    public static func find(target: String) -> [PublishedType] { all.filter { $0.target == target } }

    /// All lines: target, type, seen or unseen, then AUROC, F1, AP.
    public static let all: [PublishedType] = PublishedLines.read(
        """
        visa extra unseen 94.07 2.11 0.15
        visa stuck unseen 91.54 10.51 7.76
        visa bent seen 96.53 6.07 7.74
        visa hole seen 99.55 12.64 25.19
        real-iad pit unseen 97.08 6.15 1.01
        real-iad contamination seen 90.03 6.12 1.86
        real-iad scratch seen 92.63 4.37 2.96
        real-iad damage seen 96.61 6.31 9.75
        mad-sim burr unseen 95.56 1.18 1.67
        mad-sim missing seen 86.52 2.56 3.08
        mad-sim stain seen 98.19 15.02 9.92
        mpdd mismatch unseen 88.44 2.56 1.04
        mpdd flattening unseen 96.72 36.06 8.33
        mpdd scratch seen 96.67 26.99 20.26
        """
    ) { words in
        PublishedType(
            target: words[0], type: words[1], isSeen: words[2] == "seen",
            values: PublishedLines.values(words[3...], MetricName.types))
    }
}
