import AnomalyDetection
import CLIP
import Checkpoints
import Images
import Tensors
import TestSupport
import Testing

/// Layer by layer against OpenCLIP, so that a failure names the layer.
@Suite("Towers equal OpenCLIP on a tiny random model")
struct TowerGoldenTests {
    let golden: GoldenModel
    init() throws { golden = try GoldenModel.tiny() }

    @Test("every vision block, raw, without the class token")
    func visionBlocks() throws {
        let layers = golden.model.clip.configuration.vision.layers
        let features = try golden.model.clip.vision.encode(
            golden.picture("query"), imageSide: golden.side, stages: Array(1...layers))
        for block in 1...layers {
            try expectNormalizedError(
                features.stageTokens[block - 1], golden.tensor("block_\(block)"), atMost: 1e-12, "block \(block)")
        }
        let expected = try golden.tensor("global_embedding")
        expectClose(features.embedding.values, expected.values, within: 2e-6, "embedding")
        #expect(features.gridSize == golden.side / 8)
    }

    @Test("the same picture gives the same bits again")
    func repeatable() throws {
        let picture = try golden.picture("query")
        let first = try golden.model.features(of: picture, imageSide: golden.side)
        _ = try golden.model.features(of: golden.picture("reference_0"), imageSide: golden.side)
        let second = try golden.model.features(of: picture, imageSide: golden.side)
        #expect(first.embedding.values == second.embedding.values)
        #expect(first.stageTokens.map(\.values) == second.stageTokens.map(\.values))
    }

    @Test("text embeddings of every prompt, packed without padding")
    func textEmbeddings() throws {
        let ids = try golden.tensor("prompt_ids")
        let lengths = try golden.tensor("prompt_lengths").values
        let sequences = lengths.indices.map { row in
            ids.rows(row..<row + 1).values.prefix(Int(lengths[row])).map { Int32($0) }
        }
        let actual = try golden.model.clip.text.encode(sequences)
        let expected = try golden.tensor("prompt_embeddings")
        expectClose(actual.values, expected.values, within: 2e-6, "prompt embeddings")
        // Padding after end-of-text changes nothing.
        let padded = lengths.indices.map { ids.rows($0..<$0 + 1).values.map { Int32($0) } }
        let again = try golden.model.clip.text.encode(padded)
        #expect(again.values == actual.values)
    }

    @Test("the tokenizer gives OpenCLIP's ids for the prompts")
    func prompts() throws {
        let ids = try golden.tensor("prompt_ids")
        let lengths = try golden.tensor("prompt_lengths").values
        let first = ids.rows(0..<1).values.prefix(Int(lengths[0])).map { Int32($0) }
        #expect(golden.model.clip.tokenizer.encode("a photo of a cable.") == first)
    }

    @Test("refuses image sides and stages that the tower does not have")
    func badArguments() throws {
        let picture = try golden.picture("query")
        let vision = golden.model.clip.vision
        for side in [0, -8, 57] {
            #expect { try vision.encode(picture, imageSide: side, stages: [1]) } throws: {
                ($0 as? CLIPError)?.code == .badImageSide
            }
        }
        for stages in [[], [0], [6], [2, 1], [1, 1]] {
            #expect { try vision.encode(picture, imageSide: 56, stages: stages) } throws: {
                ($0 as? CLIPError)?.code == .badStage
            }
        }
    }

    @Test("refuses token sequences that the tower cannot hold")
    func badTokens() throws {
        let text = golden.model.clip.text
        let tooLong = [Int32](repeating: 1, count: text.configuration.contextLength + 1)
        for sequence in [[], tooLong, [-1], [Int32(text.configuration.vocabularySize)]] {
            #expect { try text.encode([sequence]) } throws: { ($0 as? CLIPError)?.code == .badTokens }
        }
        #expect(try text.encode([]).shape == [0, text.embedDim])
    }
}
