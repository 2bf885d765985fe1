import CLIP
import Checkpoints
import Tensors

/// A model report for people.
struct ModelReportText {
    let terminal: Terminal

    /// All lines.
    func text(_ report: ModelReport, listsTensors: Bool) -> String {
        var rows: [[String]] = []
        if let configuration = report.configuration { rows += configurationRows(configuration, report) }
        if !report.tensors.isEmpty {
            let counts = report.parameters
            let total = TextLayout.grouped(counts.vision + counts.text + counts.other)
            let parts =
                report.configuration == nil
                ? ""
                : " (image tower \(TextLayout.grouped(counts.vision)), text tower \(TextLayout.grouped(counts.text)))"
            rows.append(["parameters", total + parts])
            rows.append(["tensors", "\(report.tensors.count), \(report.elementTypes)"])
        }
        if let adapter = report.adapter { rows += adapterRows(adapter) }
        var lines = [terminal.styled(report.name, .bold)]
        lines += TextLayout.columns(rows).map { "  " + $0 }
        if !report.files.isEmpty {
            lines += ["", "  files"]
            lines += TextLayout.columns(
                report.files.map { [$0.name, TextLayout.bytes($0.byteCount), "sha256:\($0.sha256)"] }, rightAligned: [1]
            ).map { "    " + $0 }
        }
        if listsTensors {
            lines += ["", "  tensors"]
            lines += TextLayout.columns(
                report.tensors.map { [$0.name, $0.info.elementType.rawValue, "\($0.info.shape)"] }
            ).map { "    " + $0 }
        }
        if !report.problems.isEmpty {
            lines += [""] + report.problems.map { "  \(terminal.styled("problem", .red, .bold)): \($0)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func configurationRows(_ configuration: CLIPConfiguration, _ report: ModelReport) -> [[String]] {
        let (vision, text) = (configuration.vision, configuration.text)
        // Shapes do not tell the number of heads; what a single file is taken to have is no finding.
        func heads(_ count: Int) -> String { report.isFolder ? "\(count) heads, " : "" }
        return [
            ["architecture", "CLIP \(configuration.architectureName), embeddings of \(configuration.embedDim)"],
            [
                "image tower",
                "\(vision.layers) blocks, width \(vision.width), \(heads(vision.heads))feed-forward \(vision.mlpWidth), "
                    + "\(vision.gridSize)×\(vision.gridSize) patches",
            ],
            [
                "text tower",
                "\(text.layers) blocks, width \(text.width), \(heads(text.heads))feed-forward \(text.mlpWidth), "
                    + "context \(text.contextLength), vocabulary \(TextLayout.grouped(text.vocabularySize))",
            ],
            ["activation", report.isFolder ? configuration.activation.rawValue : "not recorded in a single file"],
            ["names", report.layout?.rawValue ?? "unknown"],
        ]
    }

    private func adapterRows(_ adapter: ModelReport.AdapterPart) -> [[String]] {
        let shape = adapter.shape
        return [["adapter", "\(shape.stages) maps from \(shape.width) to \(shape.embedDim) channels"]]
            + adapter.metadata.sorted { $0.key < $1.key }.map { key, value in
                ["  " + key.replacing("_", with: " "), value.replacing(",", with: ", ")]
            }
    }
}
