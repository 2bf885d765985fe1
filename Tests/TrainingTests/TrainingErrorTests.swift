import AnomalyDetection
import Checkpoints
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("A training that cannot go on says why")
struct TrainingErrorTests {
    let fixture: TrainingFixture
    init() throws { fixture = try TrainingFixture() }

    /// Expects an error with a code and words in its message.
    private func expect(
        _ code: TrainingError.Code, _ words: [String], sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () throws -> Void
    ) {
        let error = #expect(throws: TrainingError.self, sourceLocation: sourceLocation) { try body() }
        #expect(error?.code == code, "\(error?.description ?? "none")", sourceLocation: sourceLocation)
        for word in words {
            #expect(
                error?.description.contains(word) == true, "\(error?.description ?? "none")",
                sourceLocation: sourceLocation)
        }
    }

    private func remove(_ path: String) throws {
        try FileManager.default.removeItem(atPath: fixture.dataset.root + "/" + path)
    }

    @Test("no defects at all")
    func noDefects() throws {
        try remove("plate/test/scratch")
        try remove("valve")
        expect(.noDefects, ["found 3 normal pictures only"]) { try fixture.train() }
    }

    @Test("no normal pictures is no failure: backgrounds are normal")
    func noNormals() throws {
        try remove("plate/test/good")
        #expect(try fixture.train().steps == 4)
    }

    @Test("a mask that belongs to no picture")
    func strayMask() throws {
        try fixture.mask("plate/ground_truth/scratch/OO1_mask.png", stroke: 9)
        expect(.badMask, ["OO1_mask.png", "expected a picture of that name"]) { try fixture.train() }
        var options = fixture.options
        options.skipsBad = true
        #expect(try fixture.train(options).steps == 6)
    }

    @Test("what products hold that are not trained on does not matter")
    func otherProducts() throws {
        try fixture.mask("plate/ground_truth/scratch/OO1_mask.png", stroke: 9)
        try fixture.picture("plate/test/whatever/000.png", seed: 1)
        expect(.unknownType, ["“whatever”"]) { _ = try fixture.set() }
        #expect(try fixture.set(products: ["valve"]).types == ["hole"])
    }

    @Test("masks that mark nothing")
    func emptyMasks() throws {
        for name in ["plate/ground_truth/scratch", "valve/ground_truth/hole"] {
            for index in 0..<3 { try fixture.mask("\(name)/00\(index)_mask.png", stroke: 100) }
        }
        expect(.badMask, ["000_mask.png", "expected marked pixels", "000.png"]) { try fixture.train() }
        var options = fixture.options
        options.skipsBad = true
        expect(.noDefects, ["3 usable pictures"]) { try fixture.train(options) }
    }

    @Test("unusable files end the training, or are named, counted and left out")
    func skips() throws {
        let faults: [(TrainingError.Code, String, () throws -> Void)] = [
            (
                .badPicture, "plate/test/good/001.png",
                { try fixture.dataset.write("plate/test/good/001.png", "no picture") }
            ),
            (
                .badMask, "plate/ground_truth/scratch/000_mask.png",
                { try fixture.mask("plate/ground_truth/scratch/000_mask.png", stroke: 20, width: 65) }
            ),
            (.badMask, "valve/test/hole/002.png", { try remove("valve/ground_truth/hole/002_mask.png") }),
        ]
        var options = fixture.options
        options.skipsBad = true
        for (index, (code, name, damage)) in faults.enumerated() {
            try damage()
            var skipped: [String] = []
            let folder = TrainingFolder(fixture.out.path + "/\(index)")
            let outcome = try fixture.train(options, in: folder) { event in
                if case .skipped(let error) = event { skipped.append(error.description) }
            }
            #expect(outcome.skipped == index + 1 && skipped.count == index + 1)
            #expect(skipped.contains { $0.contains(name) })
            if index == 0 { expect(code, [name]) { try fixture.train() } }
        }
        try fixture.picture("plate/test/good/001.png", seed: 1)
        expect(.badMask, ["000_mask.png", "64×48", "65×48"]) { try fixture.train() }
    }

    @Test("a picture damaged behind its header is found before the first step")
    func truncated() throws {
        let path = "valve/test/hole/001.png"
        let whole = try fixture.dataset.bytes(path)
        try fixture.dataset.write(path, Array(whole.prefix(whole.count / 2)))
        expect(.badPicture, [path]) { try fixture.train() }
        var options = fixture.options
        options.skipsBad = true
        options.featureBytes = 0
        #expect(try fixture.train(options).skipped == 1)
    }

    @Test("a folder that the knowledge base does not know")
    func unknownType() throws {
        try fixture.picture("plate/test/gremlins/000.png", seed: 3)
        try fixture.mask("plate/ground_truth/gremlins/000_mask.png", stroke: 4)
        expect(.unknownType, ["“gremlins”", "--knowledge-base"]) { try fixture.train() }
        var options = fixture.options
        options.skipsBad = true
        #expect(try fixture.train(options).steps == 6)
        #expect(try fixture.set(skipsUnknown: true).untypedCount == 1)
    }

    @Test("a saved state of another training, with the first difference")
    func otherTraining() throws {
        try fixture.train(stopAfter: 1)
        expect(.otherTraining, ["--resume"]) { try fixture.train() }
        var options = fixture.options
        options.seed = 4
        expect(.otherTraining, ["expected a training with seed 4, found one with 1"]) {
            try fixture.train(options, resumes: true)
        }
        expect(.otherTraining, ["stages 1,2,5, found one with 1,2,3,5"]) {
            try fixture.train(resumes: true, stages: [1, 2, 5])
        }
        try fixture.picture("plate/test/good/000.png", seed: 77)
        expect(.otherTraining, ["pictures"]) { try fixture.train(resumes: true) }
    }

    @Test("a damaged state")
    func badState() throws {
        try fixture.train(stopAfter: 1)
        let state = try fixture.file(fixture.out.state)
        try Data(state.prefix(state.count - 5)).write(to: URL(filePath: fixture.out.state))
        expect(.badState, ["training.safetensors"]) { try fixture.train(resumes: true) }
        try FileManager.default.removeItem(atPath: fixture.out.state)
        try FileManager.default.copyItem(
            atPath: Fixtures.path("CLIP/tiny/adapter.safetensors"), toPath: fixture.out.state)
        expect(.badState, ["checksum"]) { try fixture.train(resumes: true) }
    }

    @Test("a state with a flipped bit")
    func flippedState() throws {
        try fixture.train(stopAfter: 1)
        var state = try fixture.file(fixture.out.state)
        state[state.count / 2] ^= 1
        try Data(state).write(to: URL(filePath: fixture.out.state))
        expect(.badState, ["checksum", "damaged"]) { try fixture.train(resumes: true) }
    }

    @Test("a folder with results of something else, which would be replaced")
    func foreignResults() throws {
        try Data("mine".utf8).write(to: URL(filePath: fixture.out.adapter))
        expect(.otherTraining, ["adapter.safetensors", "would be replaced"]) { try fixture.train() }
        #expect(try fixture.file(fixture.out.adapter) == Array("mine".utf8))
    }

    @Test("a second training in the folder, while the first one runs")
    func folderInUse() throws {
        var isTried = false
        try fixture.train { [self] event in
            guard case .step = event, !isTried else { return }
            isTried = true
            expect(.cannotWrite, ["another run is writing"]) { try fixture.train(resumes: true) }
        }
        #expect(isTried)
    }

    @Test("a picture that changes while the training runs")
    func changedPicture() throws {
        var options = fixture.options
        options.featureBytes = 0
        expect(.badPicture, ["as it was when the training began"]) {
            try fixture.train(options) { [self] event in
                guard case .step(let step) = event, step.step == 1 else { return }
                for index in 0..<3 { try? fixture.picture("plate/test/good/00\(index).png", seed: 500) }
            }
        }
    }

    @Test("adapters of another model, other stages or another side")
    func badAdapter() throws {
        let path = Fixtures.path("CLIP/tiny/adapter.safetensors")
        let start = try Adapter(source: CheckpointFile.open(path: path), digest: "d", width: 72, embedDim: 40)
        #expect(try fixture.train(start: start).steps == 6)
        expect(.badAdapter, ["stages [1, 2, 4, 5]", "[1, 2, 3, 5]"]) {
            try fixture.train(start: start, stages: [1, 2, 4, 5])
        }
        expect(.badAdapter, ["3 maps", "4 of [40, 72]"]) { try fixture.train(start: start, stages: [1, 2, 3]) }
    }

    @Test("options out of range")
    func options() throws {
        let changes: [((inout TrainingOptions) -> Void, String)] = [
            ({ $0.epochs = 0 }, "epoch"), ({ $0.batchSize = 0 }, "batch"), ({ $0.learningRate = .nan }, "rate"),
            ({ $0.learningRate = 1e40 }, "rate"),
            ({ $0.learningRate = 1e-50 }, "rate"),
            ({ $0.mosaicRate = 1.5 }, "mosaic"),
        ]
        for (change, word) in changes {
            var options = fixture.options
            change(&options)
            expect(.badOption, [word]) { try fixture.train(options) }
        }
        expect(.badOption, ["plate, valve", "“vase”"]) { _ = try fixture.set(products: ["vase"]) }
        expect(.badOption, ["between 1 and 5", "[1, 9]"]) { _ = try fixture.encoder(stages: [1, 9]) }
    }

    @Test("too large a step is reported before the weights are spoilt")
    func diverges() throws {
        var options = fixture.options
        options.learningRate = 1e38
        expect(.notFinite, ["epoch 1, step", "learning rate"]) { try fixture.train(options) }
    }
}
