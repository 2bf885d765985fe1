import AnomalyDetection
import CLIP
import Checkpoints
import Datasets
import Foundation
import Images
import Tensors
import TestSupport
import Testing

@testable import Training

/// A tiny dataset with real defects, the tiny golden CLIP model, and a folder for results; removed with the object.
final class TrainingFixture {
    let dataset: MiniatureDataset
    let clip: CLIPModel
    let out: TrainingFolder
    let side = 56
    static let threads = ComputeThreads(count: 2)

    init() throws {
        dataset = try MiniatureDataset()
        clip = try CLIPModel.load(ModelFiles(folder: Fixtures.path("CLIP/tiny")), threads: Self.threads)
        out = TrainingFolder(dataset.root + "-out")
        try FileManager.default.createDirectory(atPath: out.path, withIntermediateDirectories: true)
        for index in 0..<3 {
            try picture("plate/test/good/00\(index).png", seed: UInt64(index))
            try picture("plate/test/scratch/00\(index).png", seed: UInt64(10 + index), stroke: 20 + 5 * index)
            try mask("plate/ground_truth/scratch/00\(index)_mask.png", stroke: 20 + 5 * index)
            try picture("valve/test/hole/00\(index).png", seed: UInt64(20 + index), stroke: 30)
            try mask("valve/ground_truth/hole/00\(index)_mask.png", stroke: 30)
        }
        try picture("plate/train/good/000.png", seed: 99)
        try picture("valve/train/good/000.png", seed: 98)
    }

    deinit { try? FileManager.default.removeItem(atPath: out.path) }

    /// A noisy picture of 64 × 48 pixels, eight rows from `stroke` bright.
    func picture(_ path: String, seed: UInt64, stroke: Int? = nil) throws {
        var generator = SeededGenerator(seed: seed)
        var pixels = (0..<64 * 48 * 3).map { _ in UInt8.random(in: 60...140, using: &generator) }
        if let stroke {
            for y in stroke..<min(48, stroke + 8) {
                for x in 16..<48 {
                    pixels.replaceSubrange((y * 64 + x) * 3..<(y * 64 + x) * 3 + 3, with: [250, 240, 30])
                }
            }
        }
        try dataset.write(path, PNGEncoder.encode(RGBImage(width: 64, height: 48, pixels: pixels)))
    }

    func mask(_ path: String, stroke: Int, width: Int = 64) throws {
        let pixels = (0..<width * 48).map { index in
            (stroke..<stroke + 8).contains(index / width) && (16..<48).contains(index % width) ? UInt8(255) : 0
        }
        try dataset.write(path, PNGEncoder.encode(GrayImage(width: width, height: 48, pixels: pixels)))
    }

    var options: TrainingOptions {
        var options = TrainingOptions()
        options.epochs = 2
        options.batchSize = 4
        options.mosaicRate = 0.3
        options.learningRate = 0.01
        return options
    }

    func set(skipsUnknown: Bool = false, products: [String]? = nil) throws -> TrainingSet {
        try TrainingSet(try dataset.open(.folder), products: products, skipsUnknown: skipsUnknown)
    }

    func encoder(stages: [Int]? = [1, 2, 3, 5]) throws -> FeatureEncoder {
        try FeatureEncoder(clip: clip, stages: stages, side: side)
    }

    /// Text embeddings that differ between states and products; their quality does not matter here.
    func states(_ set: TrainingSet) throws -> [String: StateEmbeddings] {
        let embedDim = clip.configuration.embedDim
        var states: [String: StateEmbeddings] = [:]
        for (index, product) in set.products.enumerated() {
            var generator = SeededGenerator(seed: UInt64(1000 + index))
            states[product.name] = try StateEmbeddings(
                (["normal"] + set.types).map { name in
                    var mean = PromptMean(embedDim: embedDim)
                    mean.add(generator.tensor([1, embedDim]))
                    return (name, mean.embedding)
                })
        }
        return states
    }

    /// Trains; stops by itself after `stopAfter` steps.
    @discardableResult
    func train(
        _ options: TrainingOptions? = nil, in folder: TrainingFolder? = nil, resumes: Bool = false,
        start: Adapter? = nil,
        stopAfter: Int = .max, stages: [Int]? = [1, 2, 3, 5], events: ((TrainingEvent) -> Void)? = nil
    ) throws -> TrainingRun.Outcome {
        let options = options ?? self.options
        let set = try set(skipsUnknown: options.skipsBad)
        let run = try TrainingRun(
            set, encoder: encoder(stages: stages), states: states(set), start: start, options: options,
            threads: Self.threads, engine: "test", now: { .zero })
        let folder = folder ?? out
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        var steps = 0
        return try run.run(
            in: folder, features: folder.features, resumes: resumes, shouldStop: { steps >= stopAfter }
        ) { event in
            if case .step(let report) = event { steps = report.step }
            events?(event)
        }
    }

    func file(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path))) }
}
