import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import CLIP

/// What prompts have in common is computed once, and nobody must be able to tell.
@Suite("Prompts encoded together equal prompts encoded alone")
struct SharedPrefixTests {
    static let end: Int32 = 581

    /// The tiny model with room for CLIP's 77 tokens.
    private static func folder() throws -> TinyFolder {
        var folder = try TinyFolder()
        try folder.replaceInConfiguration("\"context_length\": 40", "\"context_length\": 77")
        var random = SeededGenerator(seed: 77)
        try folder.rewriteWeights { name, tensor in
            guard name == CLIPTensorName.textPositionalEmbedding.openCLIP else { return tensor }
            let scale = tensor.values.lazy.map(abs).max() ?? 0
            return random.tensor([77, tensor.shape[1]], in: -scale...scale)
        }
        return folder
    }

    /// Random prompts as products have them: few templates, phrases of some words, an end; up to 77 tokens.
    private static func prompts(_ count: Int, _ random: inout SeededGenerator) -> [[Int32]] {
        func words(_ count: ClosedRange<Int>) -> [Int32] {
            (0..<Int.random(in: count, using: &random)).map { _ in Int32.random(in: 1..<30, using: &random) }
        }
        let templates = (0..<5).map { _ in [580] + words(0...40) }
        return (0..<count).map { _ in
            (templates.randomElement(using: &random) ?? []) + words(0...35) + [end]
        }
    }

    @Test("however many there are", arguments: ArithmeticTests.usable)
    func together(arithmetic: Arithmetic) throws {
        let model = try Self.folder().load(arithmetic: arithmetic, threads: 2)
        // bfloat16 rounds operands to 8 bits; the engines may also sum in another order when there are more rows.
        let bound = arithmetic.precision == .f32 ? 0.999_999 : 0.999
        for count in [0, 1, 2, 3, 17, 80] {
            var random = SeededGenerator(seed: UInt64(count))
            var prompts = Self.prompts(count, &random)
            // Many duplicates, apart from each other.
            prompts += prompts.filter { _ in Bool.random(using: &random) }
            prompts.shuffle(using: &random)
            var steps: [Int] = []
            let together = try model.text.encode(prompts) { steps.append($0) }
            #expect(together.shape == [prompts.count, model.text.embedDim])
            #expect(steps.last ?? 0 == prompts.count && steps == steps.sorted(), "\(steps)")
            if count == 80 { #expect(steps.count > 1, "more than one batch") }
            for (row, prompt) in prompts.enumerated() {
                let alone = try model.text.encode([prompt])
                let difference = Difference(together.rows(row..<row + 1).values, alone.values)
                #expect(difference.cosine >= bound, "prompt \(row) of \(prompts.count): \(difference)")
            }
        }
    }

    /// Prompts that have all kinds of relations to each other, with what the equations give for them.
    private static let solved = Result { () throws -> [(prompt: [Int32], expected: [Float])] in
        var random = SeededGenerator(seed: 4)
        let longest = (0..<76).map { _ in Int32.random(in: 1..<580, using: &random) } + [end]
        let prompts: [[Int32]] = [
            [580, 3, 4, end], [580, 3, end], [580, end], [end], [580, 3, 4, end], longest,
            Array(longest.prefix(50)) + [end],
            // Without an end each is read at its largest id, so that one is the beginning of another.
            [1, 2], [1, 2, 3], [1, 2, 3, 4], [1],
        ]
        let tiny = try folder()
        let region = try #require(tiny.files["open_clip_model.safetensors"])
        let naive = try NaiveTextTower(
            try SafeTensorsFile(region: region, name: "tiny"), tiny.load().configuration.text)
        return try prompts.map { ($0, try naive.embedding(of: $0).map { Float($0) }) }
    }

    @Test("and equal the equations, whatever the one has to do with the other", arguments: ArithmeticTests.usable)
    func equations(arithmetic: Arithmetic) throws {
        let solved = try Self.solved.get()
        let embeddings = try Self.folder().load(arithmetic: arithmetic, threads: 2).text.encode(solved.map(\.prompt))
        for (row, (_, expected)) in solved.enumerated() {
            let difference = Difference(embeddings.rows(row..<row + 1).values, expected)
            #expect(
                difference.cosine >= (arithmetic.precision == .f32 ? 0.999_999 : 0.999), "prompt \(row): \(difference)")
        }
    }

    @Test("and take as many rows as there are different beginnings")
    func work() throws {
        let model = try TinyFolder().load()
        let texts = ["a photo of a cable.", "a photo of a cable with a hole.", "a photo of a cable."]
        let batches = try model.plan(texts: texts)
        let ids = texts.map { model.tokenizer.encode($0) }
        #expect(batches.count == 1)
        // The second one parts from the first where its phrase goes on.
        let shared = TokenTree.commonPrefix(ids[0][...], ids[1][...])
        #expect(shared > 4)
        #expect(batches[0].tokens == ids[0].count + ids[1].count - shared)
    }
}
