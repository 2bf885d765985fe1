/// The scores of every picture as comma-separated values (RFC 4180), from which image metrics can be computed again.
public enum ScoreTable {
    /// A header line, then one line for every picture and setting.
    public static func text(_ run: EvaluationRun) -> String {
        var lines = [
            "product,picture,anomalous,defects,types,found_type,shots,seed,score,map_maximum,map_top3,global_score"
        ]
        for product in run.products {
            for record in product.pictures {
                for (setting, scores) in zip(run.options.settings, record.scores) {
                    lines.append(
                        [
                            product.name, record.picture, record.isAnomalous ? "1" : "0",
                            record.rawNames.joined(separator: ";"), record.types.joined(separator: ";"),
                            record.foundType ?? "", "\(setting.shots)", "\(setting.seed)", "\(scores.score)",
                            "\(scores.mapMaximum)", "\(scores.mapTopThree)", "\(record.globalScore)",
                        ].map(field).joined(separator: ","))
                }
            }
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    private static func field(_ text: String) -> String {
        // By scalars: a comma under an accent is one Character, and still a comma to whoever reads the file.
        let scalars = text.unicodeScalars
        guard scalars.contains(where: { $0 == "," || $0 == "\"" || $0 == "\r" || $0 == "\n" }) else { return text }
        let parts = scalars.split(separator: "\"", omittingEmptySubsequences: false).map(String.init)
        return "\"" + parts.joined(separator: "\"\"") + "\""
    }
}
