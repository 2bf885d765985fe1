import AnomalyDetection
import CLIP
import Tensors
import TestSupport
import Testing

/// The other engine and precision beside OpenCLIP, wherever this processor runs them.
@Suite("Towers in every arithmetic")
struct ArithmeticTests {
    static let usable = MatrixEngine.allCases.flatMap { engine in
        Precision.allCases.compactMap { try? Arithmetic.resolve(engine: engine, precision: $0) }
    }

    @Test("stay as close to OpenCLIP as their number format allows", arguments: usable)
    func towers(arithmetic: Arithmetic) throws {
        let golden = try GoldenModel.tiny(arithmetic)
        let layers = golden.model.clip.configuration.vision.layers
        let features = try golden.model.clip.vision.encode(
            golden.picture("query"), imageSide: golden.side, stages: Array(1...layers))
        // bfloat16 rounds operands to 8 bits of each number, int8 to 8 bits of a row's widest number.
        let (bound, cosine) =
            switch arithmetic.precision {
            case .f32: (1e-12, 0.999_999)
            case .bf16: (3e-4, 0.999)
            case .int8: (3e-3, 0.99)
            }
        for block in 1...layers {
            try expectNormalizedError(
                features.stageTokens[block - 1], golden.tensor("block_\(block)"), atMost: bound, "block \(block)")
        }
        let image = Difference(features.embedding.values, try golden.tensor("global_embedding").values)
        #expect(image.cosine >= cosine, "image embedding: \(image)")

        let ids = try golden.tensor("prompt_ids")
        let lengths = try golden.tensor("prompt_lengths").values
        let texts = try golden.model.clip.text.encode(
            lengths.indices.map { row in
                ids.rows(row..<row + 1).values.prefix(Int(lengths[row])).map { Int32($0) }
            })
        let expected = try golden.tensor("prompt_embeddings")
        for row in lengths.indices {
            let text = Difference(texts.rows(row..<row + 1).values, expected.rows(row..<row + 1).values)
            #expect(text.cosine >= (arithmetic.precision == .f32 ? 0.999_999 : 0.999), "prompt \(row): \(text)")
        }
    }

    @Test("give the same bits again, and embeddings are kept apart by precision", arguments: usable)
    func repeatable(arithmetic: Arithmetic) throws {
        let golden = try GoldenModel.tiny(arithmetic)
        let picture = try golden.picture("query")
        let first = try golden.model.features(of: picture, imageSide: golden.side)
        let second = try golden.model.features(of: picture, imageSide: golden.side)
        #expect(first.embedding.values == second.embedding.values)
        #expect(first.stageTokens.map(\.values) == second.stageTokens.map(\.values))
        let clip = golden.model.clip
        #expect(clip.imageKey.hasSuffix(" \(arithmetic.precision.rawValue)"))
        #expect(clip.textKey.hasSuffix(" \(clip.textArithmetic.precision.rawValue)"))
        #expect(clip.textArithmetic.precision != .int8)
    }
}
