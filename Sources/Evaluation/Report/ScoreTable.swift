import Checkpoints

/// The scores of every picture as comma-separated values (RFC 4180), from which image metrics can be computed again.
public enum ScoreTable {
    private static let columns = [
        "product", "picture", "anomalous", "defects", "types", "found_type", "shots", "seed", "score", "map_maximum",
        "map_top3", "global_score",
    ]

    /// A header line, then one line for every picture and setting.
    public static func text(_ run: EvaluationRun) -> String {
        var head = CSVRow()
        for column in columns { head.add(column) }
        head.end()
        var bytes = head.bytes
        for product in run.products {
            for record in product.pictures {
                for (setting, scores) in zip(run.options.settings, record.scores) {
                    var row = CSVRow()
                    for text in [product.name, record.picture] { row.add(text: text) }
                    row.add(record.isAnomalous ? "1" : "0")
                    for text in [
                        record.rawNames.joined(separator: ";"), record.types.joined(separator: ";"),
                        record.foundType ?? "",
                    ] { row.add(text: text) }
                    for number in [
                        "\(setting.shots)", "\(setting.seed)", "\(scores.score)", "\(scores.mapMaximum)",
                        "\(scores.mapTopThree)", "\(record.globalScore)",
                    ] { row.add(number) }
                    row.end()
                    bytes += row.bytes
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
