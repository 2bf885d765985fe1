import AnomalyDetection
import CLIP
import Tensors

/// Encodes the prompts of states, each once: what the cache has is taken from there.
final class StateEncoder {
    private let clip: CLIPModel
    private let cache: TextEmbeddingCache?
    private let progress: ProgressReporter
    private var cacheWorks = true

    /// - Parameters:
    ///   - clip: Encodes what the cache does not have.
    ///   - cache: Asked first and filled; nil for none.
    ///   - progress: Shows the advance.
    init(clip: CLIPModel, cache: TextEmbeddingCache?, progress: ProgressReporter) {
        self.clip = clip
        self.cache = cache
        self.progress = progress
    }

    /// The embeddings of an ensemble's states, one column each.
    ///
    /// What the cache does not have is encoded together, which is much less work than state by state.
    ///
    /// - Throws: `InspectionModelError` for prompts that the model refuses.
    func embeddings(of ensemble: PromptEnsemble) throws -> StateEmbeddings {
        var columns = ensemble.states.map { state in
            cache?.embedding(of: state, in: ensemble, embedDim: clip.configuration.embedDim)
        }
        let missing = columns.indices.filter { columns[$0] == nil }
        let prompts = missing.map { ensemble.prompts(of: ensemble.states[$0]) }
        for (index, prompts) in zip(missing, prompts) {
            guard let cut = CutPrompts(prompts, tokenizer: clip.tokenizer) else { continue }
            warn("\(ensemble.states[index].name): \(cut)")
        }
        let total = prompts.reduce(0) { $0 + $1.count }
        let encoded = try StateEmbeddings.embeddings(of: prompts, model: clip) { done in
            progress.advance("encoding prompts of \(ensemble.noun)", done, of: total)
        }
        for (index, embedding) in zip(missing, encoded) {
            columns[index] = embedding
            keep(embedding, of: ensemble.states[index], in: ensemble)
        }
        return try StateEmbeddings(
            zip(ensemble.states, columns).compactMap { state, column in column.map { (state.name, $0) } })
    }

    private func keep(_ embedding: Tensor, of state: StatePrompts, in ensemble: PromptEnsemble) {
        guard let cache, cacheWorks else { return }
        do {
            try cache.keep(embedding, of: state, in: ensemble)
        } catch {
            // Only speed is lost: the next run encodes again.
            cacheWorks = false
            warn("prompts are not cached: \(error)")
        }
    }

    private func warn(_ text: String) {
        progress.finish()
        Terminal.standardError.write("multiads: warning: \(text)\n")
    }
}
