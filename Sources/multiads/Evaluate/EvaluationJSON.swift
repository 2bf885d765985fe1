import AnomalyDetection
import Evaluation

/// The numbers of an evaluation for programs; fractions, not percent.
enum EvaluationJSON {
    /// Everything but the records of single pictures, which scores.csv has.
    static func document(_ run: EvaluationRun, _ summary: EvaluationSummary) -> OutputJSON {
        let subject = run.subject
        return .members([
            "dataset": .string(subject.dataset), "source": .text(subject.source), "model": .string(subject.model),
            "modelDigest": .string(subject.modelDigest), "adapterDigest": .string(subject.adapterDigest),
            "stages": .array(subject.stages.map(OutputJSON.integer)), "activation": .string(subject.activation),
            "precision": .string(subject.precision), "engine": .string(subject.engine),
            "program": .string(subject.program),
            "inputDigest": .string(subject.inputDigest), "wording": wording(run.wording),
            "options": options(run.options),
            "results": .array(summary.tables.map(table)),
            "types": .array(summary.types.map(type)),
            "confusion": .members([
                "classes": .array(summary.confusion.classes.map(OutputJSON.string)),
                "pixels": .array(rows(summary.confusion)),
            ]),
            "products": .array(run.products.map(product)),
            "leftOut": .members([
                "products": .array(
                    run.leftOut.products.map { .members(["name": .string($0.name), "reason": .string($0.reason)]) }),
                "masks": .array(run.leftOut.masks.map(OutputJSON.string)),
            ]),
        ])
    }

    /// Null where the dataset's own words are used.
    private static func wording(_ wording: EvaluationRun.Wording) -> OutputJSON {
        .members([
            "phrases": .text(wording.phrases), "variant": .text(wording.variant), "types": .text(wording.types),
            "knowledgeBase": .array(wording.knowledgeFiles.map(OutputJSON.string)),
        ])
    }

    private static func options(_ options: EvaluationOptions) -> OutputJSON {
        .members([
            "shots": .array(options.shots.map(OutputJSON.integer)), "seeds": .integer(options.seeds),
            "filter": .bool(options.filtersTypes), "imageSide": .integer(options.imageSide),
            "scoreRule": .string(options.scoreRule.rawValue),
            "stageCombination": .string(options.stageCombination.rawValue),
            "mapCombination": .string(options.mapCombination.rawValue),
            "refinement": .text(options.refinement?.rawValue),
            "referenceMatching": .string(options.matchesSamePosition ? "same-position" : "nearest"),
            "fprLimit": .number(options.fprLimit),
        ])
    }

    private static func table(_ table: EvaluationSummary.Table) -> OutputJSON {
        .members([
            "shots": .integer(table.shots), "mean": values(table.mean),
            "imageAUROCInterval": table.imageAUROCInterval.map {
                .array([.number($0.lowerBound), .number($0.upperBound)])
            } ?? .null,
            "products": .object(table.products.map { OutputJSON.Member(name: $0.name, value: values($0)) }),
        ])
    }

    private static func values(_ row: EvaluationSummary.Row) -> OutputJSON {
        .object(
            MetricName.allCases.compactMap { metric in
                row.values[metric].map { value in
                    OutputJSON.Member(
                        name: metric.rawValue,
                        value: .members([
                            "mean": .number(value.mean),
                            "deviation": value.deviation.map(OutputJSON.number) ?? .null,
                        ]))
                }
            })
    }

    private static func type(_ row: EvaluationSummary.TypeRow) -> OutputJSON {
        .members([
            "type": .string(row.name), "products": .integer(row.products), "auroc": number(row.auroc),
            "f1": number(row.f1), "averagePrecision": number(row.averagePrecision),
        ])
    }

    private static func product(_ product: ProductResult) -> OutputJSON {
        .members([
            "name": .string(product.name), "pictures": .integer(product.pictures.count),
            "anomalous": .integer(product.pictures.count(where: \.isAnomalous)),
            "typedPictures": .integer(product.typedPictures), "seconds": .number(product.seconds),
            "skipped": .array(
                product.skipped.map {
                    .members(["picture": .string($0.picture), "reason": .string($0.reason)])
                }),
            "references": .array(
                product.settings.filter { $0.setting.shots > 0 }.map {
                    .members([
                        "shots": .integer($0.setting.shots), "seed": .integer($0.setting.seed),
                        "pictures": .array($0.references.map(OutputJSON.string)),
                    ])
                }),
        ])
    }

    private static func rows(_ matrix: ConfusionMatrix) -> [OutputJSON] {
        matrix.classes.indices.map { row in
            .array(matrix.classes.indices.map { .integer(matrix[row, $0]) })
        }
    }

    private static func number(_ value: Double?) -> OutputJSON { value.map(OutputJSON.number) ?? .null }
}
