/// What the MultiADS paper prints for one product of a dataset; values in percent.
///
/// Sadikaj et al. 2025 (ICCV), Table 19: the products of MPDD with one reference, adapters trained on MVTec AD, with
/// MPDD's own phrases and with those of VisA. AUPRO is ``MetricName/auproReference``, as in ``PublishedResult``.
public struct PublishedProduct: Sendable, Equatable {
    /// Where it is printed.
    public static let table = "Table 19"
    /// Dataset the adapters were trained on.
    public static let source = "mvtec-ad"
    /// Dataset evaluated.
    public static let target = "mpdd"
    /// References.
    public static let shots = 1

    /// The table's columns.
    public static let metrics: [MetricName] = [
        .pixelAUROC, .pixelF1, .pixelAP, .auproReference, .imageAUROC, .imageF1, .imageAP,
    ]

    /// Whose phrases describe the defects.
    public enum Phrases: String, Sendable, CaseIterable {
        /// The dataset's own.
        case own = "MPDD"
        /// Those of another dataset.
        case foreign = "VisA"
    }

    /// The product, by its name in the dataset.
    public let product: String
    /// Whose phrases were used.
    public let phrases: Phrases
    /// Percent.
    public let values: [MetricName: Double]

    /// The lines for a dataset and number of shots, those of one product side by side.
    public static func find(target: String, shots: Int) -> [PublishedProduct] {
        target == self.target && shots == self.shots ? all : []
    }

    /// All lines: product, phrases, then pixel AUROC, F1, AP, AUPRO, image AUROC, F1, AP.
    ///
    /// The connector's image AP with MPDD's phrases is printed as 9.3, which cannot be meant.
    public static let all: [PublishedProduct] = PublishedLines.read(
        """
        bracket_black MPDD 97.2 18.7 11.8 89.5 74.6 81.6 80.8
        bracket_black VisA 96.7 11.2 4.5 88 63.4 78.5 68.6
        bracket_brown MPDD 96.2 17.6 8.7 91.1 53.3 79.7 71.4
        bracket_brown VisA 96 14.9 7.5 91 60.4 80 72.5
        bracket_white MPDD 99.7 24.5 15.2 96.7 81.1 78.3 82.5
        bracket_white VisA 99.7 20.7 12.8 96.5 73.4 75 77
        connector MPDD 96.4 33.9 32.4 87.8 91.4 82.8 misprint
        connector VisA 95.9 35.3 33.7 87.2 92.9 78.8 88.9
        metal_plate MPDD 96.3 73.1 74.8 89.8 92 90.1 97.2
        metal_plate VisA 96.3 74.6 81.2 90.6 99 97.9 99.6
        tubes MPDD 98.8 68.7 70.4 95.5 97.6 95.5 99.1
        tubes VisA 98.7 69 71 95 97.3 96.4 99
        """
    ) { words in
        PublishedProduct(
            product: words[0], phrases: Phrases(rawValue: words[1]) ?? .own,
            values: PublishedLines.values(words[2...], metrics))
    }
}
