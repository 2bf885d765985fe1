import Checkpoints
import Glibc

/// Maps of a product's pictures on disk, one file for each channel, so that memory holds one channel at a time.
///
/// 4 bytes per pixel and channel. The files are removed with the object; what a killed run leaves is removed by the next.
final class MapStore {
    private let folder: String
    private var paths: [String] = []

    /// Makes the files.
    ///
    /// - Parameters:
    ///   - folder: Made, and emptied of an interrupted run's files.
    ///   - channels: Number of files.
    /// - Throws: ``EvaluationError`` with `.cannotStore`.
    init(folder: String, channels: Int) throws(EvaluationError) {
        self.folder = folder
        guard mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw Self.failure(folder) }
        for channel in 0..<channels {
            let path = "\(folder)/\(channel).maps"
            let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw Self.failure(path) }
            close(descriptor)
            paths.append(path)
        }
    }

    deinit {
        for path in paths { unlink(path) }
        rmdir(folder)
    }

    /// Adds a picture's map to a channel.
    func append(_ map: UnsafeBufferPointer<Float>, to channel: Int) throws(EvaluationError) {
        let bytes = UnsafeRawBufferPointer(map)
        // Opened anew each time: there may be more channels than a process may have open files.
        let descriptor = open(paths[channel], O_WRONLY | O_APPEND | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure(paths[channel]) }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let written = write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw Self.failure(paths[channel]) }
            done += written
        }
    }

    /// Lends all maps of a channel.
    func withScores<Result>(
        _ channel: Int, _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) throws -> Result {
        let region = try ByteRegion.map(path: paths[channel])
        return try withExtendedLifetime(region) { try body(region.bytes.bindMemory(to: Float.self)) }
    }

    private static func failure(_ path: String) -> EvaluationError {
        EvaluationError(
            .cannotStore, "\(path): expected to store maps, found: \(String(cString: strerror(errno)))")
    }
}
