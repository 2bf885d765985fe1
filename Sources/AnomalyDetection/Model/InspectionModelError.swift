/// One failure of assembling or using an inspection model.
public struct InspectionModelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; stable across releases.
    public enum Code: String, Sendable {
        /// The CLIP model behind it cannot be loaded.
        case badModel
        /// The adapter file is missing, unreadable or does not fit the model.
        case badAdapter
        /// The number of stages differs from the adapter's, or a stage is not a block of the tower.
        case badStages
        /// No states, an empty phrase list, or embeddings of another model.
        case badStates
        /// The picture or the image side cannot be used.
        case badImage
        /// The network's numbers overflowed: weights, adapter or number format do not suit the picture.
        case notFinite
        /// References were made with another model, side or set of stages.
        case badReferences
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
