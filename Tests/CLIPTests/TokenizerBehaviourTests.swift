import CLIP
import Testing

@Suite("Tokenizing a text")
struct TokenizerBehaviourTests {
    private let tokenizer: CLIPTokenizer

    init() throws { tokenizer = try TokenizerGolden().smallTokenizer() }

    /// Two spellings that CLIP's cleaning makes one.
    @Test(
        "ignores differences that cleaning removes",
        arguments: [
            ("Metal  NUT\t\n", "metal nut"), ("e\u{301}clat", "éclat"), ("don’t", "don't"), ("ﬁlm", "film"),
            ("ＡＢＣ　１２", "abc 12"), ("ｶﾞ", "ガ"), ("a &lt; b", "a < b"), ("a &amp;lt; b", "a < b"),
            ("&EACUTE;clat", "éclat"), ("&copyleft", "©left"), ("&#x41;&#66;", "ab"), ("&#150;", "–"),
            ("bell\u{7}", "bell"), ("\u{1B}[31mred\u{1B}[0m", "red"), ("ΟΔΟΣ", "οδος"), ("\u{FEFF}cable", "cable"),
            ("a\u{2028}b", "a b"), ("\u{91}x\u{92}", "'x'"),
        ])
    func cleaning(raw: String, clean: String) {
        #expect(tokenizer.encode(raw) == tokenizer.encode(clean))
    }

    @Test(
        "keeps apart what looks alike",
        arguments: [("metal_nut", "metal nut"), ("pcb1", "pcb l"), ("æ", "ae"), ("σας", "σασ"), ("&copy", "&cop")])
    func distinctions(one: String, other: String) {
        #expect(tokenizer.encode(one) != tokenizer.encode(other))
    }

    @Test("makes every digit a word", arguments: [("12", "1 2"), ("pcb1", "pcb 1"), ("½", " ½ "), ("٣٤", "٣ ٤")])
    func digits(joined: String, apart: String) {
        #expect(tokenizer.encode(joined) == tokenizer.encode(apart))
    }

    @Test(
        "gives start and end alone for a text without words", arguments: ["", " ", "\n\t ", "\u{0}", "\u{345}", "&#1;"])
    func empty(text: String) {
        #expect(tokenizer.encode(text) == [tokenizer.startID, tokenizer.endID])
    }

    @Test("knows the special tokens by their names")
    func specials() {
        let ids = tokenizer.encode("<START_OF_TEXT><end_of_text>")
        #expect(ids == [tokenizer.startID, tokenizer.startID, tokenizer.endID, tokenizer.endID])
    }

    @Test("cuts to the context and ends with the end token", arguments: [2, 3, 10, 77])
    func cut(context: Int) throws {
        let short = try TokenizerGolden().smallTokenizer(contextLength: context)
        let text = String(repeating: "1 ", count: 200)
        let ids = short.encode(text)
        #expect(ids.count == context)
        #expect(ids.last == short.endID)
        #expect(ids.dropLast() == tokenizer.encode(text).prefix(context - 1))
        // Start and end take two; what fills the rest is not cut.
        #expect(!short.cuts(String(repeating: "1 ", count: context - 2)))
        #expect(short.cuts(String(repeating: "1 ", count: context - 1)) && short.cuts(text))
    }

    @Test("gives a batch's texts the ids they have alone, from several threads too")
    func batch() async throws {
        let strings = try TokenizerGolden().strings
        let alone = strings.map { tokenizer.encode($0) }
        #expect(tokenizer.encode(strings) == alone)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 { group.addTask { [tokenizer] in tokenizer.encode(strings) == alone } }
            for try await same in group { #expect(same) }
        }
    }

    @Test(
        "stays quick on hostile text", .timeLimit(.minutes(1)),
        arguments: ["a", "&amp;", "é\u{301}", "&", "1", "'s", "&#x", "<", "𝒥"])
    func hostile(piece: String) {
        let ids = tokenizer.encode("&" + String(repeating: piece, count: 1_000_000))
        #expect((2...77).contains(ids.count))
        let nested = "&" + String(repeating: "amp;", count: 1_000_000)
        #expect((2...77).contains(tokenizer.encode(nested).count))
    }
}
