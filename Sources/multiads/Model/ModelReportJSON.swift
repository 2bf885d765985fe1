import CLIP
import Checkpoints
import Tensors

/// A model report for programs.
enum ModelReportJSON {
    /// The whole report.
    static func value(_ report: ModelReport, listsTensors: Bool) -> OutputJSON {
        let counts = report.parameters
        var members: [OutputJSON.Member] = [
            .init(name: "name", value: .string(report.name)),
            .init(
                name: "architecture",
                value: report.configuration.map { architecture($0, isFolder: report.isFolder) } ?? .null),
            .init(name: "layout", value: .text(report.layout?.rawValue)),
            .init(
                name: "parameters",
                value: .members([
                    "vision": .integer(counts.vision), "text": .integer(counts.text), "other": .integer(counts.other),
                ])),
            .init(name: "adapter", value: report.adapter.map(adapter) ?? .null),
            .init(
                name: "files",
                value: .array(
                    report.files.map {
                        .members([
                            "name": .string($0.name), "bytes": .integer($0.byteCount), "sha256": .string($0.sha256.hex),
                        ])
                    })),
            .init(name: "problems", value: .array(report.problems.map(OutputJSON.string))),
        ]
        if listsTensors {
            members.append(
                .init(
                    name: "tensors",
                    value: .array(
                        report.tensors.map { tensor in
                            .members([
                                "name": .string(tensor.name), "type": .string(tensor.info.elementType.rawValue),
                                "shape": .array(tensor.info.shape.map(OutputJSON.integer)),
                            ])
                        })))
        }
        return .object(members)
    }

    private static func architecture(_ configuration: CLIPConfiguration, isFolder: Bool) -> OutputJSON {
        let (vision, text) = (configuration.vision, configuration.text)
        return .members([
            "name": .string(configuration.architectureName), "embedDim": .integer(configuration.embedDim),
            "activation": isFolder ? .string(configuration.activation.rawValue) : .null,
            "vision": .members([
                "imageSize": .integer(vision.imageSize), "patchSize": .integer(vision.patchSize),
                "width": .integer(vision.width), "layers": .integer(vision.layers),
                "heads": isFolder ? .integer(vision.heads) : .null,
                "mlpWidth": .integer(vision.mlpWidth),
            ]),
            "text": .members([
                "contextLength": .integer(text.contextLength), "vocabularySize": .integer(text.vocabularySize),
                "width": .integer(text.width), "layers": .integer(text.layers),
                "heads": isFolder ? .integer(text.heads) : .null,
                "mlpWidth": .integer(text.mlpWidth),
            ]),
        ])
    }

    private static func adapter(_ part: ModelReport.AdapterPart) -> OutputJSON {
        .members([
            "stages": .integer(part.shape.stages), "width": .integer(part.shape.width),
            "embedDim": .integer(part.shape.embedDim),
            "metadata": .object(
                part.metadata.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .string($0.value)) }),
        ])
    }
}
