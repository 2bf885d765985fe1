/// One failure of an evaluation.
public struct EvaluationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; stable, one code per kind of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// No test picture has a defect: nothing can be measured.
        case noDefects
        /// No number of shots, a negative one, or more than the largest allowed.
        case badShots
        /// A product has fewer training pictures than shots.
        case tooFewReferences
        /// A picture or mask cannot be used, and skipping was not asked for.
        case badPicture
        /// A training picture that was drawn as a reference cannot be used.
        case badReference
        /// A mask is called like no picture, so a defect may count as normal.
        case strayMask
        /// A test picture is in a list more than once.
        case listedTwice
        /// The adapters record another source dataset than was named.
        case otherSource
        /// Too few pictures are left to measure anything.
        case nothingLeft
        /// Intermediate results cannot be written or read.
        case cannotStore
        /// A map holds a value that is not a number: the weights are damaged.
        case notANumber
        /// The folder holds results of another evaluation, or other files.
        case otherResults
    }

    /// Kind of failure.
    public let code: Code
    /// What was expected, what was found, and where.
    public let description: String

    /// Makes an error; `description` must say what was expected, found and where.
    public init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
