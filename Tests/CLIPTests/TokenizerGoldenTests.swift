import CLIP
import Checkpoints
import Foundation
import Testing

@Suite("Tokenizer against OpenCLIP's ids")
struct TokenizerGoldenTests {
    @Test("small vocabulary: every golden string gives OpenCLIP's ids")
    func smallVocabulary() throws {
        let golden = try TokenizerGolden()
        let tokenizer = try golden.smallTokenizer()
        #expect(golden.strings.count >= 2000)
        try golden.check(tokenizer, against: "small-ids.txt")
    }

    @Test(
        "OpenAI's vocabulary: every golden string gives OpenCLIP's ids", .enabled(if: TokenizerGolden.mergesPath != nil)
    )
    func fullVocabulary() throws {
        try TokenizerGolden().check(Self.fullTokenizer(), against: "clip-ids.txt")
    }

    @Test(
        "OpenAI's vocabulary: known ids", .enabled(if: TokenizerGolden.mergesPath != nil),
        arguments: [
            ("a diagram", [49406, 320, 22697, 49407]),
            ("hello world!", [49406, 3306, 1002, 256, 49407]),
            ("a bad photo of a bottle.", [49406, 320, 2103, 1125, 539, 320, 5392, 269, 49407]),
            (
                "a photo of the flawless metal_nut.",
                [49406, 320, 1125, 539, 518, 15531, 4044, 318, 6491, 269, 49407]
            ),
            (
                "this is one pipe_fryum has a scratch defect in the scene.",
                [
                    49406, 589, 533, 637, 10459, 318, 936, 7259, 791, 320, 13258, 44013, 530, 518, 3562, 269, 49407,
                ]
            ),
            (
                "a jpeg corrupted photo of a Obesobeso with a stain defect.",
                [
                    49406, 320, 73, 11207, 30429, 775, 1125, 539, 320, 11897, 759, 571, 706, 593, 320, 14603, 44013,
                    269, 49407,
                ]
            ),
            ("a photo of my transistor1.", [49406, 320, 1125, 539, 607, 32236, 17740, 272, 269, 49407]),
        ] as [(String, [Int32])])
    func knownIDs(text: String, expected: [Int32]) throws {
        #expect(try Self.fullTokenizer().encode(text) == expected)
    }

    private static func fullTokenizer() throws -> CLIPTokenizer {
        let path = try #require(TokenizerGolden.mergesPath)
        return try CLIPTokenizer(
            vocabulary: ByteRegion.map(path: path), file: path, vocabularySize: 49408, contextLength: 77)
    }
}

/// The files that Tools/golden/make_tokenizer_goldens.py makes.
struct TokenizerGolden: Decodable {
    let contextLength: Int
    let smallVocabularySize: Int
    let strings: [String]

    /// Path of OpenAI's vocabulary as plain text; it is not part of this repository.
    static let mergesPath = ProcessInfo.processInfo.environment["MULTIADS_CLIP_MERGES"]

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Fixtures/Tokenizer").standardizedFileURL

    init() throws {
        self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: Self.folder.appending(path: "strings.json")))
    }

    func smallTokenizer(contextLength: Int? = nil) throws -> CLIPTokenizer {
        try CLIPTokenizer(
            vocabulary: .map(path: Self.folder.appending(path: "small-merges.txt").path), file: "small-merges.txt",
            vocabularySize: smallVocabularySize, contextLength: contextLength ?? self.contextLength)
    }

    func check(_ tokenizer: CLIPTokenizer, against file: String) throws {
        let rows = try String(contentsOf: Self.folder.appending(path: file), encoding: .utf8)
            .split(separator: "\n").map { $0.split(separator: " ").compactMap { Int32($0) } }
        try #require(rows.count == strings.count)
        for (text, expected) in zip(strings, rows) {
            let found = tokenizer.encode(text)
            #expect(found == expected, "for \(text.debugDescription)")
        }
    }
}
