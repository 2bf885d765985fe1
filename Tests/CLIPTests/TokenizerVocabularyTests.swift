import CLIP
import Checkpoints
import Foundation
import Testing

@Suite("Vocabulary files")
struct TokenizerVocabularyTests {
    /// A vocabulary of two merges, `a b` and `ab c</w>`.
    private static let mergeList = "#version: 0.2\na b\nab c</w>\n"

    private static func tokenizer(
        _ text: String, size: Int = 516, context: Int = 77
    ) throws(CLIPError) -> CLIPTokenizer {
        try tokenizer(Array(text.utf8), size: size, context: context)
    }

    private static func tokenizer(
        _ bytes: [UInt8], size: Int = 516, context: Int = 77
    ) throws(CLIPError) -> CLIPTokenizer {
        try CLIPTokenizer(
            vocabulary: ByteRegion(bytes), file: "words", vocabularySize: size, contextLength: context)
    }

    @Test("number symbols as CLIP does: bytes, bytes at a word's end, merges, start, end")
    func numbering() throws {
        let tokenizer = try Self.tokenizer(Self.mergeList)
        #expect(tokenizer.vocabularySize == 516)
        #expect(tokenizer.contextLength == 77)
        #expect((tokenizer.startID, tokenizer.endID) == (514, 515))
        // “!” is the first printable byte, so “a” is 64; a word's last byte counts from 256.
        #expect(tokenizer.encode("!") == [514, 256, 515])
        #expect(tokenizer.encode("abc ab abx") == [514, 513, 64, 256 + 65, 512, 256 + 87, 515])
        // U+00AD is C2 AD; AD is the last of the bytes without a printable form.
        #expect(tokenizer.encode("\u{AD}") == [514, 126, 256 + 255, 515])
    }

    @Test("use only as many merges as the vocabulary has room for")
    func surplusMerges() throws {
        let tokenizer = try Self.tokenizer(Self.mergeList, size: 515)
        #expect(tokenizer.encode("abc") == [513, 512, 256 + 66, 514])
    }

    @Test("may end without a newline and may have Windows line ends")
    func lineEnds() throws {
        let expected = try Self.tokenizer(Self.mergeList).encode("abc ab")
        #expect(try Self.tokenizer(String(Self.mergeList.dropLast())).encode("abc ab") == expected)
        #expect(try Self.tokenizer(Self.mergeList.replacing("\n", with: "\r\n")).encode("abc ab") == expected)
    }

    /// A file that is no vocabulary, and what is said about it.
    struct Fault: CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let mentions: String

        init(_ what: String, _ text: String, says mentions: String) {
            (testDescription, bytes, self.mentions) = (what, Array(text.utf8), mentions)
        }

        init(_ what: String, bytes: [UInt8], says mentions: String) {
            (testDescription, self.bytes, self.mentions) = (what, bytes, mentions)
        }
    }

    @Test(
        "are refused with what is wrong",
        arguments: [
            Fault("empty", "", says: "#version"),
            Fault("no header", "a b\nab c</w>\n", says: "#version"),
            Fault("too few merges", "#version: 0.2\na b\n", says: "expected 2 merges for a vocabulary of 516, found 1"),
            Fault("one symbol", "#version: 0.2\na b\nab\n", says: "line 3"),
            Fault("three symbols", "#version: 0.2\na b c\nab c\n", says: "line 2"),
            Fault("blank line", "#version: 0.2\n\na b\nab c\n", says: "line 2"),
            Fault("two spaces", "#version: 0.2\na  b\nab c\n", says: "line 2"),
            Fault("symbol from nowhere", "#version: 0.2\na b\nxy c\n", says: "“xy”"),
            Fault("merge twice", "#version: 0.2\na b\na b\n", says: "“a b” twice"),
            Fault("gzip", bytes: [0x1F, 0x8B, 8, 0, 0], says: "gzip"),
            Fault("not UTF-8", bytes: Array("#version\n".utf8) + [0xC3, 0x28], says: "UTF-8"),
            Fault("cut JSON", #"{"model": {"#, says: "JSON"),
            Fault("JSON without a model", #"{"version": "1.0"}"#, says: "model"),
            Fault("another tokenizer", #"{"model": {"type": "WordPiece"}}"#, says: "byte-pair"),
            Fault(
                "no vocabulary", #"{"model": {"type": "BPE", "end_of_word_suffix": "</w>", "merges": []}}"#,
                says: "vocab"),
            Fault(
                "vocabulary of another size",
                #"{"model": {"type": "BPE", "end_of_word_suffix": "</w>", "vocab": {"a": 0}, "merges": []}}"#,
                says: "expected a vocabulary of 516, found 1 symbols"),
        ])
    func refusals(fault: Fault) {
        let error = #expect(throws: CLIPError.self) { try Self.tokenizer(fault.bytes) }
        #expect(error?.code == .badVocabulary)
        #expect(error?.description.contains("words: expected") == true)
        #expect(error?.description.contains(fault.mentions) == true)
    }

    @Test("need sizes that make sense", arguments: [(513, 77), (-1, 77), (Int.max, 77), (516, 1), (516, -3)])
    func sizes(size: Int, context: Int) {
        let error = #expect(throws: CLIPError.self) { try Self.tokenizer(Self.mergeList, size: size, context: context) }
        #expect(error?.code == .badConfiguration)
    }

    // MARK: - tokenizer.json

    /// The golden vocabulary as Hugging Face writes it, with ids counted from the other end.
    private static func tokenizerJSON(
        _ golden: TokenizerGolden, pairs: Bool, change: (inout [String: Any]) -> Void = { _ in }
    ) throws -> [UInt8] {
        let lines = try String(contentsOf: TokenizerGolden.folder.appending(path: "small-merges.txt"), encoding: .utf8)
            .split(separator: "\n").dropFirst()
        let printable = Array(0x21...0x7E) + Array(0xA1...0xAC) + Array(0xAE...0xFF)
        let symbols = (printable + Array(0x100...0x143)).compactMap { Unicode.Scalar(UInt32($0)).map(String.init) }
        let spellings =
            symbols + symbols.map { $0 + "</w>" } + lines.map { $0.filter { $0 != " " } }
            + ["<|startoftext|>", "<|endoftext|>"]
        let last = spellings.count - 1
        var model: [String: Any] = [
            "type": "BPE", "end_of_word_suffix": "</w>",
            "vocab": Dictionary(uniqueKeysWithValues: spellings.enumerated().map { ($1, last - $0) }),
            "merges": pairs ? lines.map { $0.split(separator: " ").map(String.init) } : lines.map(String.init),
        ]
        change(&model)
        return Array(try JSONSerialization.data(withJSONObject: ["version": "1.0", "model": model]))
    }

    @Test(
        "tokenizer.json gives its own ids for the same symbols, with merges in either form", arguments: [false, true])
    func readsTokenizerJSON(pairs: Bool) throws {
        let golden = try TokenizerGolden()
        let size = golden.smallVocabularySize
        let list = try golden.smallTokenizer()
        let json = try Self.tokenizer(Self.tokenizerJSON(golden, pairs: pairs), size: size)
        #expect((json.startID, json.endID) == (1, 0))
        for text in golden.strings.prefix(400) {
            #expect(json.encode(text) == list.encode(text).map { Int32(size - 1) - $0 }, "for \(text.debugDescription)")
        }
    }

    @Test("tokenizer.json with a repeated id, an id out of range or no end token is refused", arguments: 0..<3)
    func refusesTokenizerJSON(fault: Int) throws {
        let golden = try TokenizerGolden()
        let bytes = try Self.tokenizerJSON(golden, pairs: false) { model in
            var vocabulary = model["vocab"] as? [String: Int] ?? [:]
            switch fault {
            case 0: vocabulary["a"] = vocabulary["b"]
            case 1: vocabulary["a"] = vocabulary.count
            default: vocabulary["<|end|>"] = vocabulary.removeValue(forKey: "<|endoftext|>")
            }
            model["vocab"] = vocabulary
        }
        let error = #expect(throws: CLIPError.self) { try Self.tokenizer(bytes, size: golden.smallVocabularySize) }
        #expect(error?.code == .badVocabulary)
        #expect(error?.description.contains(fault == 2 ? "<|endoftext|>" : "distinct ids") == true)
    }
}
