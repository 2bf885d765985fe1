import ArgumentParser
import Checkpoints
import Foundation
import Tensors

/// Number formats of weight files.
enum FilePrecision: String, CaseIterable, ExpressibleByArgument {
    case f32, f16, bf16

    var elementType: ElementType {
        switch self {
        case .f32: .float32
        case .f16: .float16
        case .bf16: .bfloat16
        }
    }
}

/// `multiads model convert`: any readable checkpoint to a model folder.
struct ModelConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Write a checkpoint as a model folder, or a trained adapter as adapter.safetensors.",
        discussion: """
            Reads OpenCLIP and Hugging Face folders, safetensors, and PyTorch archives (.pt, .pth, .bin, OpenAI's \
            TorchScript files), without executing anything in them.
              multiads model convert clip-vit-large-patch14-336 models/L14 --precision f16
              multiads model convert ViT-L-14-336px.pt models/L14 --activation gelu --merges merges.txt
              multiads model convert epoch_20.pth models/L14 --stages 6,12,18,24 --activation gelu --image-size 518

            The folder appears complete or not at all, and only after it was loaded once.
            """)

    @Argument(help: ArgumentHelp("Model folder or checkpoint file.", valueName: "src"), completion: .file())
    var source: String

    @Argument(
        help: ArgumentHelp("The new folder; for an adapter, a model folder or a .safetensors file.", valueName: "dst"))
    var target: String

    @Option(help: "Non-linearity to record; required for files that come without a configuration.")
    var activation: Activation?

    @Option(help: "Number format of the written weights; by default the source's.")
    var precision: FilePrecision?

    @Option(help: ArgumentHelp("Vocabulary, when the source has none.", valueName: "file"), completion: .file())
    var merges: String?

    @Option(help: ArgumentHelp("Adapters only: blocks it was trained on, such as 6,12,18,24.", valueName: "list"))
    var stages: StageList?

    @Option(help: ArgumentHelp("Adapters only: side in pixels it was trained at.", valueName: "n"))
    var imageSize: Int?

    @Option(help: ArgumentHelp("Adapters only: dataset it was trained on.", valueName: "name"))
    var sourceDataset: String?

    @Option(help: ArgumentHelp("Adapters only: defect types it was trained on.", valueName: "list"))
    var defects: NameList?

    @Flag(help: "Replace the target if it is a model folder or an adapter.")
    var force = false

    func validate() throws {
        if let imageSize, imageSize < 1 {
            throw ValidationError("expected --image-size of 1 or more, found \(imageSize)")
        }
    }

    func run() throws {
        try Self.reporting {
            let progress = ProgressReporter()
            let written = try convert(progress)
            progress.finish()
            Terminal.standardOutput.write("wrote \(written)\n")
        }
    }

    private func convert(_ progress: ProgressReporter) throws -> String {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
            throw CommandFailure("expected a model folder or file at \(source), found nothing there")
        }
        if !isFolder.boolValue {
            let opened = try CheckpointFile.open(path: source)
            if let shape = AdapterShape(opened) { return try convertAdapter(opened, shape) }
        }
        if stages != nil || imageSize != nil || sourceDataset != nil || defects != nil {
            throw CommandFailure(
                "expected an adapter checkpoint (tensors fc.0.weight, fc.0.bias, …) for --stages, --image-size, "
                    + "--source-dataset and --defects, found a model in \(source)")
        }
        let conversion = ModelConversion(
            source: source, elementType: precision?.elementType, activation: activation, mergesPath: merges,
            progress: progress)
        try conversion.write(to: target, replaces: force)
        return target
    }

    private func convertAdapter(_ opened: any TensorSource, _ shape: AdapterShape) throws -> String {
        if let stages, stages.blocks.count != shape.stages {
            throw CommandFailure(
                "expected \(shape.stages) stages, as \(source) has maps, found \(stages.blocks.count) in --stages")
        }
        var metadata: [String: String] = [:]
        metadata["stages"] = stages?.blocks.map(String.init).joined(separator: ",")
        metadata["activation"] = activation?.rawValue
        metadata["image_side"] = imageSize.map(String.init)
        metadata["source_dataset"] = sourceDataset
        metadata["defect_types"] = defects?.names.joined(separator: ",")
        return try AdapterConversion(
            source: opened, shape: shape, metadata: metadata, elementType: precision?.elementType
        ).write(to: target, replaces: force)
    }
}
