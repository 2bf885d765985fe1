import AnomalyDetection
import Datasets

/// The outcome of a dataset check for programs.
enum DatasetReportJSON {
    /// The whole outcome.
    static func document(_ dataset: Dataset, _ report: DatasetReport) -> OutputJSON {
        let issues = report.issues
        let codes = DatasetIssue.Code.allCases.filter { issues.counts[$0] != nil }
        return .members([
            "dataset": .string(dataset.root),
            "kind": .string(dataset.kind.rawValue),
            "products": .array(report.products.map(product)),
            "issueCounts": .object(
                codes.map { OutputJSON.Member(name: $0.rawValue, value: .integer(issues.counts[$0] ?? 0)) }),
            "issues": .array(
                issues.listed.map {
                    .members([
                        "code": .string($0.code.rawValue), "subject": .string($0.subject), "detail": .string($0.detail),
                    ])
                }),
        ])
    }

    private static func product(_ counts: ProductCounts) -> OutputJSON {
        .members([
            "name": .string(counts.name), "train": .integer(counts.train), "normal": .integer(counts.normal),
            "anomalous": .integer(counts.anomalous), "rawNames": numbers(counts.rawNames),
            "singleTypes": numbers(counts.singleTypes),
        ])
    }

    private static func numbers(_ counts: [String: Int]) -> OutputJSON {
        .object(
            counts.sorted { $0.key < $1.key }.map { OutputJSON.Member(name: $0.key, value: .integer($0.value)) })
    }
}
