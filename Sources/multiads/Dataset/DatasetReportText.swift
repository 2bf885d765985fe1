import AnomalyDetection
import Datasets

/// The outcome of a dataset check for people.
struct DatasetReportText {
    let dataset: Dataset
    let report: DatasetReport
    let terminal: Terminal

    private var published: [PublishedCounts] { PublishedCounts.of(dataset.kind) }

    /// Everything, ending with a line break.
    var page: String {
        let pictures = dataset.products.reduce(0) { $0 + $1.train.count + $1.test.count }
        let products = dataset.products.count
        var lines = [
            terminal.styled(dataset.root, .bold) + "  \(dataset.knowledge.title) (\(dataset.kind.rawValue)), "
                + "\(products) product\(products == 1 ? "" : "s"), \(TextLayout.grouped(pictures)) pictures",
            "",
        ]
        lines += table + [""] + comparison + issues
        return lines.joined(separator: "\n") + "\n"
    }

    private var table: [String] {
        let names = published.isEmpty ? "defect types (pictures)" : "defect types (pictures; p = published)"
        var rows = [["product", "train", "normal", "anomalous", names]]
        for counts in report.products {
            let expected = published.first { $0.name == counts.name }
            rows.append([
                counts.name, cell(counts.train, expected?.train), cell(counts.normal, expected?.normal),
                cell(counts.anomalous, expected?.anomalous), types(counts, expected),
            ])
        }
        func sum(_ count: (ProductCounts) -> Int) -> String { String(report.products.reduce(0) { $0 + count($1) }) }
        rows.append(["total", sum(\.train), sum(\.normal), sum(\.anomalous), ""])
        return TextLayout.columns(rows, rightAligned: [1, 2, 3])
    }

    /// A count, with the published one where it differs.
    private func cell(_ found: Int, _ expected: Int?) -> String {
        guard let expected, expected != found else { return String(found) }
        return "\(found) (p \(expected))"
    }

    private func types(_ counts: ProductCounts, _ expected: PublishedCounts?) -> String {
        let wanted = expected.map(\.folders) ?? [:]
        let names = Set(counts.rawNames.keys).union(wanted.keys).sorted()
        return names.map { name in
            "\(name) " + cell(counts.rawNames[name] ?? 0, wanted.isEmpty ? nil : wanted[name] ?? 0)
        }.joined(separator: ", ")
    }

    // MARK: - Published counts

    private var comparison: [String] {
        guard !published.isEmpty else { return [] }
        let found = Set(report.products.map(\.name))
        let absent = published.map(\.name).filter { !found.contains($0) }
        let differing = report.products.filter { counts in
            guard let expected = published.first(where: { $0.name == counts.name }) else { return true }
            return !matches(counts, expected)
        }
        var lines: [String] = []
        if !absent.isEmpty {
            lines.append("not here, of \(published.count) published products: \(absent.joined(separator: ", "))")
        }
        lines += singleLabelLines
        lines.append(
            differing.isEmpty
                ? terminal.styled("counts as published", .green)
                : terminal.styled(
                    "counts differ from the published ones: \(differing.map(\.name).joined(separator: ", "))", .yellow))
        return lines + [""]
    }

    private func matches(_ counts: ProductCounts, _ expected: PublishedCounts) -> Bool {
        counts.train == expected.train && counts.normal == expected.normal && counts.anomalous == expected.anomalous
            && (expected.folders.isEmpty || expected.folders == counts.rawNames)
    }

    /// VisA's pictures with a single annotated defect, which multi-type scores are taken on.
    private var singleLabelLines: [String] {
        let expected = published.reduce(0) { $0 + $1.singleLabels.values.reduce(0, +) }
        guard expected > 0 else { return [] }
        let found = report.products.reduce(0) { $0 + $1.singleTypes.values.reduce(0, +) }
        return ["pictures of a single known type: \(cell(found, expected))"]
    }

    // MARK: - Issues

    private var issues: [String] {
        let issues = report.issues
        guard issues.total > 0 else { return [terminal.styled("no fault found", .green)] }
        var lines: [String] = []
        for code in DatasetIssue.Code.allCases {
            guard let count = issues.counts[code] else { continue }
            lines.append(terminal.styled("\(Self.title(code)): \(count)", .red, .bold))
            let listed = issues.listed.filter { $0.code == code }
            lines += listed.map { Terminal.printable("  \($0.subject): \($0.detail)") }
            if count > listed.count { lines.append("  and \(count - listed.count) more") }
        }
        return lines
    }

    private static func title(_ code: DatasetIssue.Code) -> String {
        switch code {
        case .noDefects: "products without defects"
        case .noNormals: "products without normal test pictures"
        case .noReferences: "products without training pictures"
        case .strayFolder: "folders that look like products and are none"
        case .unreadableFolder: "folders that cannot be looked into"
        case .unreadFolder: "folders that are not read"
        case .misplacedPicture: "pictures where none is looked for"
        case .listedTwice: "pictures that are listed more than once"
        case .inBothSplits: "test pictures that are training pictures, too"
        case .copiedPicture: "copies of training pictures, and of good ones among defective ones"
        case .anomalousReference: "training pictures that are said to be defective"
        case .untypedDefects: "products whose defects have no types"
        case .contradictoryType: "pictures whose type contradicts whether they are defective"
        case .ambiguousName: "pictures and masks whose names do not tell them apart"
        case .missingPicture: "pictures that are not there"
        case .unreadablePicture: "pictures that cannot be read"
        case .missingMask: "masks that are not there"
        case .unreadableMask: "masks that cannot be read"
        case .sizeMismatch: "masks of another size than their picture"
        case .emptyMask: "masks without a marked pixel"
        case .fullMask: "masks that mark every pixel"
        case .strayMask: "masks that no picture uses"
        case .unreadMask: "masks that mark more than those of the types, which are read instead"
        case .otherFormat: "pictures of formats that are not read"
        case .unknownType: "names that the knowledge base does not know"
        }
    }
}
