import AnomalyDetection
import CLIP
import Datasets
import Evaluation
import Images
import Tensors

/// Measures what rounding a memory bank, or keeping only some of its rows, saves and costs.
///
/// Only the reference map is looked at: the text map, which is half of the deciding map, does not depend on the bank.
struct BankBenchmark {
    /// One way to keep a bank.
    struct Variant: Equatable {
        let element: CompactRows.Element
        /// Rows per stage; nil for all.
        let maxRows: Int?
    }

    /// What was measured of a variant, over all products.
    struct Result {
        let variant: Variant
        /// Bytes of all products' banks.
        var bytes = 0
        /// Rows per stage of the largest bank.
        var rows = 0
        /// Seconds of searching all stages, one entry per picture.
        var seconds: [Double] = []
        /// |distance − that of the float32 bank|, sum and largest of all patches.
        var errorSum = 0.0
        var errorMaximum: Float = 0
        var patches = 0
        /// One entry per product that has both kinds of pictures.
        var imageAUROC: [Double] = []
        var pixelAUROC: [Double] = []
        var aupro: [Double] = []
    }

    let model: InspectionModel
    let imageSide: Int
    let shots: Int

    /// Measures the variants on one product, the float32 bank first.
    ///
    /// - Parameters:
    ///   - product: Its good training pictures are the references, as many as there are shots.
    ///   - dataset: Where the pictures are.
    ///   - results: One per variant, the first of them float32 with all rows.
    ///   - progress: Shows the advance.
    /// - Throws: `DatasetError`, `InspectionModelError` or `MetricError`.
    func measure(
        _ product: DatasetProduct, of dataset: Dataset, into results: inout [Result], progress: ProgressReporter
    ) throws {
        let references = try product.train.filter { !$0.isAnomalous }.prefix(shots).map { sample in
            progress.advance("\(product.name): encoding references")
            return model.reference(from: try model.features(of: dataset.picture(of: sample), imageSide: imageSide))
        }
        guard !references.isEmpty else { return }
        var queries: [VisionTower.Features] = []
        var truth = PixelTruth()
        for (index, sample) in product.test.enumerated() {
            progress.advance("\(product.name): encoding pictures", index, of: product.test.count)
            queries.append(try model.features(of: dataset.picture(of: sample), imageSide: imageSide))
            truth.append(try dataset.groundTruth(of: sample, types: [], side: imageSide).mask)
        }
        var exact: [[Float]] = []
        for index in results.indices {
            progress.advance("\(product.name): searching", index, of: results.count)
            let rows = rows(of: references, results[index].variant)
            let bank = bank(of: rows, results[index].variant)
            results[index].bytes += bank.byteCount
            results[index].rows = max(results[index].rows, rows[0].reduce(0) { $0 + $1.rows })
            let distances = try queries.map { try search($0, bank, &results[index]) }
            if index == 0 { exact = distances }
            for (found, expected) in zip(distances, exact) { results[index].compare(found, expected) }
            try results[index].judge(
                distances, product.test.map(\.isAnomalous), truth, side: imageSide, threads: model.threads)
        }
    }

    /// Rows by stage, then by picture.
    private func rows(of references: [ReferenceFeatures], _ variant: Variant) -> [[CompactRows]] {
        model.stages.indices.map { stage in
            let parts = references.map { $0.stages[stage] }
            guard let maxRows = variant.maxRows, maxRows < parts.reduce(0, { $0 + $1.rows }) else {
                return parts.map { CompactRows($0.widened(), as: variant.element) }
            }
            let projections = parts.map { BankCoreset.project($0, threads: model.threads) }
            var choice = BankCoreset(projections, threads: model.threads)
            choice.advance(to: maxRows)
            var first = 0
            return parts.map { part in
                let range = first..<first + part.rows
                first += part.rows
                let rows = choice.rows.filter(range.contains).sorted().map { $0 - range.lowerBound }
                return CompactRows(part.selecting(rows).widened(), as: variant.element)
            }
        }
    }

    /// As inspections have it; all rows in float32 are compared each with each, for the others to be compared with.
    private func bank(of rows: [[CompactRows]], _ variant: Variant) -> ReferenceBank {
        let isExact = variant.element == .float32 && variant.maxRows == nil
        guard !isExact, ReferenceBank.pays(rows) else {
            return ReferenceBank(
                rows[0].indices.map { picture in ReferenceFeatures(unitStages: rows.map { $0[picture] }) })
        }
        return ReferenceBank(indices: rows.map { RowIndex($0, threads: model.threads) }, count: rows[0].count)
    }

    /// [patches]: mean over the stages of the distance to the nearest row.
    private func search(
        _ query: VisionTower.Features, _ bank: ReferenceBank, _ result: inout Result
    ) throws -> [Float] {
        let watch = Stopwatch()
        let distances = try model.distances(of: query, to: bank).stages
        result.seconds.append(watch.seconds)
        return distances[0].indices.map { patch in
            distances.reduce(Float(0)) { $0 + $1[patch] } / Float(distances.count)
        }
    }
}

extension BankBenchmark.Result {
    fileprivate mutating func compare(_ found: [Float], _ expected: [Float]) {
        for (a, b) in zip(found, expected) {
            errorSum += Double(abs(a - b))
            errorMaximum = max(errorMaximum, abs(a - b))
        }
        patches += found.count
    }

    fileprivate mutating func judge(
        _ distances: [[Float]], _ anomalous: [Bool], _ truth: PixelTruth, side: Int, threads: ComputeThreads
    ) throws {
        guard anomalous.contains(true), anomalous.contains(false) else { return }
        let image = try ImageMetrics(scores: distances.map { $0.max() ?? 0 }, anomalous: anomalous)
        var pixels: [Float] = []
        for patches in distances {
            let grid = Int(Double(patches.count).squareRoot().rounded())
            pixels += try MapResize.bilinear(
                patches, width: grid, height: grid, toWidth: side, toHeight: side, corners: .centers)
        }
        let pixel = try pixels.withUnsafeBufferPointer {
            try PixelMetrics.measure(scores: $0, truth: truth, threads: threads)
        }
        if let value = image.auroc { imageAUROC.append(value) }
        if let value = pixel.auroc { pixelAUROC.append(value) }
        if let value = pixel.aupro { aupro.append(value) }
    }
}
