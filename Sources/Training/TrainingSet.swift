import AnomalyDetection
public import Datasets

/// The pictures of a dataset that adapters are trained on, and the defect types they show.
///
/// As in MultiADS these are the *test* pictures of the source dataset, since only they have defects. Pictures whose
/// defects share one mask without a single type are left out, as their pixels have no label.
public struct TrainingSet: Sendable {
    /// Where they come from.
    public let dataset: Dataset
    /// In the dataset's order.
    public let samples: [DatasetSample]
    /// Types that occur, in the knowledge base's order: columns 1, 2, … of every product.
    public let types: [String]
    /// Pictures left out because one mask stands for several types.
    public let untypedCount: Int

    /// Products that occur, in the dataset's order.
    public var products: [DatasetProduct] {
        let names = Set(samples.map(\.product))
        return dataset.products.filter { names.contains($0.name) }
    }

    /// Pictures without defects.
    public var normalCount: Int { samples.count { !$0.isAnomalous } }

    /// Chooses pictures.
    ///
    /// - Parameters:
    ///   - dataset: The source.
    ///   - products: Names of products to take; nil for all.
    ///   - skipsUnknown: Leaves out pictures of unknown types and masks of no picture instead of throwing.
    /// - Throws: ``TrainingError``: `.badOption` for an unknown product, `.unknownType`, `.badMask` for a mask of no picture,
    ///   `.noPictures`, `.noDefects`.
    public init(_ dataset: Dataset, products: [String]? = nil, skipsUnknown: Bool = false) throws(TrainingError) {
        let dataset = try Self.limited(dataset, to: products)
        if !skipsUnknown, let unknown = dataset.unknownNames.first {
            throw TrainingError(
                .unknownType,
                "\(dataset.root): expected folders and annotations that the knowledge base “\(dataset.knowledge.name)” "
                    + "knows, found “\(unknown)”\(dataset.unknownNames.count > 1 ? " and others" : ""); describe it in a "
                    + "file for --knowledge-base, or leave its pictures out with --skip-bad")
        }
        if !skipsUnknown { try Self.refuseStrays(of: dataset) }
        let all = dataset.samples(.test)
        // A missing mask is a fault to report when the masks are read, not a reason to leave a picture out silently.
        let typed = all.filter { sample in !sample.isAnomalous || sample.masks.allSatisfy { $0.type != nil } }
        guard !typed.isEmpty else {
            throw TrainingError(.noPictures, "\(dataset.root): expected test pictures to train on, found none")
        }
        let present = Set(typed.filter(\.isAnomalous).flatMap(\.types))
        guard typed.contains(where: \.isAnomalous) else {
            let untyped = all.count - typed.count
            throw TrainingError(
                .noDefects,
                "\(dataset.root): expected test pictures with defects and masks to learn from, found "
                    + (untyped == 0
                        ? "\(typed.count) normal pictures only"
                        : "\(typed.count) normal pictures and \(untyped) whose masks have no single type"
                            + (dataset.kind == .visa ? "; VisA's types stand in PRODUCT/image_anno.csv" : "")))
        }
        self.dataset = dataset
        samples = typed
        types = dataset.typeNames.filter(present.contains)
        untypedCount = all.count - typed.count
    }

    /// What other products hold does not matter.
    private static func limited(_ dataset: Dataset, to products: [String]?) throws(TrainingError) -> Dataset {
        guard let products else { return dataset }
        do {
            return try dataset.limited(to: products)
        } catch {
            throw TrainingError(.badOption, error.description)
        }
    }

    /// A mask that belongs to no picture is a misspelt name as a rule, and its picture would be learned as normal.
    private static func refuseStrays(of dataset: Dataset) throws(TrainingError) {
        let masks: (paths: [String], refusal: String)?
        do {
            masks = try dataset.strayMasks()
        } catch {
            throw TrainingError(.badPicture, error.description)
        }
        if let masks { throw TrainingError(.badMask, masks.refusal) }
    }
}
