/// One failure of loading or using a CLIP model.
public struct CLIPError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; stable across releases.
    public enum Code: String, Sendable {
        /// A file that the model folder needs is not there or cannot be read.
        case missingFile
        /// A file's digest is not the one that the model folder records.
        case changedFile
        /// A file's content cannot be understood.
        case unreadableFile
        /// The configuration is malformed or contradicts itself.
        case badConfiguration
        /// The configuration asks for an architecture this engine does not run.
        case unsupportedArchitecture
        /// The checkpoint lacks a tensor.
        case missingTensor
        /// A tensor's shape differs from what the configuration implies.
        case wrongShape
        /// The checkpoint holds tensors that the architecture has no place for.
        case unknownTensor
        /// A weight is NaN or infinite.
        case nonFiniteWeight
        /// The folder holds no vocabulary (`merges.txt`, `tokenizer.json`), or one of the wrong size.
        case badVocabulary
        /// The image side is not a positive multiple of the patch size.
        case badImageSide
        /// A stage is not a block number of the tower, or stages are not ascending.
        case badStage
        /// The picture cannot be prepared for the tower.
        case badImage
        /// Token ids are empty, too many, or outside the vocabulary.
        case badTokens
        /// The matrix engine cannot compute this model here.
        case arithmetic
    }

    /// Stable code.
    public let code: Code
    /// What was expected, what was found, and where.
    public let description: String

    /// Makes an error; `description` must say what was expected, found and where.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
