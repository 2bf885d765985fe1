import Checkpoints
import Foundation
import Glibc
import Tensors

/// Stage tokens on disk, float16, one safetensors file per picture, named by the picture's own digest.
///
/// Files of one model, set of stages and side share a folder. A file appears complete or not at all; a damaged one
/// counts as absent and is replaced.
struct FeatureStore: Sendable {
    /// Where the files are.
    let folder: String
    private let key: String
    private let stages: Int
    private let shape: [Int]

    /// Makes the folder where needed.
    ///
    /// - Throws: ``TrainingError`` with `.badFeatures`.
    init(folder: String, encoder: FeatureEncoder) throws(TrainingError) {
        key = encoder.key
        stages = encoder.stages.count
        shape = [encoder.gridSize * encoder.gridSize, encoder.width]
        self.folder = folder + "/" + key.prefix(16)
        for path in [folder, self.folder] where mkdir(path, 0o755) != 0 && errno != EEXIST {
            throw TrainingError(.badFeatures, "\(path): cannot be made: \(String(cString: strerror(errno)))")
        }
        removeLeftovers()
    }

    /// Removes files that killed runs had not finished: not by their process, for others may share the folder from elsewhere,
    /// but by their age, for writing one takes no hour.
    private func removeLeftovers() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        where AtomicFile.target(ofTemporary: name) != nil && Self.isOwn(name) {
            var status = stat()
            let path = "\(folder)/\(name)"
            if stat(path, &status) == 0, time(nil) - status.st_mtim.tv_sec > 3600 { unlink(path) }
        }
    }

    /// Whether a picture's features can be read; reads them all, to find damage.
    func holds(_ digest: String) -> Bool {
        guard let source = try? CheckpointFile.openChecked(path: path(digest)), source.metadata["key"] == key else {
            return false
        }
        return (0..<stages).allSatisfy { source.info(Self.name($0)) == TensorInfo(shape: shape, elementType: .float16) }
    }

    /// Keeps a picture's features.
    ///
    /// - Throws: ``TrainingError``: `.noSpace` or `.badFeatures`.
    func keep(_ features: [Tensor], digest: String) throws(TrainingError) {
        do {
            try SafeTensorsWriter.write(
                features.enumerated().map { SafeTensorsWriter.Entry(Self.name($0), $1, as: .float16) },
                metadata: ["key": key], to: path(digest), isChecked: true)
        } catch {
            guard DiskSpace.isExhausted(error.systemError) else {
                throw TrainingError(.badFeatures, "\(folder): features cannot be kept: \(error.detail)")
            }
            throw TrainingError(
                .noSpace,
                "\(folder): expected room for a picture's features, found none (\(error.detail)); what is there stays and "
                    + "will be used: make room, or give another --feature-cache or a lower --feature-cache-limit")
        }
    }

    /// One stage's tokens: [patches, width].
    ///
    /// - Throws: ``TrainingError`` with `.badFeatures`.
    func tokens(_ digest: String, stage: Int) throws(TrainingError) -> Tensor {
        do {
            return try CheckpointFile.open(path: path(digest)).tensor(Self.name(stage), shape: shape)
        } catch {
            throw TrainingError(.badFeatures, "\(folder): \(error)")
        }
    }

    /// Removes what ``keep(_:digest:)`` wrote for any picture, and the folders where nothing else is in them.
    func removeAll(parent: String) {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
        for name in names where Self.isOwn(name) { unlink("\(folder)/\(name)") }
        rmdir(folder)
        rmdir(parent)
    }

    /// A digest's file, or one that was being written when its process ended.
    private static func isOwn(_ name: String) -> Bool {
        let parts = name.drop { $0 == "." }.split(separator: ".")
        guard let digest = parts.first, digest.utf8.count == 64, digest.allSatisfy(\.isHexDigit) else { return false }
        return parts.count > 1 && parts[1] == "safetensors"
    }

    private func path(_ digest: String) -> String { "\(folder)/\(digest).safetensors" }
    private static func name(_ stage: Int) -> String { "stage.\(stage)" }
}
