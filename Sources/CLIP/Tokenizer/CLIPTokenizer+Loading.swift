public import Checkpoints

extension CLIPTokenizer {
    /// Reads the vocabulary of a model folder.
    ///
    /// - Parameters:
    ///   - region: `merges.txt`, OpenAI's `bpe_simple_vocab_16e6.txt`, or Hugging Face's `tokenizer.json`.
    ///   - file: Name for error messages.
    ///   - configuration: Gives the vocabulary size and the context length.
    /// - Returns: The tokenizer of that vocabulary.
    /// - Throws: ``CLIPError`` with `.badVocabulary`.
    public static func load(
        _ region: ByteRegion, file: String, configuration: TextConfiguration
    ) throws(CLIPError) -> CLIPTokenizer {
        try CLIPTokenizer(
            vocabulary: region, file: file, vocabularySize: configuration.vocabularySize,
            contextLength: configuration.contextLength)
    }

    /// Reads a vocabulary.
    ///
    /// The form is recognised by content. A list of merges begins with a line that holds `#version`; of the following
    /// lines, `left right` each, the first `vocabularySize` − 514 are used, which is how CLIP's 49,408 ids come out of
    /// OpenAI's much longer list (512 byte symbols and two special tokens make up the difference). `tokenizer.json`
    /// brings its own ids.
    ///
    /// - Parameters:
    ///   - region: The file's bytes; not needed afterwards.
    ///   - file: Name for error messages.
    ///   - vocabularySize: Number of ids, at least 514.
    ///   - contextLength: Most ids of a sequence, at least 2.
    /// - Throws: ``CLIPError`` with `.badVocabulary` for a file of another form or size, `.badConfiguration` for sizes
    ///   out of range.
    public init(
        vocabulary region: ByteRegion, file: String, vocabularySize: Int, contextLength: Int
    ) throws(CLIPError) {
        guard vocabularySize >= BPEVocabulary.fixedSymbols, vocabularySize <= Int(Int32.max) else {
            throw CLIPError(
                .badConfiguration,
                "expected a vocabulary of \(BPEVocabulary.fixedSymbols) ids or more, found \(vocabularySize)")
        }
        guard contextLength >= 2 else {
            throw CLIPError(.badConfiguration, "expected a context of 2 tokens or more, found \(contextLength)")
        }
        let bytes = region.bytes
        let vocabulary: BPEVocabulary
        if bytes.starts(with: [0x1F, 0x8B]) {
            throw CLIPError(.badVocabulary, "\(file): expected text, found a gzip file; unpack it first")
        } else if bytes.first(where: { !$0.isJSONWhiteSpace }) == UInt8(ascii: "{") {
            vocabulary = try BPEVocabulary(tokenizerJSON: bytes, file: file, size: vocabularySize)
        } else {
            vocabulary = try BPEVocabulary(mergeList: bytes, file: file, size: vocabularySize)
        }
        self.init(vocabulary: vocabulary, contextLength: contextLength)
    }
}

extension UInt8 {
    fileprivate var isJSONWhiteSpace: Bool { self == 0x20 || self == 0x0A || self == 0x0D || self == 0x09 }
}
