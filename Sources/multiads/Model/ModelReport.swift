import AnomalyDetection
import CLIP
import Checkpoints
import Tensors

/// Everything that can be told about a model without running it.
struct ModelReport {
    /// A file that belongs to it.
    struct File {
        let name: String
        let byteCount: Int
        let sha256: SHA256Digest
    }

    /// The adapter's dimensions and what training recorded.
    struct AdapterPart {
        let shape: AdapterShape
        let metadata: [String: String]
    }

    /// Folder, file, or a label.
    let name: String
    /// Whether heads and activation are known: shapes, all that a single file has, do not tell them.
    let isFolder: Bool
    private(set) var files: [File] = []
    private(set) var configuration: CLIPConfiguration?
    /// Whose tensor names the weights use.
    private(set) var layout: CLIPLayout?
    /// Under the names of the file.
    private(set) var tensors: [(name: String, info: TensorInfo)] = []
    private(set) var adapter: AdapterPart?
    /// What keeps the model from being used; empty when all is well.
    private(set) var problems: [String] = []

    /// Describes a model folder, or the bundled model.
    init(folder files: ModelFiles, path: String?, progress: ProgressReporter) {
        name = files.name
        isFolder = true
        do throws(CLIPError) {
            configuration = try CLIPConfiguration.load(files)
        } catch {
            problems.append(error.description)
        }
        addFiles(files, path: path, progress: progress)
        do throws(CLIPError) {
            let (file, region) = try files.first(of: CLIPModel.weightFileNames, purpose: "model weights")
            addWeights(region, file)
        } catch {
            problems.append(error.description)
        }
        addVocabulary(files)
        addAdapter(files)
    }

    /// Describes a single checkpoint.
    init(file path: String, progress: ProgressReporter) throws {
        name = path
        isFolder = false
        let region = try ByteRegion.map(path: path)
        files = [Self.file(path.split(separator: "/").last.map(String.init) ?? path, region, progress)]
        let source = try CheckpointFile.open(region: region, name: path)
        tensors = Self.list(source)
        switch CheckpointKind(source) {
        case .adapter(let shape): adapter = AdapterPart(shape: shape, metadata: source.metadata)
        case .other(let reason): problems.append(reason)
        case .clip(let canonical):
            layout = canonical.layout
            do throws(CLIPError) {
                // The activation given here is not shown.
                configuration = try CLIPConfiguration.infer(from: canonical, activation: .gelu)
            } catch {
                problems.append(error.description)
            }
        }
    }

    /// Number of weights, by tower.
    var parameters: (vision: Int, text: Int, other: Int) {
        var counts = (vision: 0, text: 0, other: 0)
        for (name, info) in tensors where info.elementType.isReadableAsFloat {
            func add(_ sum: inout Int) {
                let (total, overflow) = sum.addingReportingOverflow(info.count)
                sum = overflow ? .max : total
            }
            if name.contains("visual") || name.contains("vision_model") {
                add(&counts.vision)
            } else if name.hasSuffix("logit_scale") || name.contains("fc.") && adapter != nil && configuration == nil {
                add(&counts.other)
            } else {
                add(&counts.text)
            }
        }
        return counts
    }

    /// The element types in use, such as "F16".
    var elementTypes: String { Set(tensors.map(\.info.elementType.rawValue)).sorted().joined(separator: ", ") }

    // MARK: - Parts

    private mutating func addFiles(_ source: ModelFiles, path: String?, progress: ProgressReporter) {
        let names =
            CLIPConfiguration.fileNames + ["preprocessor_config.json"] + CLIPModel.weightFileNames
            + CLIPModel.vocabularyFileNames + [InspectionModel.adapterFileName, "model-card.md"]
        for name in names {
            if let region = try? source.region(name) { files.append(Self.file(name, region, progress)) }
        }
        guard let path else { return }
        do throws(CheckpointError) {
            guard let recorded = try FileDigests.read(folder: path) else { return }
            for file in files {
                do throws(CheckpointError) {
                    try recorded.check(file.name, file.sha256, path: file.name)
                } catch {
                    problems.append(error.description)
                }
            }
        } catch {
            problems.append(error.description)
        }
    }

    private mutating func addWeights(_ region: ByteRegion, _ file: String) {
        do throws(CheckpointError) {
            let source = try CheckpointFile.open(region: region, name: file)
            tensors = Self.list(source)
            let canonical = try CanonicalCLIPTensors(source)
            layout = canonical.layout
            if let stranger = canonical.unknownNames.first {
                problems.append("\(file): expected only tensors of a CLIP ViT, found \(stranger)")
            }
        } catch {
            problems.append(error.description)
        }
    }

    private mutating func addVocabulary(_ files: ModelFiles) {
        guard let configuration else { return }
        do throws(CLIPError) {
            let (file, region) = try files.first(of: CLIPModel.vocabularyFileNames, purpose: "a vocabulary")
            _ = try CLIPTokenizer.load(region, file: file, configuration: configuration.text)
        } catch {
            problems.append(error.description)
        }
    }

    /// A folder without an adapter is complete: one may be given separately.
    private mutating func addAdapter(_ files: ModelFiles) {
        let name = InspectionModel.adapterFileName
        do {
            guard let region = try files.region(name) else { return }
            let source = try CheckpointFile.open(region: region, name: name)
            guard let shape = AdapterShape(source) else {
                problems.append("\(name): expected tensors fc.0.weight, fc.0.bias … of one shape, found others")
                return
            }
            adapter = AdapterPart(shape: shape, metadata: source.metadata)
            guard let configuration else { return }
            if shape.width != configuration.vision.width || shape.embedDim != configuration.embedDim {
                problems.append(
                    "\(name): expected maps from \(configuration.vision.width) to \(configuration.embedDim) channels, "
                        + "found \(shape.width) to \(shape.embedDim)")
            }
        } catch {
            problems.append("\(error)")
        }
    }

    private static func file(_ name: String, _ region: ByteRegion, _ progress: ProgressReporter) -> File {
        let digest = SHA256Digest.of(region) { done in
            progress.advance("checking \(name) (MB)", done / 1_000_000, of: max(1, region.count / 1_000_000))
        }
        return File(name: name, byteCount: region.count, sha256: digest)
    }

    private static func list(_ source: any TensorSource) -> [(name: String, info: TensorInfo)] {
        source.tensorNames.compactMap { name in source.info(name).map { (name, $0) } }
    }
}
