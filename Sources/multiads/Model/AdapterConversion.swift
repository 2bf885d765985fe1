import AnomalyDetection
import Checkpoints
import Foundation
import Tensors

/// Writes an adapter checkpoint, such as a training script's `trainable_linearlayer`, as `adapter.safetensors`.
struct AdapterConversion {
    /// The opened checkpoint.
    let source: any TensorSource
    /// Its dimensions.
    let shape: AdapterShape
    /// What the user knows about its training; joins and overrides what the file records.
    let metadata: [String: String]
    /// Number format of the written weights; nil keeps the source's.
    var elementType: ElementType?

    /// Writes the file.
    ///
    /// - Parameters:
    ///   - target: A `.safetensors` path, or an existing folder that gets `adapter.safetensors`.
    ///   - replaces: Whether an existing file may be replaced.
    /// - Returns: The path of the file.
    /// - Throws: ``CommandFailure`` or `CheckpointError`.
    func write(to target: String, replaces: Bool) throws -> String {
        let path = try Self.path(for: target)
        guard replaces || !FileManager.default.fileExists(atPath: path) else {
            throw CommandFailure("expected \(path) not to exist yet; --force replaces it")
        }
        guard !FileManager.default.fileExists(atPath: path) || Self.isAdapter(path) else {
            throw CommandFailure(
                "expected an adapter at \(path), found something else; it is not replaced, not even with --force")
        }
        var entries: [SafeTensorsWriter.Entry] = []
        for stage in 0..<shape.stages {
            let wanted = [
                (AdapterTensorName.weight(stage: stage), [shape.embedDim, shape.width]),
                (AdapterTensorName.bias(stage: stage), [shape.embedDim]),
            ]
            for (name, extents) in wanted {
                let stored = source.info(name)?.elementType ?? .float32
                entries.append(
                    SafeTensorsWriter.Entry(name, try source.tensor(name, shape: extents), as: elementType ?? stored))
            }
        }
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let name = URL(filePath: path).lastPathComponent
        var digests = try FileDigests.read(folder: folder)
        // A folder whose list does not name the file can be used; one whose list names another digest cannot.
        let isRecorded = digests?.files.removeValue(forKey: name) != nil
        if isRecorded { try digests?.write(folder: folder) }
        try SafeTensorsWriter.write(entries, metadata: recorded.merging(metadata) { $1 }, to: path)
        if isRecorded {
            digests?.files[name] = FileDigests.Entry(try ByteRegion.map(path: path))
            try digests?.write(folder: folder)
        }
        return path
    }

    private static func isAdapter(_ path: String) -> Bool {
        (try? CheckpointFile.open(path: path)).map { AdapterShape($0) != nil } ?? false
    }

    /// Only our own form records facts about training; a PyTorch file's scalars are a script's variables.
    private var recorded: [String: String] {
        source is SafeTensorsFile ? source.metadata.filter { $0.key != "format" } : [:]
    }

    private static func path(for target: String) throws -> String {
        if target.hasSuffix(".safetensors") { return target }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: target, isDirectory: &isFolder), isFolder.boolValue else {
            throw CommandFailure(
                "expected a name ending in .safetensors or an existing model folder for the adapter, found \(target)")
        }
        return "\(target)/\(InspectionModel.adapterFileName)"
    }
}
