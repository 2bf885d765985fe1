import AnomalyDetection
import CLIP
import Checkpoints
import Tensors

/// Text embeddings kept on disk, so that a product's prompts are encoded once.
///
/// One safetensors file per state, named by the digest of all that the embedding depends on: weights, vocabulary,
/// activation, number format, noun, phrases and templates. A damaged file counts as absent and is replaced.
struct TextEmbeddingCache {
    /// Where the files are.
    let folder: String
    /// What the embedding depends on besides the prompts.
    let modelKey: String

    /// The folder for caches of this user: `$XDG_CACHE_HOME/multiads`, else `~/.cache/multiads`, else none.
    static func defaultFolder(environment: [String: String]) -> String? {
        // The XDG base directory specification says to ignore a relative path.
        if let base = environment["XDG_CACHE_HOME"], base.hasPrefix("/") { return base + "/multiads" }
        return environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.cache/multiads" : nil }
    }

    /// A cache with a given key for the model.
    init(folder: String, modelKey: String) {
        self.folder = folder
        self.modelKey = modelKey
    }

    /// The embedding of a state, or nil when it was not kept.
    func embedding(of state: StatePrompts, in ensemble: PromptEnsemble, embedDim: Int) -> Tensor? {
        guard let source = try? CheckpointFile.openChecked(path: path(of: state, in: ensemble)),
            let tensor = try? source.tensor(Self.tensorName, shape: [embedDim])
        else { return nil }
        // Copied, because the mapped file may be replaced while the tensor lives.
        return Tensor(shape: tensor.shape, tensor.values)
    }

    /// Keeps an embedding; the file appears complete or not at all.
    func keep(_ embedding: Tensor, of state: StatePrompts, in ensemble: PromptEnsemble) throws {
        try OutputFile.makeFolder(folder + "/text")
        try SafeTensorsWriter.write(
            [SafeTensorsWriter.Entry(Self.tensorName, embedding)],
            metadata: ["noun": ensemble.noun, "state": state.name, "model": modelKey],
            to: path(of: state, in: ensemble), isChecked: true)
    }

    private func path(of state: StatePrompts, in ensemble: PromptEnsemble) -> String {
        let digest = SHA256Digest.of(Array(modelKey.utf8) + [0] + ensemble.digestInput(of: state))
        return "\(folder)/text/\(digest.hex).safetensors"
    }

    private static let tensorName = "embedding"
}
