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
    /// The weights file's digest is computed meanwhile and compared with `digests.json`. When all is packed nothing is left of the mapped file; only
    /// OpenBLAS uses float32 safetensors in place.
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
        let vocabularyDigest = SHA256Digest.of(vocabulary)
        try files.check(vocabularyFile, digest: vocabularyDigest)
        let tokenizer = try CLIPTokenizer.load(
            vocabulary, file: vocabularyFile, configuration: configuration.text)

        let (weightsFile, region) = try files.first(of: weightFileNames, purpose: "model weights")
        progress("reading \(weightsFile)")
        let digest = PendingDigest(of: region)
        do throws(CLIPError) {
            let source: any TensorSource
            do throws(CheckpointError) {
                source = try CanonicalCLIPTensors(try CheckpointFile.open(region: region, name: weightsFile))
            } catch {
                throw CLIPError(.unreadableFile, error.description)
            }
            progress("checking and packing weights")
            return try CLIPModel(
                configuration: configuration, weights: source, tokenizer: tokenizer,
                vocabularyDigest: vocabularyDigest.hex,
                digest: { () throws(CLIPError) in
                    let digest = digest.wait()
                    try files.check(weightsFile, digest: digest)
                    return digest.hex
                },
                arithmetic: arithmetic, threads: threads, releasePages: { region.releasePages() })
        } catch {
            // That a file was changed says more than what is wrong with it now.
            try files.check(weightsFile, digest: digest.wait())
            throw error
        }
    }
}
