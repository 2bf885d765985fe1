/// A line of a table of the MultiADS paper; values in percent.
///
/// Sadikaj et al. 2025 (ICCV). Their AUPRO samples 200 thresholds and is ``MetricName/auproReference`` here.
public struct PublishedResult: Sendable, Equatable {
    /// Where it is printed, such as "Table 4".
    public let table: String
    /// `MultiADS`, `MultiADS-F` or a baseline.
    public let method: String
    /// Dataset the adapters were trained on.
    public let source: String
    /// Dataset evaluated.
    public let target: String
    /// References; 0 for zero-shot.
    public let shots: Int
    /// Percent.
    public let values: [MetricName: Double]

    /// The lines for a dataset and number of shots, of adapters from one source or, for nil, from any.
    public static func find(source: String?, target: String, shots: Int) -> [PublishedResult] {
        all.filter { $0.target == target && $0.shots == shots && (source == nil || $0.source == source) }
    }

    /// All lines of Tables 1, 4 and 21 to 23 that are free of known misprints.
    public static let all: [PublishedResult] = typeLines + zeroShotLines + fewShotLines

    // MARK: - Reading

    /// Lines of: source, target, then AUROC, F1, AP of the multi-type maps.
    private static let typeLines: [PublishedResult] = PublishedLines.read(
        """
        mvtec-ad visa 93.6 22.3 24.8
        mvtec-ad mpdd 95.2 42.8 53
        mvtec-ad mad-sim 92.1 27.9 31.5
        mvtec-ad mad-real 89.2 52.5 52.3
        mvtec-ad real-iad 89.5 22.6 25.0
        visa mvtec-ad 89.1 24 30.5
        visa mpdd 95.3 46.7 50.5
        mpdd visa 93.4 22.1 23.3
        mpdd mvtec-ad 89.4 23.9 27.6
        real-iad mvtec-ad 87.7 21.4 29.9
        real-iad visa 88.1 23.8 24.8
        """
    ) { words in
        PublishedResult(
            table: "Table 1", method: "MultiADS", source: words[0], target: words[1], shots: 0,
            values: PublishedLines.values(words[2...], [.typesAUROC, .typesF1, .typesAP]))
    }

    /// Lines of: target, method, then pixel AUROC, AUPRO, image AUROC, AP; trained on MVTec AD.
    private static let zeroShotLines: [PublishedResult] = PublishedLines.read(
        """
        visa April-GAN 94.2 86.8 78.0 81.4
        visa AnomalyCLIP 95.5 87.0 82.1 85.4
        visa MultiADS 95 89.7 83.6 86.9
        mpdd April-GAN 94.1 83.2 73.0 80.2
        mpdd AnomalyCLIP 96.5 88.7 77.0 82.0
        mpdd MultiADS 95.8 89.7 78.3 78.4
        mpdd MultiADS-F 96.3 89.5 79.7 80.5
        mad-sim April-GAN 80.4 61.5 56 91
        mad-sim MultiADS 88.0 74.2 57.1 94.4
        mad-sim MultiADS-F 88.0 74.2 57.1 94.4
        mad-real April-GAN 88.2 69.5 62.9 87.7
        mad-real AnomalyCLIP 88.3 65.1 66.8 90
        mad-real MultiADS 89.7 74.0 78.3 92.9
        mad-real MultiADS-F 90.7 75.2 78.5 92.9
        real-iad April-GAN 96 86.8 75.7 73.5
        real-iad AnomalyCLIP 96.2 85.7 78.4 76.7
        real-iad MultiADS 96.6 87.1 78.7 79.1
        real-iad MultiADS-F 96.3 87.2 78.2 78.5
        """
    ) { words in
        PublishedResult(
            table: "Table 4", method: words[1], source: "mvtec-ad", target: words[0], shots: 0,
            values: PublishedLines.values(words[2...], [.pixelAUROC, .auproReference, .imageAUROC, .imageAP]))
    }

    /// Lines of: source, target, method, shots, then pixel AUROC, AUPRO, image AUROC, F1, AP.
    private static let fewShotLines: [PublishedResult] = PublishedLines.read(
        """
        mvtec-ad visa MultiADS 1 97.1 92.7 91.9 88.3 93.1
        mvtec-ad visa MultiADS 2 97.2 93.1 93.3 89.5 93.9
        mvtec-ad visa MultiADS 4 96.9 91.1 93.3 89.7 94.3
        mvtec-ad visa MultiADS 8 97.4 93.5 94.7 91.3 94.9
        mvtec-ad visa MultiADS-F 1 96.6 91.7 92 88.1 93.9
        mvtec-ad visa MultiADS-F 2 96.7 91.9 92.8 88.5 94.4
        mvtec-ad visa MultiADS-F 4 97.0 91.5 92.8 88.5 94.6
        mvtec-ad visa MultiADS-F 8 96.9 92.1 93.8 89.5 95.1
        mvtec-ad visa April-GAN 1 96.0 90.0 91.2 86.9 93.3
        mvtec-ad visa April-GAN 2 96.2 90.1 92.2 87.7 94.2
        mvtec-ad visa April-GAN 4 96.2 90.2 92.6 88.4 94.5
        mvtec-ad visa April-GAN 8 96.3 90.2 92.7 88.5 94.6
        mvtec-ad mpdd MultiADS 1 97.4 91.7 81.7 84.6 86.7
        mvtec-ad mpdd MultiADS 2 97.7 92.4 86.6 86.6 90.1
        mvtec-ad mpdd MultiADS 4 97.5 94.1 84.3 84.8 87.2
        mvtec-ad mpdd MultiADS 8 97.7 93.1 83.3 87.6 88.1
        mvtec-ad mpdd MultiADS-F 1 97.7 92.2 80.1 82.5 84
        mvtec-ad mpdd MultiADS-F 2 97.8 92.4 83.8 85.8 86.9
        mvtec-ad mpdd MultiADS-F 4 97.8 94.4 86.2 88.5 88.8
        mvtec-ad mpdd MultiADS-F 8 98 92.8 85 85.2 89.1
        mvtec-ad mpdd April-GAN 1 96.9 91.4 84.6 86.8 88.6
        mvtec-ad mpdd April-GAN 8 96.7 91 86 87.8 90.8
        visa mvtec-ad MultiADS 1 93.2 90.6 93 94 96.4
        visa mvtec-ad MultiADS 2 93.2 90.8 93.5 94.5 96.6
        visa mvtec-ad MultiADS 4 93.3 90.9 96.6 95.4 98.1
        visa mvtec-ad MultiADS 8 93.4 91.2 97.2 96 98.5
        visa mvtec-ad April-GAN 4 95.9 91.8 92.8 92.8 96.3
        visa mvtec-ad April-GAN 8 96.1 92.2 93.3 93.1 96.5
        """
    ) { words in
        PublishedResult(
            table: "Tables 21–23", method: words[2], source: words[0], target: words[1], shots: Int(words[3]) ?? 0,
            values: PublishedLines.values(words[4...], [.pixelAUROC, .auproReference, .imageAUROC, .imageF1, .imageAP]))
    }
}
