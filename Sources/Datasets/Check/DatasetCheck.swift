import AnomalyDetection
import Images
public import Tensors

/// What a product of a dataset consists of.
public struct ProductCounts: Sendable, Equatable {
    /// The product.
    public let name: String
    /// Training pictures.
    public let train: Int
    /// Normal test pictures.
    public let normal: Int
    /// Anomalous test pictures.
    public let anomalous: Int
    /// Anomalous test pictures by the dataset's own folder or annotation name; one picture may count several times.
    public let rawNames: [String: Int]
    /// Anomalous test pictures whose only mask is of a known type, by type.
    public let singleTypes: [String: Int]

    init(_ product: DatasetProduct) {
        let anomalies = product.test.filter(\.isAnomalous)
        name = product.name
        train = product.train.count
        normal = product.test.count - anomalies.count
        anomalous = anomalies.count
        rawNames = anomalies.reduce(into: [:]) { counts, sample in
            for name in Set(sample.rawNames) { counts[name, default: 0] += 1 }
        }
        singleTypes = anomalies.reduce(into: [:]) { counts, sample in
            if sample.masks.count == 1, let type = sample.masks[0].type { counts[type, default: 0] += 1 }
        }
    }
}

/// The outcome of looking at every picture and mask of a dataset.
public struct DatasetReport: Sendable, Equatable {
    /// In the dataset's order.
    public let products: [ProductCounts]
    /// What is wrong.
    public let issues: DatasetIssues
}

/// Counts and validates a dataset.
public struct DatasetCheck {
    /// How closely files are looked at.
    public enum Depth: Sendable {
        /// Sizes from the files' headers; damage further inside goes unnoticed.
        case headers
        /// Every picture and mask is decoded.
        case pixels
    }

    let dataset: Dataset
    let depth: Depth
    private let threads: ComputeThreads

    /// Prepares a check.
    public init(_ dataset: Dataset, depth: Depth = .pixels, threads: ComputeThreads) {
        self.dataset = dataset
        self.depth = depth
        self.threads = threads
    }

    /// Looks at everything.
    ///
    /// - Parameter progress: Told how many of all pictures were looked at.
    /// - Returns: Counts and faults; a fault never ends the check.
    /// - Complexity: Keeps one decoded picture and mask per worker in memory.
    public func run(progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) -> DatasetReport {
        var issues = DatasetIssues()
        for product in dataset.products { checkComposition(product, &issues) }
        for name in dataset.unknownNames {
            issues.add(
                DatasetIssue(
                    code: .unknownType, subject: name,
                    detail: "expected a name that the knowledge base “\(dataset.knowledge.name)” knows"))
        }
        for issue in listIssues() + copyIssues() + layoutIssues() { issues.add(issue) }
        let samples = dataset.products.flatMap { $0.train + $0.test }
        let batch = max(1, threads.count) * 8
        for start in stride(from: 0, to: samples.count, by: batch) {
            let part = Array(samples[start..<min(start + batch, samples.count)])
            var found = [[DatasetIssue]](repeating: [], count: part.count)
            found.withUnsafeMutableBufferPointer { output in
                // Sound: each worker writes the elements of its own range only.
                nonisolated(unsafe) let output = output
                threads.split(part.count) { range in
                    for index in range { output[index] = inspect(part[index]) }
                }
            }
            for issue in found.joined() { issues.add(issue) }
            progress(start + part.count, samples.count)
        }
        return DatasetReport(products: dataset.products.map(ProductCounts.init), issues: issues)
    }

    private func checkComposition(_ product: DatasetProduct, _ issues: inout DatasetIssues) {
        let anomalous = product.test.count(where: \.isAnomalous)
        func add(_ code: DatasetIssue.Code, _ expected: String) {
            issues.add(DatasetIssue(code: code, subject: product.name, detail: "expected \(expected), found none"))
        }
        if anomalous == 0 { add(.noDefects, "test pictures with defects") }
        if anomalous > 0, product.test.allSatisfy({ !$0.isAnomalous || $0.rawNames.isEmpty }) {
            add(
                .untypedDefects,
                "types of the defects" + (dataset.kind == .visa ? ", as \(product.name)/image_anno.csv gives them" : "")
            )
        }
        if product.test.count == anomalous { add(.noNormals, "test pictures without defects") }
        if product.train.isEmpty { add(.noReferences, "training pictures, from which references are drawn") }
    }

    private func inspect(_ sample: DatasetSample) -> [DatasetIssue] {
        var issues: [DatasetIssue] = []
        let size = size(of: sample.picture, .badPicture, &issues)
        guard sample.isAnomalous else { return issues }
        if sample.masks.isEmpty {
            issues.append(
                DatasetIssue(
                    code: .missingMask, subject: sample.picture,
                    detail: "expected a mask of this anomalous picture, found none"))
        }
        for mask in sample.masks {
            guard let maskSize = self.size(of: mask.path, .badMask, &issues), let size, maskSize != size else {
                continue
            }
            issues.append(
                DatasetIssue(
                    code: .sizeMismatch, subject: mask.path,
                    detail: "expected the picture's \(size.width)×\(size.height) pixels, found "
                        + "\(maskSize.width)×\(maskSize.height)"))
        }
        return issues
    }

    private struct Size: Equatable {
        let width: Int
        let height: Int
    }

    /// Width and height of a file, or nil with a fault.
    private func size(
        of path: String, _ code: DatasetError.Code, _ issues: inout [DatasetIssue]
    ) -> Size? {
        let isMask = code == .badMask
        guard FolderListing.exists(dataset.absolute(path)) else {
            issues.append(
                DatasetIssue(
                    code: isMask ? .missingMask : .missingPicture, subject: path, detail: "expected a file, found none")
            )
            return nil
        }
        do {
            if depth == .headers { return try header(path, code) }
            if isMask {
                let mask = try dataset.mask(path)
                if mask.area == 0 {
                    issues.append(
                        DatasetIssue(code: .emptyMask, subject: path, detail: "expected marked pixels, found none"))
                } else if mask.area == mask.width * mask.height {
                    issues.append(
                        DatasetIssue(
                            code: .fullMask, subject: path,
                            detail: "expected pixels of 0 around a defect, found none: is it a picture?"))
                }
                return Size(width: mask.width, height: mask.height)
            }
            let picture = try dataset.decode(path, code)
            return Size(width: picture.width, height: picture.height)
        } catch {
            issues.append(
                DatasetIssue(code: isMask ? .unreadableMask : .unreadablePicture, subject: path, detail: error.detail))
            return nil
        }
    }

    private func header(_ path: String, _ code: DatasetError.Code) throws(DatasetError) -> Size {
        let header = try dataset.header(path, code)
        return Size(width: header.width, height: header.height)
    }
}
