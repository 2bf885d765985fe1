import Checkpoints
public import Tensors

extension CLIPModel {
    /// Names of weight files, the preferred one first.
    public static let weightFileNames = [
        "open_clip_model.safetensors", "model.safetensors", "open_clip_pytorch_model.bin", "pytorch_model.bin",
    ]
    /// Names of vocabulary files, the preferred one first.
    public static let vocabularyFileNames = ["merges.txt", "tokenizer.json", "bpe_simple_vocab_16e6.txt"]

    /// Loads a model from a folder in OpenCLIP's hub layout or in Hugging Face's CLIPModel layout.
    ///
    /// float32 safetensors are used in place, from the mapped file.
    ///
    /// - Parameters:
    ///   - files: `open_clip_config.json` or `config.json`, a weights file and a vocabulary.
    ///   - activation: Overrides the configuration's; nil keeps it.
    ///   - arithmetic: Engine and precision of the image tower; float32 weights of OpenBLAS are used in place, others are packed copies.
    ///   - threads: Workers that both towers use.
    ///   - progress: Told what is being done, for slow disks and large models.
    /// - Returns: The checked model.
    /// - Throws: ``CLIPError``, naming the file and what is wrong with it.
    public static func load(
        _ files: ModelFiles, activation: Activation? = nil, arithmetic: Arithmetic = .reference,
        threads: ComputeThreads,
        progress: (String) -> Void = { _ in }
    ) throws(CLIPError) -> CLIPModel {
        var configuration = try CLIPConfiguration.load(files)
        if let activation { configuration.activation = activation }

        let (vocabularyFile, vocabulary) = try files.first(of: vocabularyFileNames, purpose: "a vocabulary")
        let tokenizer = try CLIPTokenizer.load(
            vocabulary, file: vocabularyFile, configuration: configuration.text)

        let (weightsFile, region) = try files.first(of: weightFileNames, purpose: "model weights")
        progress("reading \(weightsFile)")
        // Pages that were read once and packed elsewhere would count as this process's memory for ever.
        let digest = SHA256Digest.of(region) { _ in region.releasePages() }.hex
        let source: any TensorSource
        do {
            source = try CanonicalCLIPTensors(try CheckpointFile.open(region: region, name: weightsFile))
        } catch {
            throw CLIPError(.unreadableFile, error.description)
        }
        progress("checking weights")
        return try CLIPModel(
            configuration: configuration, weights: source, tokenizer: tokenizer, digest: digest,
            vocabularyDigest: SHA256Digest.of(vocabulary).hex, arithmetic: arithmetic, threads: threads,
            releasePages: { region.releasePages() })
    }
}
