import AnomalyDetection
import Foundation
import Tensors
import Testing

@testable import multiads

@Suite("Prompt cache on disk")
struct TextEmbeddingCacheTests {
    let folder = FileManager.default.temporaryDirectory.appending(path: "multiads-cache-\(UUID().uuidString)").path
    let tensor = Tensor(shape: [3], [1, 2, 3])

    private func ensemble(noun: String = "cable", phrase: String = "bent {}") throws -> PromptEnsemble {
        try PromptEnsemble(
            noun: noun,
            states: [
                StatePrompts(name: "normal", phrases: [try PromptText("{}")]),
                StatePrompts(name: "bent", phrases: [try PromptText(phrase)]),
            ], templates: PromptTemplates([try PromptText("a photo of a {}.")]))
    }

    @Test("an embedding is found under the same model, noun and phrases only")
    func keys() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let cache = TextEmbeddingCache(folder: folder, modelKey: "model")
        let product = try ensemble()
        try cache.keep(tensor, of: product.states[1], in: product)
        #expect(cache.embedding(of: product.states[1], in: product, embedDim: 3)?.values == [1, 2, 3])
        #expect(cache.embedding(of: product.states[0], in: product, embedDim: 3) == nil)
        #expect(cache.embedding(of: product.states[1], in: product, embedDim: 4) == nil)
        for other in [try ensemble(noun: "screw"), try ensemble(phrase: "a bent {}")] {
            #expect(cache.embedding(of: other.states[1], in: other, embedDim: 3) == nil)
        }
        let otherModel = TextEmbeddingCache(folder: folder, modelKey: "other")
        #expect(otherModel.embedding(of: product.states[1], in: product, embedDim: 3) == nil)
    }

    @Test("a damaged file counts as absent and is replaced")
    func damage() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let cache = TextEmbeddingCache(folder: folder, modelKey: "model")
        let product = try ensemble()
        try cache.keep(tensor, of: product.states[1], in: product)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder + "/text")
        let file = folder + "/text/" + (try #require(files.first))
        var flipped = try Data(contentsOf: URL(filePath: file))
        flipped[flipped.count - 2] ^= 1
        try flipped.write(to: URL(filePath: file))
        #expect(cache.embedding(of: product.states[1], in: product, embedDim: 3) == nil)
        try Data("damaged".utf8).write(to: URL(filePath: file))
        #expect(cache.embedding(of: product.states[1], in: product, embedDim: 3) == nil)
        try cache.keep(tensor, of: product.states[1], in: product)
        #expect(cache.embedding(of: product.states[1], in: product, embedDim: 3)?.values == [1, 2, 3])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/text").count == 1)
    }

    @Test("the folder follows the XDG specification")
    func location() {
        #expect(TextEmbeddingCache.defaultFolder(environment: ["XDG_CACHE_HOME": "/x", "HOME": "/h"]) == "/x/multiads")
        #expect(
            TextEmbeddingCache.defaultFolder(environment: ["XDG_CACHE_HOME": "x", "HOME": "/h"]) == "/h/.cache/multiads"
        )
        #expect(TextEmbeddingCache.defaultFolder(environment: [:]) == nil)
    }
}
