import Glibc

/// One failure to read, check or write a model file.
public struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; stable, one code per kind of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// The file does not exist, is not a regular file, or may not be read.
        case cannotOpen
        /// Writing, syncing or renaming failed (``CheckpointError/systemError`` says why).
        case cannotWrite
        /// The content is neither safetensors nor a PyTorch ZIP archive.
        case unrecognizedFormat
        /// A PyTorch file from before version 1.6 (tar or bare pickle); it must be saved again.
        case legacyTorchFormat
        /// The file ends before the bytes its own headers announce.
        case truncated
        /// The safetensors header is too long, not UTF-8, not strict JSON or not of the expected form.
        case invalidHeader
        /// A tensor's offsets, shape or byte count contradict each other or the file.
        case invalidTensor
        /// Two tensors, archive entries or dictionary keys share a name.
        case duplicateName
        /// The element type is not one of ``ElementType``.
        case unknownElementType
        /// The tensor exists but holds integers, booleans or float64, which are not weights.
        case notFloat
        /// No tensor of that name.
        case missingTensor
        /// The tensor's shape is not the one the model's configuration demands.
        case shapeMismatch
        /// A weight is NaN or infinite.
        case nonFinite
        /// A value does not fit the element type it should be written as.
        case valueOutOfRange
        /// The ZIP structure is inconsistent.
        case invalidArchive
        /// A ZIP feature that PyTorch does not need: compression, encryption, several disks.
        case unsupportedArchive
        /// Stored bytes do not match their recorded CRC-32 or SHA-256.
        case checksumMismatch
        /// The pickle program is malformed, or uses an instruction that saved tensors do not need.
        case invalidPickle
        /// The pickle names a class or function outside the allowed list; nothing was executed.
        case refusedGlobal
        /// A limit that protects memory or the stack was reached.
        case limitExceeded
        /// The tensors are readable but are not those of a CLIP model.
        case notCLIP
        /// The list of recorded digests cannot be read.
        case invalidDigestList
    }

    /// Kind of failure.
    public let code: Code
    /// The file (as it was named to this module) or the label of an in-memory model.
    public let file: String
    /// What was expected, what was found, and where; control characters replaced, at most 1000 characters.
    public let detail: String
    /// The operating system's `errno`, when a system call failed.
    public let systemError: Int32?

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - code: Kind of failure.
    ///   - file: Path or label of the file concerned.
    ///   - detail: Expected, found, where.
    ///   - systemError: `errno` of the failing call, if any.
    public init(_ code: Code, file: String, _ detail: String, systemError: Int32? = nil) {
        self.code = code
        self.file = file
        self.detail = Self.printable(detail)
        self.systemError = systemError
    }

    /// Keeps control characters and endless names, which a hostile file may contain, out of terminals and logs.
    private static func printable(_ text: String) -> String {
        let shown = text.unicodeScalars.prefix(1000).map { scalar in
            scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) ? "\u{FFFD}" : scalar
        }
        return String(String.UnicodeScalarView(shown)) + (shown.count < text.unicodeScalars.count ? "…" : "")
    }

    /// True when a file could not be opened because it does not exist.
    public var isMissingFile: Bool { code == .cannotOpen && systemError == ENOENT }

    /// File name and detail, in one line; with its folder where that is what matters: the file cannot be opened or written.
    public var description: String {
        let isAboutPlace = code == .cannotOpen || code == .cannotWrite
        let name = isAboutPlace ? file : file.split(separator: "/").last.map(String.init) ?? file
        return "\(name): \(detail)"
    }
}
