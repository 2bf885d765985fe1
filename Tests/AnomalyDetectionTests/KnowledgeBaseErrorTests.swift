import AnomalyDetection
import Testing

@Suite("A faulty knowledge base file")
struct KnowledgeBaseErrorTests {
    /// A file, and what is said about it.
    struct Fault: CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let code: KnowledgeBaseError.Code
        var path = ""
        var mentions = ""

        init(
            _ what: String, _ text: String, _ code: KnowledgeBaseError.Code, _ path: String = "",
            says mentions: String = ""
        ) {
            testDescription = what
            self.text = text
            self.code = code
            self.path = path
            self.mentions = mentions
        }

        /// A dataset `x` with these defect types and further members.
        static func dataset(_ types: String, _ more: String = "") -> String {
            #"{"format": 1, "kind": "dataset", "name": "x", "defectTypes": [\#(types)]\#(more.isEmpty ? "" : ", " + more)}"#
        }

        static let good = #"{"name": "kink", "phrases": ["{} has a kink"]}"#
    }

    @Test(
        "is refused with its code and place",
        arguments: [
            Fault("empty file", "", .notJSON, "line 1"),
            Fault("trailing comma", "{\n\"format\": 1,\n}", .notJSON, "line 3"),
            Fault("key twice", "{\"format\": 1,\n \"format\": 1}", .duplicateKey, "line 2", says: "format"),
            Fault("not an object", "[]", .wrongType),
            Fault("no format", #"{"kind": "dataset"}"#, .missingKey, says: "format"),
            Fault("no kind", #"{"format": 1}"#, .missingKey, says: "kind"),
            Fault("later format", #"{"format": 2, "kind": "dataset"}"#, .unsupportedFormat, "format", says: "2"),
            Fault("unknown kind", #"{"format": 1, "kind": "words"}"#, .unsupportedFormat, "kind", says: "words"),
            Fault("no name", #"{"format": 1, "kind": "dataset"}"#, .missingKey, says: "name"),
            Fault("bad name", #"{"format": 1, "kind": "dataset", "name": "My Plant"}"#, .badName, "name"),
            Fault("misspelt key", Fault.dataset(Fault.good, #""product": []"#), .unknownKey, says: "“products”"),
            Fault(
                "misspelt key in a type", Fault.dataset(#"{"name": "kink", "phrases": ["{}"], "rawName": ["k"]}"#),
                .unknownKey, "defectTypes[0]", says: "“rawNames”"),
            Fault("no types", Fault.dataset(""), .tooFewEntries, "defectTypes"),
            Fault(
                "no phrases key", Fault.dataset(#"{"name": "kink"}"#), .missingKey, "defectTypes[0]", says: "phrases"),
            Fault(
                "no phrases", Fault.dataset(#"{"name": "kink", "phrases": []}"#), .tooFewEntries,
                "defectTypes[0].phrases"),
            Fault(
                "empty phrase", Fault.dataset(Fault.good + #", {"name": "b", "phrases": ["{}", " "]}"#), .emptyText,
                "defectTypes[1].phrases[1]"),
            Fault(
                "phrase without a gap", Fault.dataset(#"{"name": "kink", "phrases": ["a kink"]}"#), .badPlaceholder,
                "defectTypes[0].phrases[0]", says: "a kink"),
            Fault(
                "phrase with two gaps", Fault.dataset(#"{"name": "kink", "phrases": ["{} on {}"]}"#), .badPlaceholder,
                "defectTypes[0].phrases[0]"),
            Fault(
                "phrase with a stray brace", Fault.dataset(#"{"name": "kink", "phrases": ["{} {kink"]}"#),
                .badPlaceholder,
                "defectTypes[0].phrases[0]"),
            Fault(
                "endless phrase",
                Fault.dataset(#"{"name": "kink", "phrases": ["{}\#(String(repeating: "a", count: 500))"]}"#),
                .textTooLong, "defectTypes[0].phrases[0]", says: "502"),
            Fault(
                "phrase twice", Fault.dataset(#"{"name": "kink", "phrases": ["{} a", "{} a"]}"#), .duplicate,
                "defectTypes[0].phrases[1]"),
            Fault(
                "phrase of another type", Fault.dataset(#"{"name": "kink", "phrases": [7]}"#), .wrongType,
                "defectTypes[0].phrases[0]", says: "7"),
            Fault(
                "type name twice", Fault.dataset(Fault.good + "," + Fault.good), .duplicate, "defectTypes[1]",
                says: "kink"),
            Fault(
                "type name with a space", Fault.dataset(#"{"name": "deep kink", "phrases": ["{}"]}"#), .badName,
                "defectTypes[0].name", says: "deep kink"),
            Fault(
                "unknown size",
                Fault.dataset(#"{"name": "kink", "phrases": ["{}"], "attributes": {"size": ["huge"]}}"#), .badValue,
                "defectTypes[0].attributes.size[0]", says: "large"),
            Fault(
                "own phrase that is not a phrase",
                Fault.dataset(#"{"name": "kink", "phrases": ["{}"], "own": ["{} x"]}"#), .unknownReference,
                "defectTypes[0].own[0]"),
            Fault(
                "own that is neither true nor a list",
                Fault.dataset(#"{"name": "kink", "phrases": ["{}"], "own": false}"#), .wrongType, "defectTypes[0].own"),
            Fault(
                "product with an unknown type",
                Fault.dataset(Fault.good, #""products": [{"name": "p", "defectTypes": ["kink", "knik"]}]"#),
                .unknownReference, "products[0].defectTypes[1]", says: "did you mean “kink”?"),
            Fault(
                "product twice",
                Fault.dataset(
                    Fault.good,
                    #""products": [{"name": "p", "defectTypes": ["kink"]}, {"name": "p", "defectTypes": ["kink"]}]"#),
                .duplicate, "products[1]"),
            Fault(
                "raw name of two types",
                Fault.dataset(
                    #"{"name": "a", "phrases": ["{}"], "rawNames": ["k"]}, {"name": "b", "phrases": ["{}"], "rawNames": ["j", "k"]}"#
                ),
                .duplicate, "defectTypes[0].rawNames[0]", says: "“b”"),
            Fault(
                "raw name that means normal",
                Fault.dataset(
                    #"{"name": "a", "phrases": ["{}"], "rawNames": ["good"]}"#, #""normalRawNames": ["good"]"#),
                .duplicate, "defectTypes[0].rawNames[0]", says: "normal"),
            Fault(
                "variant that keeps no phrase",
                Fault.dataset(Fault.good, #""variants": [{"name": "v", "summary": "s", "phrasesPerType": 0}]"#),
                .badValue,
                "variants[0].phrasesPerType"),
            Fault(
                "variant of an unknown type",
                Fault.dataset(
                    Fault.good, #""variants": [{"name": "v", "summary": "s", "rawNames": {"f": "bend"}}]"#),
                .unknownReference, "variants[0].rawNames.f", says: "bend"),
            Fault(
                "variant of an unknown product",
                Fault.dataset(
                    Fault.good, #""variants": [{"name": "v", "summary": "s", "products": {"p": ["kink"]}}]"#),
                .unknownReference, "variants[0].products", says: "“p”"),
            Fault(
                "template without a gap", #"{"format": 1, "kind": "templates", "templates": ["a photo."]}"#,
                .badPlaceholder, "templates[0]"),
            Fault("no templates", #"{"format": 1, "kind": "templates", "templates": []}"#, .tooFewEntries, "templates"),
            Fault(
                "note that is no text",
                #"{"format": 1, "kind": "normalStates", "phrases": ["{}"], "note": 1}"#, .wrongType, "note"),
        ])
    func refusal(fault: Fault) throws {
        var knowledge = try KnowledgeBase.builtIn()
        let before = knowledge
        let error = #expect(throws: KnowledgeBaseError.self) {
            try knowledge.merge(file: "mine.json", bytes: Array(fault.text.utf8))
        }
        #expect(error?.code == fault.code)
        #expect(error?.file == "mine.json")
        #expect(error?.path == fault.path)
        #expect(error?.description.contains(fault.mentions) == true || fault.mentions.isEmpty)
        #expect(knowledge == before)
    }

    @Test("that is cut anywhere is refused as not JSON")
    func everyPrefix() throws {
        let text = Array(Fault.dataset(Fault.good, #""products": [{"name": "p", "defectTypes": ["kink"]}]"#).utf8)
        var knowledge = try KnowledgeBase.builtIn()
        for length in 0..<text.count {
            let error = #expect(throws: KnowledgeBaseError.self) {
                try knowledge.merge(file: "cut.json", bytes: Array(text.prefix(length)))
            }
            #expect(error?.code == .notJSON)
        }
        try knowledge.merge(file: "whole.json", bytes: text)
    }

    @Test("among files that make up no knowledge base is named by what is missing")
    func incomplete() {
        let error = #expect(throws: KnowledgeBaseError.self) {
            try KnowledgeBase(files: [("x.json", Array(Fault.dataset(Fault.good).utf8))])
        }
        #expect(error?.code == .incomplete)
        #expect(error?.found == "no templates, no normal states")
    }
}
