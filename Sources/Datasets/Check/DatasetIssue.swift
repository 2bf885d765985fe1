/// Something wrong with a dataset.
public struct DatasetIssue: Sendable, Equatable {
    /// Kinds of faults, the gravest first.
    public enum Code: String, Sendable, CaseIterable {
        /// A product has no anomalous test picture: nothing can be measured.
        case noDefects
        /// A product has no normal test picture: image scores cannot be measured.
        case noNormals
        /// A product has no training picture: few-shot references cannot be drawn.
        case noReferences
        /// A folder beside products that looks like one and is none.
        case strayFolder
        /// A folder cannot be looked into.
        case unreadableFolder
        /// A product's folder that is not read, as the product has another form as well.
        case unreadFolder
        /// A picture lies where none is looked for.
        case misplacedPicture
        /// A list names a picture more than once.
        case listedTwice
        /// A test picture is a training picture, too.
        case inBothSplits
        /// A test picture is a copy of a training picture, or an anomalous one of a normal one.
        case copiedPicture
        /// A training picture is said to be anomalous.
        case anomalousReference
        /// An anomalous picture has the type of good ones.
        case contradictoryType
        /// None of a product's anomalous pictures has a type.
        case untypedDefects
        /// Pictures of one folder differ in their names' endings only, or a mask is called like two pictures' masks.
        case ambiguousName
        /// A listed picture does not exist or cannot be opened.
        case missingPicture
        /// A picture cannot be decoded.
        case unreadablePicture
        /// An anomalous picture has no mask.
        case missingMask
        /// A mask cannot be decoded.
        case unreadableMask
        /// A mask has another size than its picture.
        case sizeMismatch
        /// A mask marks no pixel.
        case emptyMask
        /// A mask marks every pixel, as a picture in its place does.
        case fullMask
        /// A mask is called like no picture.
        case strayMask
        /// A mask of the whole picture marks what no mask of a type does, and only those are read.
        case unreadMask
        /// A picture or mask of a format that is not read.
        case otherFormat
        /// A folder or annotation name that the knowledge base does not know.
        case unknownType
    }

    /// Kind of fault.
    public let code: Code
    /// What is concerned: a path relative to the dataset, a product or a name.
    public let subject: String
    /// What was expected and what was found.
    public let detail: String
}

/// Faults, counted in full and listed up to a bound.
public struct DatasetIssues: Sendable, Equatable {
    /// Faults kept for each code.
    public static let listedPerCode = 20

    /// How often each code occurred.
    public private(set) var counts: [DatasetIssue.Code: Int] = [:]
    /// The first of each code, in the order of the pictures.
    public private(set) var listed: [DatasetIssue] = []

    /// Starts with none.
    public init() {}

    /// Faults in all.
    public var total: Int { counts.values.reduce(0, +) }

    /// Adds a fault; it is listed unless there are too many of its kind.
    public mutating func add(_ issue: DatasetIssue) {
        counts[issue.code, default: 0] += 1
        if counts[issue.code, default: 0] <= Self.listedPerCode { listed.append(issue) }
    }
}
