import AnomalyDetection
import CLIP
import Checkpoints
import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("A training, from files to adapters")
struct TrainingRunTests {
    let fixture: TrainingFixture
    init() throws { fixture = try TrainingFixture() }

    private func files(_ folder: TrainingFolder) throws -> [String: [UInt8]] {
        let names = ["adapter.safetensors", "adapter-epoch-01.safetensors", "adapter-epoch-02.safetensors"]
        return Dictionary(
            uniqueKeysWithValues: try (names + ["training.safetensors", "loss.csv", "loss.svg"]).map { name in
                (name, try fixture.file("\(folder.path)/\(name)"))
            })
    }

    @Test("stopped anywhere and resumed, every file is the same to the last bit", arguments: [1, 2, 3, 5])
    func resumes(stop: Int) throws {
        let whole = try fixture.train()
        #expect(whole.steps == 6 && !whole.isInterrupted)
        let expected = try files(fixture.out)

        let folder = TrainingFolder(fixture.out.path + "/again")
        let first = try fixture.train(in: folder, stopAfter: stop)
        #expect(first.steps == stop && first.isInterrupted)
        #expect(first != whole)
        var resumed: [TrainingEvent] = []
        let second = try fixture.train(in: folder, resumes: true) { event in
            if case .resumed = event { resumed.append(event) }
        }
        #expect(second == whole)
        #expect(resumed == [.resumed(steps: stop, epoch: stop / 3 + 1)])
        #expect(try files(folder) == expected)
    }

    @Test("killed after the last saved state, the lost steps are taken again with the same result")
    func killed() throws {
        let whole = try fixture.train()
        let folder = TrainingFolder(fixture.out.path + "/again")
        try fixture.train(in: folder, stopAfter: 2)
        let old = try fixture.file(folder.state)
        // A kill leaves what later steps wrote beside the state: adapters of the first epoch, and a newer loss table.
        try fixture.train(in: folder, resumes: true, stopAfter: 4)
        try Data(old).write(to: URL(filePath: folder.state))
        #expect(try fixture.train(in: folder, resumes: true) == whole)
        #expect(try files(folder) == files(fixture.out))
    }

    @Test("features from the disk and computed anew give the same bits; the limit is kept")
    func featureCache() throws {
        var plans: [TrainingEvent.FeaturePlan] = []
        let note = { (event: TrainingEvent) in if case .features(let plan) = event { plans.append(plan) } }
        let cached = try fixture.train(events: note)
        var options = fixture.options
        let bytes = try fixture.encoder().bytesPerPicture
        for room in [0, 4] {
            options.featureBytes = room * bytes
            let folder = TrainingFolder(fixture.out.path + "/room\(room)")
            #expect(try fixture.train(options, in: folder, events: note) == cached)
            let subfolders = try FileManager.default.contentsOfDirectory(atPath: folder.features)
            let kept = try subfolders.flatMap {
                try FileManager.default.contentsOfDirectory(atPath: "\(folder.features)/\($0)")
            }
            #expect(kept.count == room)
        }
        #expect(plans.map(\.kept) == [9, 0, 4])
        #expect(plans.map(\.bytes) == [9 * bytes, 0, 4 * bytes])
        #expect(bytes == 4 * 49 * 72 * 2)
    }

    @Test("a damaged feature file is computed again")
    func damagedFeatures() throws {
        let whole = try fixture.train()
        let subfolder = try #require(try FileManager.default.contentsOfDirectory(atPath: fixture.out.features).first)
        let folder = "\(fixture.out.features)/\(subfolder)"
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        let sound = try fixture.file("\(folder)/\(name)")
        var flipped = sound
        flipped[sound.count - 100] ^= 1
        for (index, damaged) in [Array(sound.prefix(1000)), flipped].enumerated() {
            try Data(damaged).write(to: URL(filePath: "\(folder)/\(name)"))
            let out = TrainingFolder("\(fixture.out.path)/again-\(index)")
            try FileManager.default.createDirectory(atPath: out.path, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: fixture.out.features, toPath: out.features)
            var plan: TrainingEvent.FeaturePlan?
            let again = try fixture.train(in: out) { if case .features(let found) = $0 { plan = found } }
            #expect(plan?.present == 8)
            #expect(again == whole)
        }
    }

    @Test("a finished training that is resumed encodes nothing and gives the same")
    func finished() throws {
        let whole = try fixture.train()
        try FileManager.default.removeItem(atPath: fixture.out.features)
        var events = 0
        let again = try fixture.train(resumes: true) { _ in events += 1 }
        #expect(again == whole && events == 0)
        #expect(!FileManager.default.fileExists(atPath: fixture.out.features))
    }

    @Test("resuming without a state replaces nothing but this training's own files")
    func foreignFiles() throws {
        for name in ["adapter.safetensors", "adapter-epoch-01.safetensors", "loss.csv", "loss.svg"] {
            let folder = TrainingFolder("\(fixture.out.path)/\(name)-folder")
            try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
            let path = "\(folder.path)/\(name)"
            try Data("precious".utf8).write(to: URL(filePath: path))
            for resumes in [true, false] {
                let error = try #require(throws: TrainingError.self) {
                    try fixture.train(in: folder, resumes: resumes)
                }
                #expect(error.code == .otherTraining && error.description.contains(path), "\(error)")
            }
            #expect(try fixture.file(path) == Array("precious".utf8))
        }
        // A kill between the first adapters and the first state leaves the former alone.
        let whole = try fixture.train()
        try FileManager.default.removeItem(atPath: fixture.out.state)
        var other = fixture.options
        other.seed = 9
        let error = try #require(throws: TrainingError.self) { try fixture.train(other, resumes: true) }
        #expect(error.code == .otherTraining)
        #expect(try fixture.train(resumes: true) == whole)
    }

    @Test("fewer epochs than are done are refused", arguments: [5, 6])
    func fewerEpochs(steps: Int) throws {
        try fixture.train(stopAfter: steps)
        var options = fixture.options
        options.epochs = 1
        let error = try #require(throws: TrainingError.self) { try fixture.train(options, resumes: true) }
        #expect(error.code == .badOption && error.description.contains("found 1"), "\(error)")
    }

    @Test("another number of threads rounds otherwise: its features are others, and a training is not continued")
    func otherThreads() throws {
        try fixture.train(stopAfter: 2)
        let clip = try CLIPModel.load(
            ModelFiles(folder: Fixtures.path("CLIP/tiny")), threads: ComputeThreads(count: 1))
        let encoder = try FeatureEncoder(clip: clip, stages: [1, 2, 3, 5], side: fixture.side)
        #expect(try encoder.key != fixture.encoder().key)
        let set = try fixture.set()
        let run = try TrainingRun(
            set, encoder: encoder, states: fixture.states(set), options: fixture.options,
            threads: ComputeThreads(count: 1), engine: "test", now: { .zero })
        let error = try #require(throws: TrainingError.self) {
            try run.run(in: fixture.out, features: fixture.out.features, resumes: true)
        }
        #expect(error.code == .otherTraining)
        #expect(error.description.contains("expected a training with --threads 1, found one with 2"), "\(error)")
    }

    @Test("removing features leaves everything else in the folder")
    func featureRemoval() throws {
        try fixture.train()
        let mine = fixture.out.features + "/mine.txt"
        try Data("precious".utf8).write(to: URL(filePath: mine))
        let set = try fixture.set()
        let run = try TrainingRun(
            set, encoder: try fixture.encoder(), states: try fixture.states(set), options: fixture.options,
            threads: TrainingFixture.threads, engine: "test", now: { .zero })
        run.removeFeatures(from: fixture.out.features)
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.out.features) == ["mine.txt"])
        try FileManager.default.removeItem(atPath: mine)
        run.removeFeatures(from: fixture.out.features)
        #expect(!FileManager.default.fileExists(atPath: fixture.out.features))
    }

    @Test("what a killed training had not finished writing is removed, other hidden files are not")
    func leftovers() throws {
        let names = [".training.safetensors.17.0.tmp", ".loss.csv.17.0.tmp", ".mine.tmp"]
        for name in names { try Data("x".utf8).write(to: URL(filePath: "\(fixture.out.path)/\(name)")) }
        try fixture.train()
        let left = try FileManager.default.contentsOfDirectory(atPath: fixture.out.path)
        #expect(left.filter { $0.hasPrefix(".") } == [".mine.tmp"])
    }

    @Test("the seed, and each option that changes the result, changes it")
    func options() throws {
        var results = [try fixture.train().adapter]
        let changes: [(inout TrainingOptions) -> Void] = [
            { $0.seed = 2 }, { $0.loss = SegmentationLoss(.focal) }, { $0.mosaicRate = 0 }, { $0.batchSize = 3 },
            { $0.learningRate = 0.02 },
        ]
        for (index, change) in changes.enumerated() {
            var options = fixture.options
            change(&options)
            results.append(
                try fixture.train(options, in: TrainingFolder(fixture.out.path + "/\(index)")).adapter)
        }
        for (index, result) in results.enumerated() {
            for other in results[..<index] { #expect(result.mapValues(\.values) != other.mapValues(\.values)) }
        }
    }

    @Test("the loss falls, and the adapters tell the defect from the rest")
    func learns() throws {
        var options = fixture.options
        options.epochs = 30
        options.mosaicRate = 0
        var losses: [Double] = []
        try fixture.train(options) { if case .epoch(let report) = $0 { losses.append(report.loss) } }
        let (first, last) = (try #require(losses.first), try #require(losses.last))
        #expect(last < first - 1)

        // What the service loads: stages, side, activation and types come from the file.
        let model = try InspectionModel.load(
            ModelFiles(folder: Fixtures.path("CLIP/tiny")), adapterPath: fixture.out.adapter,
            threads: TrainingFixture.threads)
        #expect(model.stages == [1, 2, 3, 5] && model.defaultImageSide == 56)
        #expect(model.adapter.metadata["defect_types"] == "scratch,hole")
        #expect(model.adapter.metadata["model"] == fixture.clip.digest)
        #expect(model.adapter.metadata["epoch"] == "30")
        let set = try fixture.set()
        let sample = try #require(set.samples.first { $0.picture == "plate/test/scratch/001.png" })
        let features = try model.features(of: set.dataset.picture(of: sample), imageSide: 56)
        let states = try #require(try fixture.states(set)["plate"])
        let maps = try model.maps(features: features, imageSide: 56, states: states)
        let truth = try set.dataset.groundTruth(of: sample, types: set.types, side: 56).labels
        func mean(_ inside: Bool) -> Float {
            let chosen = zip(maps.anomaly.values, truth).filter { ($0.1 != 0) == inside }.map(\.0)
            return chosen.reduce(0, +) / Float(chosen.count)
        }
        #expect(mean(true) > mean(false) + 0.4)
    }

    @Test("training goes on from existing adapters")
    func fromAdapter() throws {
        var options = fixture.options
        options.epochs = 1
        try fixture.train(options)
        let source = try CheckpointFile.open(path: fixture.out.adapter)
        let start = try Adapter(source: source, digest: "d1", width: 72, embedDim: 40)
        options.learningRate = 1e-9
        let outcome = try fixture.train(
            options, in: TrainingFolder(fixture.out.path + "/more"), start: start)
        let kept = try #require(outcome.adapter["fc.0.weight"])
        expectClose(kept.values, start.weights[0].values, within: 1e-6)
        let written = try CheckpointFile.open(path: fixture.out.path + "/more/adapter.safetensors")
        #expect(written.metadata["started_from"] == "d1")
    }

    @Test("loss.csv has a line for every step and loss.svg is well-formed")
    func lossFiles() throws {
        try fixture.train()
        let lines = String(decoding: try fixture.file(fixture.out.lossTable), as: UTF8.self).split(separator: "\r\n")
        #expect(lines.count == 7)
        #expect(lines[0] == "step,epoch,focal,dice,loss")
        for (index, line) in lines.dropFirst().enumerated() {
            let fields = line.split(separator: ",").compactMap { Double($0) }
            #expect(fields.count == 5)
            #expect(Int(fields[0]) == index + 1 && Int(fields[1]) == index / 3 + 1)
            #expect(abs(fields[4] - 4 * (fields[2] + fields[3])) < 1e-5)
        }
        let svg = String(decoding: try fixture.file(fixture.out.lossChart), as: UTF8.self)
        #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
        #expect(svg.count { $0 == "<" } == svg.count { $0 == ">" })
        #expect(!svg.contains("nan") && !svg.contains("inf"))
    }
}
