import Checkpoints
import Foundation

/// Writes files and folders that users name; failures carry the system's words.
enum OutputFile {
    /// Writes a file that appears complete or not at all.
    ///
    /// - Parameters:
    ///   - bytes: The content.
    ///   - path: Replaced when it exists.
    /// - Throws: `CheckpointError` with `.cannotWrite`.
    static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
        let file = try AtomicFile(path: path)
        try file.write(bytes)
        try file.commit()
    }

    /// Makes a folder and those above it; one that exists is fine.
    ///
    /// - Parameters:
    ///   - path: The folder.
    ///   - mode: Who may do what in the folders that are made, less the process's mask.
    /// - Throws: ``CommandFailure`` with the first folder that cannot be made.
    static func makeFolder(_ path: String, mode: mode_t = 0o755) throws {
        guard !path.isEmpty else { throw CommandFailure("expected the name of a folder, found an empty one") }
        var partial = path.hasPrefix("/") ? "/" : ""
        for component in path.split(separator: "/") {
            partial += component
            guard mkdir(partial, mode) == 0 || errno == EEXIST else {
                throw CommandFailure("\(partial): cannot be made: \(String(cString: strerror(errno)))")
            }
            partial += "/"
        }
    }
}
