import AnomalyDetection
import CLIP
import Checkpoints
import Tensors

/// Times the text tower on all prompts of one product.
struct PromptBenchmark {
    /// What was measured.
    struct Result {
        let prompts: Int
        /// Tokens of the prompts, the marks of beginning and end included.
        let tokens: Int
        /// Tokens that went through the tower: common beginnings once, as often as they begin a batch.
        let computedTokens: Int
        /// One entry per pass over all prompts, from texts to embeddings.
        let seconds: [Double]
        /// Largest resident memory of this process so far, in bytes.
        let peakBytes: Int

        /// Of all passes together.
        var promptsPerSecond: Double { Double(prompts * seconds.count) / seconds.reduce(0, +) }
    }

    let model: CLIPModel
    let prompts: [String]

    /// The prompts of a product with all defect types of a dataset.
    ///
    /// - Throws: `KnowledgeBaseError` for a dataset that is not built in, or an empty noun.
    static func prompts(dataset: String, noun: String) throws -> [String] {
        let knowledge = try KnowledgeBase.builtIn()
        let dataset = try knowledge.dataset(named: dataset)
        let ensemble = try knowledge.promptEnsemble(noun: noun, defectTypes: dataset.defectTypes, dataset: dataset)
        return ensemble.states.flatMap(ensemble.prompts(of:))
    }

    /// Encodes one batch to warm up, then all prompts `repeats` times.
    ///
    /// - Parameters:
    ///   - repeats: At least 1.
    ///   - output: File for the embeddings and the prompts, so that others can be compared; nil for none.
    ///   - progress: Shows the advance.
    /// - Returns: The measurements.
    /// - Throws: `CLIPError`, or `CheckpointError` when the file cannot be written.
    func run(repeats: Int, output: String?, progress: ProgressReporter) throws -> Result {
        let batches = try model.plan(texts: prompts)
        progress.step("warming up")
        if let first = batches.first { _ = try model.text.encode(first) }
        var seconds: [Double] = []
        for pass in 0..<repeats {
            let watch = Stopwatch()
            let embeddings = try model.encode(texts: prompts) { done in
                progress.advance("pass \(pass + 1) of \(repeats)", done, of: prompts.count)
            }
            seconds.append(watch.seconds)
            if let output, pass == 0 {
                try SafeTensorsWriter.write(
                    [SafeTensorsWriter.Entry("embeddings", embeddings)],
                    metadata: ["prompts": prompts.joined(separator: "\n")], to: output)
            }
        }
        return Result(
            prompts: prompts.count, tokens: prompts.reduce(0) { $0 + model.tokenizer.encode($1).count },
            computedTokens: batches.reduce(0) { $0 + $1.tokens }, seconds: seconds,
            peakBytes: TowerBenchmark.peakBytes())
    }
}
