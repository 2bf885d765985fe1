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
///
/// The pictures of a family show pieces of one design.
private struct Example: Decodable {
    let file: String
    let noun: String
    let types: [String]
    let mask: String?
    let family: String
    let heldOutFamily: Bool
    /// A good piece for the memory bank; it is not inspected itself.
    let isReference: Bool
}

/// The whole list.
private struct ExampleIndex: Decodable {
    let pictures: [Example]
}

/// What the engine found on one example.
private struct Outcome {
    let example: Example
    let findings: Findings
    /// The painted defect, white on black, in the picture's own pixels.
    let truth: RGBImage?

    /// Whether any mask found touches the painted defect.
    var overlapsTruth: Bool {
        guard let truth else { return false }
        return findings.defects.contains { defect in
            let found = defect.mask.binary.pixels
            return found.indices.contains { found[$0] != 0 && truth.pixels[$0 * 3] > 0 }
        }
    }

    /// For a failure's report.
    var line: String {
        "\(example.file) \(findings.verdict) \(findings.score) \(findings.defects.map(\.type))"
    }
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

    /// Zero-shot, with three types as states, on pictures of unseen seeds, half of unseen families.
    ///
    /// The bounds lie a little below what was measured (see the model card): a model that lost its way fails, a
    /// rounding difference does not.
    @Test("finds and names holes, stains and scratches on pictures it never saw, and lets clean ones pass")
    func unseenPictures() throws {
        let outcomes = try Self.outcomes(withReferences: false)
        let clean = outcomes.filter { $0.example.types.isEmpty }
        let defective = outcomes.filter { !$0.example.types.isEmpty }
        let passed = clean.filter { $0.findings.verdict == .ok }
        let caught = defective.filter { $0.findings.verdict == .notOk }
        let located = defective.filter { $0.overlapsTruth }
        let named = defective.filter { $0.findings.defects.map(\.type).contains($0.example.types[0]) }
        let report = Comment(rawValue: outcomes.map(\.line).joined(separator: "\n"))
        #expect(clean.count == 6 && defective.count == 16)
        #expect(passed.count >= 5, report)
        #expect(caught.count >= 14, report)
        #expect(located.count >= 14, report)
        #expect(named.count >= 14, report)
        // What is caught has its own name and place, at most one piece excepted.
        #expect(located.count >= caught.count - 1 && named.count >= caught.count - 1, report)
        // The sheet's hole stays below the threshold (0.42).
        for hole in defective where hole.example.types == ["hole"] && hole.example.family != "metal_sheet" {
            #expect(hole.findings.defects.map(\.type).contains("hole") && hole.overlapsTruth, "\(hole.line)")
        }
        // One product from end to end: a panel of wood with a scratch, a hole, a stain and without.
        let panel = outcomes.filter { $0.example.family == "wood" }
        #expect(Set(panel.map { $0.example.types.first ?? "" }) == ["", "scratch", "hole", "stain"])
        for piece in panel {
            #expect(piece.findings.defects.map(\.type) == piece.example.types, "\(piece.line)")
            #expect(piece.example.types.isEmpty || piece.overlapsTruth, "\(piece.line)")
        }
    }

    @Test("with two references, nearly all scratches, holes and stains score above the clean piece of their design")
    func fewShotOrder() throws {
        let outcomes = try Self.outcomes(withReferences: true)
        let report = Comment(rawValue: outcomes.map(\.line).joined(separator: "\n"))
        var pairs = 0
        var ordered = 0
        for clean in outcomes where clean.example.types.isEmpty {
            for other in outcomes where other.example.family == clean.example.family && !other.example.types.isEmpty {
                pairs += 1
                ordered += other.findings.score > clean.findings.score ? 1 : 0
            }
        }
        #expect(pairs == 16 && ordered >= 13, report)
    }

    @Test("a clean part that is its own reference has no distance to it")
    func ownReference() throws {
        let model = try Self.model()
        let example = try #require(Self.examples().first { $0.types.isEmpty })
        let image = try ImageDecoder.decode(Fixtures.bytes("BundledModel/\(example.file)"))
        let side = model.defaultImageSide
        let features = try model.features(of: image, imageSide: side)
        let states = try Self.states(noun: "object", model: model)
        let maps = try model.maps(
            features: features, imageSide: side, states: states, references: [model.reference(from: features)])
        let reference = try #require(maps.reference)
        #expect(reference.values.allSatisfy { abs($0) < 1e-4 })
    }

    private static func states(noun: String, model: InspectionModel) throws -> StateEmbeddings {
        let knowledge = try KnowledgeBase.builtIn()
        let types = try ["scratch", "hole", "stain"].map { try knowledge.defectType(named: $0) }
        let ensemble = try knowledge.promptEnsemble(noun: noun, defectTypes: types)
        return try StateEmbeddings(
            ensemble.states.map { state in
                (state.name, try StateEmbeddings.embedding(of: ensemble.prompts(of: state), model: model.clip))
            })
    }

    private static func examples() throws -> [Example] {
        try JSONDecoder().decode(ExampleIndex.self, from: Data(Fixtures.bytes("BundledModel/index.json"))).pictures
    }

    /// Inspects every picture that is not a reference, with the references of its family or without.
    private static func outcomes(withReferences: Bool) throws -> [Outcome] {
        let model = try model()
        let side = model.defaultImageSide
        let examples = try examples()
        // One noun for all: the noun does not change the state, and every other one would cost thousands of prompts.
        let states = try Self.states(noun: "object", model: model)
        var references: [String: [ReferenceFeatures]] = [:]
        if withReferences {
            for example in examples where example.isReference {
                let image = try ImageDecoder.decode(Fixtures.bytes("BundledModel/\(example.file)"))
                let features = try model.features(of: image, imageSide: side)
                references[example.family, default: []].append(model.reference(from: features))
            }
        }
        return try examples.filter { !$0.isReference }.map { example in
            let image = try ImageDecoder.decode(Fixtures.bytes("BundledModel/\(example.file)"))
            let maps = try model.maps(
                features: model.features(of: image, imageSide: side), imageSide: side, states: states,
                references: ReferenceBank(references[example.family] ?? []))
            let findings = try DefectFinder(rules: DefectRules(), mode: .multitype).findings(
                maps, imageWidth: image.width, imageHeight: image.height)
            let truth = try example.mask.map { try ImageDecoder.decode(Fixtures.bytes("BundledModel/\($0)")) }
            return Outcome(example: example, findings: findings, truth: truth)
        }
    }
}
