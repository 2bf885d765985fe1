import AnomalyDetection
import CLIP
import Images
import Synthesis
import Tensors

/// Measures the search of memory banks on tokens as the model makes them.
struct SearchBenchmark {
    /// What one bank gave.
    struct Result {
        let name: String
        let bytes: Int
        /// Of what the same rows take in float32.
        let share: Double
        /// Nil when nothing was made of the rows.
        let makingSeconds: Double?
        let seconds: [Double]
        /// |distance − that of comparing each with each in float32|.
        let largestDeviation: Float
        let meanDeviation: Double
    }

    /// Pictures that were encoded.
    struct Pictures {
        let references: [ReferenceFeatures]
        let query: VisionTower.Features
        /// Every pass but the first, which warms up.
        let towerSeconds: [Double]
    }

    let model: InspectionModel
    let imageSide: Int
    let product: String

    /// Encodes good pictures and one with a defect.
    ///
    /// - Parameters:
    ///   - count: Good ones.
    ///   - progress: Shows the advance.
    /// - Returns: What was encoded, and how long it took.
    /// - Throws: ``CommandFailure`` when there is no such product, or `InspectionModelError`.
    func pictures(references count: Int, progress: ProgressReporter) throws -> Pictures {
        let factory = PictureFactory(seed: 1, side: max(32, imageSide))
        var encoded: [VisionTower.Features] = []
        var seconds: [Double] = []
        for piece in 0...count {
            progress.advance("encoding pictures", piece, of: count + 1)
            var order = PictureFactory.Order(family: product, design: 0, piece: UInt64(piece))
            if piece == count { order.defects = [.scratch, .stain] }
            guard let picture = factory.picture(order) else {
                throw CommandFailure("expected a product of `multiads synth --list`, found “\(product)”")
            }
            let watch = Stopwatch()
            encoded.append(try model.features(of: picture.image, imageSide: imageSide))
            seconds.append(watch.seconds)
        }
        return Pictures(
            references: encoded.prefix(count).map(model.reference), query: encoded[count],
            towerSeconds: Array(seconds.dropFirst()))
    }

    /// Searches the banks of the first references, as they are in float32 and indexed in each format.
    func measure(
        _ pictures: Pictures, references count: Int, repeats: Int, progress: ProgressReporter
    ) throws -> [Result] {
        let exact = Array(pictures.references.prefix(count))
        let whole = exact.reduce(0) { $0 + $1.byteCount }
        var results: [Result] = []
        var truth: ReferenceDistances?
        func add(_ name: String, _ bank: ReferenceBank, making: Double?) throws {
            var seconds: [Double] = []
            var found = try model.distances(of: pictures.query, to: bank)
            for pass in 0..<repeats {
                progress.advance("\(count) references, \(name)", pass, of: repeats)
                let watch = Stopwatch()
                found = try model.distances(of: pictures.query, to: bank)
                seconds.append(watch.seconds)
            }
            let deviations = zip(found.stages.joined(), (truth ?? found).stages.joined()).map { abs($0 - $1) }
            truth = truth ?? found
            results.append(
                Result(
                    name: name, bytes: bank.byteCount, share: Double(bank.byteCount) / Double(whole),
                    makingSeconds: making, seconds: seconds, largestDeviation: deviations.max() ?? 0,
                    meanDeviation: deviations.reduce(0) { $0 + Double($1) } / Double(max(deviations.count, 1))))
        }
        try add("float32, each with each", ReferenceBank(exact), making: nil)
        for element in CompactRows.Element.allCases {
            let rounded = exact.map { $0.rounded(to: element) }
            let watch = Stopwatch()
            let bank = ReferenceBank(indexing: rounded, threads: model.threads)
            let making = watch.seconds
            let search = bank.pictures.isEmpty ? "indexed" : "each with each"
            try add("\(element.rawValue), \(search)", bank, making: making)
        }
        return results
    }
}
