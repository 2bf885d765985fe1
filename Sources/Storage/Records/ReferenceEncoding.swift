/// With what a picture is encoded: banks of different keys are not comparable.
public struct EncodingKey: Sendable, Hashable {
    /// Names the weights and everything else that changes the tokens; opaque to the store.
    public let model: String
    /// Side of the square that the picture was resized to, in pixels.
    public let imageSide: Int
    /// 1-based block numbers whose tokens are kept.
    public let stages: [Int]

    /// Makes a key from its parts.
    public init(model: String, imageSide: Int, stages: [Int]) {
        self.model = model
        self.imageSide = imageSide
        self.stages = stages
    }
}

/// How a bank's numbers are written; little-endian.
public enum BankElement: String, Sendable, CaseIterable {
    /// IEEE 754 binary16.
    case f16
    /// IEEE 754 binary32.
    case f32
    /// Integers −127…127 after one float32 factor per row.
    case i8

    /// Size of a matrix in bytes.
    ///
    /// - Parameters:
    ///   - rows: Number of rows.
    ///   - width: Numbers per row.
    /// - Returns: `nil` when no such matrix can exist: a size is negative, or the product overflows.
    public func byteCount(rows: Int, width: Int) -> Int? {
        let (perNumber, perRow) =
            switch self {
            case .f16: (2, 0)
            case .f32: (4, 0)
            case .i8: (1, 4)
            }
        guard rows >= 0, width >= 0 else { return nil }
        let (numbers, numbersOverflow) = width.multipliedReportingOverflow(by: perNumber)
        let (row, rowOverflow) = numbers.addingReportingOverflow(perRow)
        let (bytes, overflow) = row.multipliedReportingOverflow(by: rows)
        return numbersOverflow || rowOverflow || overflow ? nil : bytes
    }
}

/// The tokens of one picture at one stage.
public struct StageBank: Sendable, Equatable {
    /// 1-based block number.
    public let stage: Int
    /// How the numbers are written.
    public let element: BankElement
    /// Number of tokens.
    public let rows: Int
    /// Numbers per token.
    public let width: Int
    /// [rows, width], row-major; of ``BankElement/i8`` the factors come first.
    public let bytes: [UInt8]

    /// Makes a bank from its parts.
    public init(stage: Int, element: BankElement, rows: Int, width: Int, bytes: [UInt8]) {
        self.stage = stage
        self.element = element
        self.rows = rows
        self.width = width
        self.bytes = bytes
    }
}

/// How a picture looks as a whole, measured on the square it was resized to.
public struct ReferenceLook: Sendable, Equatable {
    /// Mean luma (0…1).
    public let brightness: Double
    /// Standard deviation of the luma.
    public let contrast: Double
    /// Fine detail relative to the brightness.
    public let sharpness: Double

    /// Makes a look from its parts.
    public init(brightness: Double, contrast: Double, sharpness: Double) {
        self.brightness = brightness
        self.contrast = contrast
        self.sharpness = sharpness
    }
}

/// The banks of one picture.
public struct ReferenceEncoding: Sendable, Equatable {
    /// With what they were made.
    public let key: EncodingKey
    /// One per stage of the key.
    public let banks: [StageBank]
    /// How the picture looks.
    public let look: ReferenceLook

    /// Makes an encoding from its parts.
    public init(key: EncodingKey, banks: [StageBank], look: ReferenceLook) {
        self.key = key
        self.banks = banks
        self.look = look
    }
}

/// One picture's share of a set's bank at one stage.
public struct BankEntry: Sendable, Equatable {
    /// The picture it comes from.
    public let reference: SHA256Digest
    /// 1-based block number.
    public let stage: Int
    /// How the numbers are written.
    public let element: BankElement
    /// Tokens of this picture.
    public let rows: Int
    /// Numbers per token.
    public let width: Int
    /// Tokens of the same stage that come before, from the pictures before.
    public let rowOffset: Int

    /// Size in bytes.
    public var byteCount: Int { element.byteCount(rows: rows, width: width) ?? .max }
}

/// What a version of a set holds in banks.
public struct BankLayout: Sendable, Equatable {
    /// The version described.
    public let version: Int
    /// By stage, then by position in the set.
    public let entries: [BankEntry]
    /// Members without banks for the key asked for, in the set's order: encode them again from their pictures.
    public let stale: [SHA256Digest]

    /// Size of all entries in bytes.
    public var byteCount: Int { entries.reduce(0) { $0 + $1.byteCount } }

    /// Number of tokens at a stage, over all pictures.
    public func rows(stage: Int) -> Int {
        entries.reduce(0) { $0 + ($1.stage == stage ? $1.rows : 0) }
    }
}
