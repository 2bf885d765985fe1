import AnomalyDetection
import CLIP
import Checkpoints
import Foundation
import Images
import Tensors
import TestSupport
import Testing

/// Where `Tools/golden/test_full.sh` put the full-size reference results.
private let goldenFolder = ProcessInfo.processInfo.environment["MULTIADS_FULL_GOLDEN"] ?? ""

/// Every quantity the project promises, at the size it is promised for.
///
/// The float16 folder has reference results of its own, computed from the same rounded weights, so the tolerances are equal.
@Suite(
    "A full-size random ViT-L-14-336 at 518 pixels equals OpenCLIP", .enabled(if: !goldenFolder.isEmpty), .serialized)
struct FullSizeGoldenTests {
    /// The full folder and the one of float16 weights inside it.
    static let folders = ["", "/float16"]

    @Test("stage tokens, image and text embeddings, maps, image score", arguments: folders)
    func everything(folder: String) throws {
        let golden = try GoldenModel(folder: goldenFolder + folder)
        try checkPrompts(golden)
        let states = try checkStates(golden)
        let features = try checkTower(golden)
        try checkMaps(golden, states: states, features: features)
    }

    /// Prompt embeddings: cosine ≥ 0.999999, each.
    private func checkPrompts(_ golden: GoldenModel) throws {
        let ids = try golden.tensor("prompt_ids")
        let lengths = try golden.tensor("prompt_lengths").values
        let expected = try golden.tensor("prompt_embeddings")
        let sequences = lengths.indices.map { row in
            ids.rows(row..<row + 1).values.prefix(Int(lengths[row])).map { Int32($0) }
        }
        let actual = try golden.model.clip.text.encode(sequences)
        try #require(actual.shape == expected.shape)
        for row in lengths.indices {
            let difference = Difference(
                actual.rows(row..<row + 1).values, expected.rows(row..<row + 1).values)
            #expect(difference.cosine >= 0.999_999, "prompt \(row): \(difference)")
        }
    }

    /// The ensembles, from the states file through templates and tokenizer.
    private func checkStates(_ golden: GoldenModel) throws -> StateEmbeddings {
        let file = try StatesFile(
            parsing: [UInt8](Data(contentsOf: URL(filePath: golden.folder + "/states.json"))), file: "states.json")
        let templates = try JSONDecoder().decode(
            [String].self, from: Data(contentsOf: URL(filePath: golden.folder + "/templates.json")))
        let ensemble = try PromptEnsemble(
            noun: file.noun, states: file.states, templates: PromptTemplates(templates.map { try PromptText($0) }))
        let states = try StateEmbeddings(
            ensemble.states.map { state in
                (state.name, try StateEmbeddings.embedding(of: ensemble.prompts(of: state), model: golden.model.clip))
            })
        let expected = try golden.tensor("text").transposed()
        try #require(states.matrix.shape == expected.shape)
        for (row, name) in states.states.enumerated() {
            let difference = Difference(
                states.matrix.rows(row..<row + 1).values, expected.rows(row..<row + 1).values)
            #expect(difference.cosine >= 0.999_999, "state \(name): \(difference)")
        }
        return states
    }

    /// Stage tokens within a normalised MSE of 1e-9, the image embedding within a cosine of 0.999999.
    private func checkTower(_ golden: GoldenModel) throws -> VisionTower.Features {
        let features = try golden.model.features(of: golden.picture("query"), imageSide: golden.side)
        for (stage, tokens) in features.stageTokens.enumerated() {
            try expectNormalizedError(tokens, golden.tensor("stage_\(stage)"), atMost: 1e-9, "stage \(stage)")
        }
        let difference = Difference(features.embedding.values, try golden.tensor("global_embedding").values)
        #expect(difference.cosine >= 0.999_999, "image embedding: \(difference)")
        return features
    }

    /// Maps within 2e-3, since the softmax at temperature 100 amplifies, and image scores within 5e-4.
    private func checkMaps(_ golden: GoldenModel, states: StateEmbeddings, features: VisionTower.Features) throws {
        let reference = golden.model.reference(
            from: try golden.model.features(of: golden.picture("reference_0"), imageSide: golden.side))
        let maps = try golden.model.maps(
            features: features, imageSide: golden.side, states: states, references: [reference])
        let distances = try #require(maps.reference)
        for (name, map) in [
            ("multitype_map", maps.multitype), ("anomaly_map", maps.anomaly), ("reference_map", distances),
            ("final_map", maps.final),
        ] {
            expectClose(map.values, try golden.tensor(name).values, within: 2e-3, name)
        }
        expectClose([maps.imageScore], try golden.tensor("image_score").values, within: 5e-4, "image score")
        let zeroShot = try golden.model.maps(features: features, imageSide: golden.side, states: states)
        expectClose(
            [zeroShot.imageScore], try golden.tensor("image_score_zero_shot").values, within: 5e-4, "zero-shot score")
        expectClose(
            maps.globalProbabilities, try golden.tensor("global_probabilities").values, within: 2e-3, "probabilities")
    }
}
