import AnomalyDetection
import BundledModel
import CLIP
import Checkpoints
import Foundation

/// Where a model's files are: a folder, or this program itself.
enum ModelLocation: Equatable {
    case bundled
    case folder(String)

    /// The bundled model unless a folder is named.
    init(folder: String?) {
        self = folder.map(ModelLocation.folder) ?? .bundled
    }

    /// The files; a folder must exist.
    func files() throws -> ModelFiles {
        switch self {
        case .bundled: return Self.bundledFiles
        case .folder(let path):
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
                throw CommandFailure("expected a model folder at \(path), found nothing there")
            }
            guard isFolder.boolValue else {
                throw CommandFailure(
                    "expected a model folder, found a file at \(path); make a folder of it with `multiads model convert`"
                )
            }
            return ModelFiles(folder: path)
        }
    }

    /// The files that were compiled into this program.
    static var bundledFiles: ModelFiles {
        var regions: [String: ByteRegion] = [:]
        for index in 0..<multiads_model_file_count() {
            let file = multiads_model_file_at(index)
            regions[String(cString: file.name)] = ByteRegion(
                staticBytes: UnsafeRawBufferPointer(start: file.bytes, count: file.length))
        }
        return ModelFiles(files: regions, name: "the bundled model")
    }
}
