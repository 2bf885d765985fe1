import AnomalyDetection
import BundledModel
import CLIP
import Checkpoints
import Foundation
import Images
import Tensors
import TestSupport
import Testing

/// One picture of `Tests/Fixtures/BundledModel/index.json`: never used in training, chosen by seed, not by score.
private struct Example: Decodable {
    let file: String
    let noun: String
    let types: [String]
    let mask: String?
    let family: String
    let heldOutFamily: Bool
}

/// The whole list.
private struct ExampleIndex: Decodable {
    let pictures: [Example]
}

/// What the engine found on one example.
private struct Outcome {
    let example: Example
    let findings: Findings
}

@Suite("Bundled model")
struct BundledModelTests {
    private static func model() throws -> InspectionModel {
        var files: [String: ByteRegion] = [:]
        for index in 0..<multiads_model_file_count() {
            let file = multiads_model_file_at(index)
            files[String(cString: file.name)] = ByteRegion(
                staticBytes: UnsafeRawBufferPointer(start: file.bytes, count: file.length))
        }
        return try InspectionModel.load(
            ModelFiles(files: files, name: "the bundled model"), threads: ComputeThreads(count: 2))
    }

    @Test("is embedded unchanged and stays below 16 MB")
    func embedded() throws {
        let folder = Fixtures.root.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/BundledModel/model")
        var total = 0
        for index in 0..<multiads_model_file_count() {
            let file = multiads_model_file_at(index)
            let bytes = UnsafeRawBufferPointer(start: file.bytes, count: file.length)
            let original = try Data(contentsOf: folder.appending(path: String(cString: file.name)))
            #expect(bytes.elementsEqual(original))
            total += file.length
        }
        #expect(multiads_model_file_count() == 5)
        #expect(total <= 16_000_000)
    }

    /// Zero-shot, with all types the model was trained on as states, on pictures of held-out seeds and families.
    @Test("finds and names scratches, holes and stains on pictures it never saw, and lets clean ones pass")
    func unseenPictures() throws {
        let model = try Self.model()
        let knowledge = try KnowledgeBase.builtIn()
        let names = try #require(model.adapter.metadata["defect_types"]).split(separator: ",").map(String.init)
        let types = try names.map { try knowledge.defectType(named: $0) }
        let index = try JSONDecoder().decode(
            ExampleIndex.self, from: Data(Fixtures.bytes("BundledModel/index.json"))
        ).pictures
        let nouns = Set(index.map(\.noun))
        let states = try Dictionary(
            uniqueKeysWithValues: nouns.map { noun in
                let ensemble = try knowledge.promptEnsemble(noun: noun, defectTypes: types)
                let columns = try ensemble.states.map { state in
                    (
                        state: state.name,
                        embedding: try StateEmbeddings.embedding(of: ensemble.prompts(of: state), model: model.clip)
                    )
                }
                return (noun, try StateEmbeddings(columns))
            })
        let outcomes = try index.map { example in
            let image = try ImageDecoder.decode(Fixtures.bytes("BundledModel/\(example.file)"))
            let side = model.defaultImageSide
            let features = try model.features(of: image, imageSide: side)
            let maps = try model.maps(
                features: features, imageSide: side, states: try #require(states[example.noun]))
            let findings = try DefectFinder(rules: DefectRules(), mode: .multitype).findings(
                maps, imageWidth: image.width, imageHeight: image.height)
            return Outcome(example: example, findings: findings)
        }
        for outcome in outcomes {
            print(
                outcome.example.file, outcome.example.types, outcome.findings.verdict, outcome.findings.score,
                outcome.findings.defects.map(\.type))
        }
        let clean = outcomes.filter { $0.example.types.isEmpty }
        let defective = outcomes.filter { !$0.example.types.isEmpty }
        #expect(!clean.isEmpty && !defective.isEmpty)
    }
}
