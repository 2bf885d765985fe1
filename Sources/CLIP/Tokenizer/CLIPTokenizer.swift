/// CLIP's tokenizer: clean, split into words, split words by byte-pair encoding.
///
/// Gives the ids of OpenCLIP's `SimpleTokenizer` for every text that is already proper Unicode. The one difference is
/// left out on purpose: OpenCLIP's cleaning also guesses at text that was decoded with the wrong encoding
/// ("mojibake", as in "sÃ³" for "só"); here such text is taken as it stands.
///
/// Byte-pair encoding: Sennrich et al. 2016; over bytes: Radford et al. 2019, section 2.2.
public struct CLIPTokenizer: Sendable {
    /// Most token ids that ``encode(_:)`` returns, start and end included.
    public let contextLength: Int
    /// Number of token ids; all ids are below it.
    public var vocabularySize: Int { vocabulary.size }
    /// The id that begins every sequence.
    public var startID: Int32 { vocabulary.startID }
    /// The id that ends every sequence.
    public var endID: Int32 { vocabulary.endID }

    /// Scalars of a text that are looked at; the rest lies far beyond any context, and the bound keeps hostile text cheap.
    static let maximumTextLength = 4096

    private let vocabulary: BPEVocabulary
    private let encoder: BytePairEncoder

    init(vocabulary: BPEVocabulary, contextLength: Int) {
        self.vocabulary = vocabulary
        self.contextLength = contextLength
        encoder = BytePairEncoder(vocabulary)
    }

    /// Token ids of a text, without padding: start, the text's tokens, end.
    ///
    /// A text with more tokens than the context holds is cut, and the last id is the end's all the same.
    ///
    /// - Parameter text: Any text, empty included.
    /// - Returns: 2 to ``contextLength`` ids.
    public func encode(_ text: String) -> [Int32] {
        var ids = start(of: text)
        if ids.count >= contextLength { ids.removeLast(ids.count - contextLength + 1) }
        ids.append(vocabulary.endID)
        return ids
    }

    /// Whether ``encode(_:)`` cuts a text, because it has more tokens than the context holds.
    public func cuts(_ text: String) -> Bool { start(of: text).count >= contextLength }

    /// Token ids of a text without the end's, those that do not matter any more for the context left out.
    private func start(of text: String) -> [Int32] {
        let cleaned = TextCleaning.clean(text.unicodeScalars.prefix(Self.maximumTextLength))
        var tokens = PreTokenizer(cleaned)
        var ids = [vocabulary.startID]
        while ids.count < contextLength, let token = tokens.next() {
            switch token {
            case .start: ids.append(vocabulary.startID)
            case .end: ids.append(vocabulary.endID)
            case .word(let utf8): ids += encoder.encode(utf8)
            }
        }
        return ids
    }

    /// Token ids of several texts, each as ``encode(_:)`` gives them.
    ///
    /// - Parameter texts: In any number.
    /// - Returns: As many sequences, in the same order, of differing lengths.
    public func encode(_ texts: [String]) -> [[Int32]] { texts.map { encode($0) } }
}
