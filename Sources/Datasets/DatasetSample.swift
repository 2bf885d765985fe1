/// Which part of a dataset a picture belongs to.
public enum DatasetSplit: String, Sendable, CaseIterable {
    /// Normal pictures, from which references are drawn.
    case train
    /// Pictures that are judged; MultiADS also trains its adapters on a source dataset's test pictures.
    case test
}

/// A mask and what it marks.
public struct DefectMask: Sendable, Equatable {
    /// Relative to the dataset's folder.
    public let path: String
    /// Folder or annotation names, as the dataset spells them; several when one mask covers several defects.
    public let rawNames: [String]
    /// The knowledge base's name of the defect type; nil when several or unknown types share the mask.
    public let type: String?

    /// Describes a mask.
    public init(path: String, rawNames: [String], type: String?) {
        self.path = path
        self.rawNames = rawNames
        self.type = type
    }
}

/// One picture of a dataset and what is known about it; nothing is decoded before it is asked for.
public struct DatasetSample: Sendable, Equatable {
    /// Name of the product, without a layout's numbering.
    public let product: String
    /// Part of the dataset.
    public let split: DatasetSplit
    /// Path of the picture, relative to the dataset's folder.
    public let picture: String
    /// Whether the picture shows a defect.
    public let isAnomalous: Bool
    /// Folder and annotation names of the defects in the picture, as the dataset spells them; of a picture without defects
    /// those that a list gives it nevertheless.
    public let rawNames: [String]
    /// What is defective, in painting order: later masks cover earlier ones.
    ///
    /// Empty for normal pictures, and for anomalous ones whose masks are absent.
    public let masks: [DefectMask]

    /// Describes a picture.
    public init(
        product: String, split: DatasetSplit, picture: String, isAnomalous: Bool, rawNames: [String],
        masks: [DefectMask]
    ) {
        self.product = product
        self.split = split
        self.picture = picture
        self.isAnomalous = isAnomalous
        self.rawNames = rawNames
        self.masks = masks
    }

    /// True when the type of every defective pixel is known: a normal picture, or one whose masks have one type each.
    ///
    /// Only such pictures count in multi-type scores (MTAS).
    public var isFullyTyped: Bool { !isAnomalous || (!masks.isEmpty && masks.allSatisfy { $0.type != nil }) }

    /// Known types of the masks, each once, in painting order.
    public var types: [String] {
        masks.reduce(into: []) { types, mask in
            if let type = mask.type, !types.contains(type) { types.append(type) }
        }
    }
}
