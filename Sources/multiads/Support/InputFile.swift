import Foundation

/// Reads files that users name.
enum InputFile {
    /// Enough for any JSON or YAML file of this program.
    static let maximumTextBytes = 16 << 20
    /// Enough for a picture of the largest allowed size without any compression.
    static let maximumPictureBytes = 256 << 20

    /// All bytes of a file.
    ///
    /// - Parameters:
    ///   - path: A regular file or a pipe.
    ///   - maximumBytes: Refused above this, so that a wrong name does not fill the memory.
    /// - Returns: The content.
    /// - Throws: ``CommandFailure`` naming the file and what is wrong with it.
    static func read(_ path: String, maximumBytes: Int) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure("\(path): cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let received = piece.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
            if received < 0 && errno == EINTR { continue }
            guard received >= 0 else {
                throw CommandFailure("\(path): cannot be read: \(String(cString: strerror(errno)))")
            }
            if received == 0 { return bytes }
            bytes.append(contentsOf: piece[..<received])
            guard bytes.count <= maximumBytes else {
                throw CommandFailure(
                    "\(path): expected at most \(TextLayout.bytes(maximumBytes)), found a larger file")
            }
        }
    }
}
