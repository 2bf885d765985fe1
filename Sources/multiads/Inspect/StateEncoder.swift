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

    /// The embedding of one state of an ensemble.
    ///
    /// - Throws: `InspectionModelError` for prompts that the model refuses.
    func embedding(of state: StatePrompts, in ensemble: PromptEnsemble) throws -> Tensor {
        if let known = cache?.embedding(of: state, in: ensemble, embedDim: clip.configuration.embedDim) { return known }
        let prompts = ensemble.prompts(of: state)
        let position = ensemble.states.firstIndex { $0.name == state.name } ?? 0
        let label = "encoding prompts, state \(position + 1) of \(ensemble.states.count)"
        let embedding = try StateEmbeddings.embedding(of: prompts, model: clip) { done in
            progress.advance(label, done, of: prompts.count)
        }
        guard let cache, cacheWorks else { return embedding }
        do {
            try cache.keep(embedding, of: state, in: ensemble)
        } catch {
            // Only speed is lost: the next run encodes again.
            cacheWorks = false
            progress.finish()
            Terminal.standardError.write("multiads: warning: prompts are not cached: \(error)\n")
        }
        return embedding
    }
}
