import AnomalyDetection
import CLIP
import Checkpoints
import Foundation
import Images

/// Inspects pictures of one product with one model.
struct Inspector {
    let model: InspectionModel
    let ensemble: PromptEnsemble
    let states: StateEmbeddings
    let formulas: FormulaArguments
    /// Side that the network sees.
    let side: Int
    private(set) var references = ReferenceBank.none
    /// How each reference looks as a whole.
    private var looks: [PictureLook] = []
    /// SHA-256 over the digests of the reference files, in order; nil for zero-shot.
    private(set) var referencesDigest: String?

    init(
        model: InspectionModel, ensemble: PromptEnsemble, states: StateEmbeddings, formulas: FormulaArguments, side: Int
    ) {
        self.model = model
        self.ensemble = ensemble
        self.states = states
        self.formulas = formulas
        self.side = side
    }

    /// Takes the pictures of good parts to compare with.
    mutating func takeReferences(_ paths: [String], progress: ProgressReporter) throws {
        var digests: [UInt8] = []
        var pictures: [ReferenceFeatures] = []
        for (index, path) in paths.enumerated() {
            progress.advance("reading references", index, of: paths.count)
            let picture = try Self.read(path)
            let features = try model.features(of: picture.pixels, imageSide: side)
            pictures.append(model.reference(from: features))
            looks.append(PictureLook(features.picture))
            digests += Array(picture.sha256.utf8)
        }
        references = ReferenceBank(
            indexing: pictures, options: formulas.mapOptions, threads: model.threads)
        if !paths.isEmpty { referencesDigest = SHA256Digest.of(digests).hex }
    }

    /// Reads, encodes and judges one picture.
    func inspect(_ path: String) throws -> Inspection {
        let picture = try Self.read(path)
        let encoding = Stopwatch()
        let features = try model.features(of: picture.pixels, imageSide: side)
        let encodeSeconds = encoding.seconds
        let scoring = Stopwatch()
        let maps = try model.maps(
            features: features, imageSide: side, states: states, references: references,
            options: formulas.mapOptions)
        let refiner = model.refiner(for: features, formulas.refinement)
        let marked = maps.refined(by: refiner, options: formulas.mapOptions)
        let finder = DefectFinder(
            rules: formulas.rules, mode: formulas.mode, threads: model.threads)
        let look = PictureLook(features.picture)
        let findings = try finder.findings(
            marked, imageWidth: picture.pixels.width, imageHeight: picture.pixels.height,
            faults: formulas.pictureCheck.faults(
                of: picture.pixels, seenAs: features.picture, look, references: looks))
        return Inspection(
            picture: picture, look: look, features: features, maps: maps, refined: refiner == nil ? nil : marked,
            findings: findings,
            time: Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            encodeSeconds: encodeSeconds, scoreSeconds: scoring.seconds)
    }

    /// The largest value that the deciding map can reasonably take, where the heat scale ends.
    var mapMaximum: Float {
        let stages: Float = formulas.stageCombination == .sum ? Float(model.stages.count) : 1
        return formulas.mapCombination == .sum && !references.isEmpty ? 2 * stages : stages
    }

    private static func read(_ path: String) throws -> Picture {
        let watch = Stopwatch()
        let bytes = try InputFile.read(path, maximumBytes: InputFile.maximumPictureBytes)
        do {
            let pixels = try ImageDecoder.decode(bytes)
            return Picture(
                path: path, pixels: pixels, sha256: SHA256Digest.of(bytes).hex, decodeSeconds: watch.seconds)
        } catch {
            throw PictureFailure(path: path, error: error)
        }
    }
}

/// A file that is not a usable picture.
struct PictureFailure: Error, CustomStringConvertible {
    let path: String
    let error: ImageError

    var description: String { "\(path): \(error)" }
}
