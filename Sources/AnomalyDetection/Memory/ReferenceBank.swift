public import Tensors

/// The normal pictures that others are compared with: the memory bank of a product (MultiADS, section 3.4).
public struct ReferenceBank: Sendable, ExpressibleByArrayLiteral {
    enum Form: Sendable {
        /// Each picture's own rows.
        case pictures([ReferenceFeatures])
        /// One index per stage over the rows of all pictures.
        case indexed([RowIndex])
    }

    /// No references: zero-shot.
    public static let none: ReferenceBank = []

    /// Number of pictures.
    public let count: Int
    let form: Form

    /// Whether there is nothing to compare with.
    public var isEmpty: Bool { count == 0 }

    /// The pictures' rows where they are kept apart; empty where an index took their place.
    public var pictures: [ReferenceFeatures] {
        switch form {
        case .pictures(let pictures): pictures
        case .indexed: []
        }
    }

    /// Size in bytes.
    public var byteCount: Int {
        switch form {
        case .pictures(let pictures): pictures.reduce(0) { $0 + $1.byteCount }
        case .indexed(let stages): stages.reduce(0) { $0 + $1.byteCount }
        }
    }

    /// Keeps the pictures' rows as they are: for few inspections, small banks, or comparing same places only.
    public init(_ pictures: [ReferenceFeatures]) {
        count = pictures.count
        form = .pictures(pictures)
    }

    /// Keeps the pictures' rows as they are.
    public init(arrayLiteral pictures: ReferenceFeatures...) { self.init(pictures) }

    /// Takes indices over the rows of `count` pictures, one per stage.
    public init(indices: [RowIndex], count: Int) {
        self.count = count
        form = .indexed(indices)
    }

    /// Makes an index over each stage's rows where that pays; it does for a handful of inspections.
    ///
    /// - Parameters:
    ///   - pictures: Of the same stages and widths.
    ///   - options: Says what is compared with what; an index finds the nearest row only.
    ///   - threads: Workers to use.
    public init(indexing pictures: [ReferenceFeatures], options: MapOptions = MapOptions(), threads: ComputeThreads) {
        let stages = pictures.first.map { first in
            first.stages.indices.map { stage in pictures.filter { stage < $0.stages.count }.map { $0.stages[stage] } }
        }
        guard let stages, options.referenceMatching == .nearest, Self.pays(stages) else {
            self.init(pictures)
            return
        }
        self.init(indices: stages.map { RowIndex($0, threads: threads) }, count: pictures.count)
    }

    /// Whether indices pay for rows, by stage and by picture.
    public static func pays(_ stages: [[CompactRows]]) -> Bool {
        !stages.isEmpty
            && stages.allSatisfy { parts in
                let width = parts.first?.width ?? 0
                return parts.allSatisfy { $0.width == width }
                    && RowIndex.pays(rows: parts.reduce(0) { $0 + $1.rows }, width: width)
            }
    }
}

extension Precision {
    /// How much a reference distance may be too large: next to what the format does to the tokens it is nothing, and most rows need no second look.
    ///
    /// A bfloat16 tower turns tokens by about 0.003, an int8 tower by 0.01 (docs/performance.md), and similarities by that times the sine of the angle.
    var searchTolerance: Float {
        switch self {
        case .f32: 0
        case .bf16: 0x1p-12
        case .int8: 0x1p-11
        }
    }
}
