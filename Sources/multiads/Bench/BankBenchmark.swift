import AnomalyDetection
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
        var queries: [ReferenceFeatures] = []
        var truth = PixelTruth()
        for (index, sample) in product.test.enumerated() {
            progress.advance("\(product.name): encoding pictures", index, of: product.test.count)
            let picture = try dataset.picture(of: sample)
            queries.append(model.reference(from: try model.features(of: picture, imageSide: imageSide)))
            truth.append(try dataset.groundTruth(of: sample, types: [], side: imageSide).mask)
        }
        var exact: [[Float]] = []
        for index in results.indices {
            progress.advance("\(product.name): searching", index, of: results.count)
            let bank = bank(of: references, results[index].variant)
            results[index].bytes += bank.joined().reduce(0) { $0 + $1.byteCount }
            results[index].rows = max(results[index].rows, bank[0].reduce(0) { $0 + $1.rows })
            let distances = queries.map { search($0, bank, &results[index]) }
            if index == 0 { exact = distances }
            for (found, expected) in zip(distances, exact) { results[index].compare(found, expected) }
            try results[index].judge(
                distances, product.test.map(\.isAnomalous), truth, side: imageSide, threads: model.threads)
        }
    }

    /// By stage, then by picture.
    private func bank(of references: [ReferenceFeatures], _ variant: Variant) -> [[CompactRows]] {
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

    /// [patches]: mean over the stages of the distance to the nearest row.
    private func search(_ query: ReferenceFeatures, _ bank: [[CompactRows]], _ result: inout Result) -> [Float] {
        let watch = Stopwatch()
        let similarities = zip(query.stages, bank).map { tokens, rows in
            NearestNeighbor.bestSimilarity(tokens.widened(), in: rows, threads: model.threads).values
        }
        result.seconds.append(watch.seconds)
        return similarities[0].indices.map { patch in
            similarities.reduce(Float(0)) { $0 + (1 - $1[patch]) } / Float(similarities.count)
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
