/// One failure to read a dataset.
public struct DatasetError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong; stable, one code per kind of failure.
    public enum Code: String, Sendable, CaseIterable {
        /// The folder does not exist, is not a folder, or may not be read.
        case cannotOpen
        /// The folder has none of the known layouts.
        case unknownLayout
        /// A list of samples (JSON or CSV) is not of the expected form.
        case badList
        /// The dataset has no product of that name.
        case unknownProduct
        /// A picture cannot be read or decoded.
        case badPicture
        /// A mask cannot be read or decoded.
        case badMask
        /// An anomalous picture has no mask.
        case missingMask
        /// A mask has another size than its picture.
        case sizeMismatch
        /// There are more defect types than ground truth has numbers for.
        case tooManyTypes
    }

    /// Kind of failure.
    public let code: Code
    /// The folder or file, relative to the dataset where it is inside it.
    public let path: String
    /// What was expected, what was found, and where in the file.
    public let detail: String

    /// Makes an error; `detail` must say what was expected and what was found.
    public init(_ code: Code, path: String, _ detail: String) {
        self.code = code
        self.path = path
        self.detail = detail
    }

    /// Path and detail in one line.
    public var description: String { "\(path): \(detail)" }
}
