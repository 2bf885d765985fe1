import AnomalyDetection
import CLIP
import Tensors

/// A comparison of number formats, for people and for programs.
struct PrecisionReport {
    let comparison: PrecisionComparison

    init(_ comparison: PrecisionComparison) { self.comparison = comparison }

    /// A table of the formats, and the picture that each changes most.
    var text: String {
        let pictures = comparison.reference.seconds.count
        var rows = [
            [
                "precision", "s/picture", "embedding", "tokens", "map mean", "map max", "score mean", "score max",
                "verdicts",
            ]
        ]
        rows.append([
            "f32", TextLayout.decimal(Self.mean(comparison.reference.seconds), 2), "1", "1", "", "", "", "", "",
        ])
        for format in comparison.others {
            let all = format.deviations
            let changed = all.filter(\.changesVerdict).count
            rows.append([
                Self.name(format), TextLayout.decimal(Self.mean(format.seconds), 2),
                TextLayout.decimal(all.map(\.embeddingCosine).min() ?? 1, 6),
                TextLayout.decimal(all.map(\.tokenCosine).min() ?? 1, 6),
                TextLayout.decimal(Self.mean(all.map(\.mapMean)), 5),
                TextLayout.decimal(all.map(\.mapLargest).max() ?? 0, 4),
                TextLayout.decimal(Self.mean(all.map(\.scoreChange)), 5),
                TextLayout.decimal(all.map(\.scoreChange).max() ?? 0, 4), "\(changed) of \(pictures) changed",
            ])
        }
        var lines = TextLayout.columns(rows, rightAligned: [1, 2, 3, 4, 5, 6, 7])
        lines += [
            "", "embedding, tokens: smallest cosine with f32; map, score: absolute differences from f32.",
        ]
        for format in comparison.others {
            let kept = Self.keptMaps(format)
            if !kept.isEmpty {
                lines.append(
                    "\(Self.name(format)) keeps \(kept.count) sensitive maps in bf16: \(kept.joined(separator: ", "))")
            }
            guard let worst = format.deviations.max(by: { $0.scoreChange < $1.scoreChange }), worst.scoreChange > 0
            else { continue }
            lines.append(
                "\(Self.name(format)) changes \(worst.path) most: score "
                    + "\(TextLayout.decimal(Double(worst.referenceScore), 4)) → "
                    + "\(TextLayout.decimal(Double(worst.score), 4))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Every format with every picture.
    var json: OutputJSON {
        .members([
            "pictures": .integer(comparison.reference.seconds.count),
            "reference": .members([
                "precision": .string("f32"),
                "kernel": .string(comparison.reference.inspector.model.clip.arithmetic.description),
                "secondsPerPicture": .number(Self.mean(comparison.reference.seconds)),
            ]),
            "formats": .array(comparison.others.map(Self.json)),
        ])
    }

    private static func json(_ format: PrecisionComparison.Format) -> OutputJSON {
        .members([
            "precision": .string(name(format)),
            "kernel": .string(format.inspector.model.clip.arithmetic.description),
            "secondsPerPicture": .number(mean(format.seconds)),
            "mapsInBf16": .array(keptMaps(format).map(OutputJSON.string)),
            "pictures": .array(
                format.deviations.map { one in
                    .members([
                        "path": .string(one.path), "embeddingCosine": .number(one.embeddingCosine),
                        "tokenCosine": .number(one.tokenCosine), "mapMeanDifference": .number(one.mapMean),
                        "mapLargestDifference": .number(one.mapLargest), "score": .float(one.score),
                        "f32Score": .float(one.referenceScore), "changesVerdict": .bool(one.changesVerdict),
                    ])
                }),
        ])
    }

    private static func name(_ format: PrecisionComparison.Format) -> String {
        format.inspector.model.clip.arithmetic.precision.rawValue
    }

    private static func keptMaps(_ format: PrecisionComparison.Format) -> [String] {
        format.inspector.model.clip.vision.mapsInBrainFloat
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }
}
