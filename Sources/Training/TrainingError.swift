/// One failure of training adapters.
public struct TrainingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; stable across releases.
    public enum Code: String, Sendable, CaseIterable {
        /// An option is outside its range.
        case badOption
        /// No pictures are left to train on.
        case noPictures
        /// No picture shows a defect, so nothing could be learned.
        case noDefects
        /// A picture cannot be read, or is not one.
        case badPicture
        /// A mask cannot be read, or its size is not the picture's.
        case badMask
        /// A defect type has no column among the product's states.
        case unknownType
        /// The features of a picture cannot be kept or read back.
        case badFeatures
        /// There is no room for the features on the disk.
        case noSpace
        /// The loss or a weight became NaN or infinite.
        case notFinite
        /// A saved state is damaged.
        case badState
        /// A saved state belongs to another training.
        case otherTraining
        /// The adapter to start from does not fit the model, its stages or its image side.
        case badAdapter
        /// Results cannot be written.
        case cannotWrite
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
