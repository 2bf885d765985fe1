import AnomalyDetection
import Testing

@Suite("A user's own file")
struct KnowledgeBaseMergeTests {
    private static func merged(_ text: String) throws -> KnowledgeBase {
        var knowledge = try KnowledgeBase.builtIn()
        try knowledge.merge(file: "mine.json", bytes: Array(text.utf8))
        return knowledge
    }

    @Test("replaces a built-in type in its place and adds new ones at the end")
    func mergesTypes() throws {
        let knowledge = try Self.merged(
            #"""
            {"format": 1, "kind": "dataset", "name": "general", "defectTypes": [
              {"name": "kink", "phrases": ["{} has a kink"]},
              {"name": "crack", "title": "Riss", "phrases": ["{} is cracked"]}]}
            """#)
        let before = try KnowledgeBase.builtIn().dataset(named: "general")
        let after = try knowledge.dataset(named: "general")
        #expect(after.defectTypes.map(\.name) == before.defectTypes.map(\.name) + ["kink"])
        #expect(try after.defectType(named: "crack").title == "Riss")
        #expect(try after.defectType(named: "crack").phrases.map(\.text) == ["{} is cracked"])
        #expect(try after.defectType(named: "kink").title == "Kink")
        #expect(after.source == before.source)
    }

    @Test("may add products to a built-in dataset that use its types")
    func mergesProducts() throws {
        let knowledge = try Self.merged(
            #"""
            {"format": 1, "kind": "dataset", "name": "mpdd",
             "products": [{"name": "clip-7", "noun": "clip", "defectTypes": ["scratch", "rust"]}]}
            """#)
        let types = try knowledge.dataset(named: "mpdd").defectTypes(ofProduct: "clip-7")
        #expect(types.map(\.name) == ["scratch", "rust"])
    }

    @Test("with normal phrases of its own changes that dataset only")
    func ownNormalPhrases() throws {
        let knowledge = try Self.merged(
            #"""
            {"format": 1, "kind": "dataset", "name": "mine", "normalPhrases": ["clean {}"],
             "defectTypes": [{"name": "kink", "phrases": ["{} has a kink"]}]}
            """#)
        let mine = try knowledge.dataset(named: "mine")
        #expect(knowledge.normalPhrases(for: mine).map(\.text) == ["clean {}"])
        #expect(try knowledge.normalPhrases(for: knowledge.dataset(named: "visa")).count == 10)
        let ensemble = try knowledge.promptEnsemble(noun: "hose", defectTypes: mine.defectTypes, dataset: mine)
        #expect(ensemble.prompts(of: ensemble.states[0]).first == "a bad photo of a clean hose.")
    }
}

@Suite("Finding a defect type")
struct DefectTypeLookupTests {
    private let builtIn: KnowledgeBase

    init() throws { builtIn = try KnowledgeBase.builtIn() }

    @Test("prefers the general dataset, then takes the first that has it")
    func order() throws {
        #expect(
            try builtIn.defectType(named: "bent")
                == builtIn.dataset(named: KnowledgeBase.generalDataset).defectType(named: "bent"))
        #expect(
            try builtIn.defectType(named: "squeeze") == builtIn.dataset(named: "mvtec-ad").defectType(named: "squeeze"))
    }

    @Test(
        "suggests the nearest name",
        arguments: [("scrach", "scratch"), ("Crack", "crack"), ("miss1ng", "missing"), ("sqeeze", "squeeze")])
    func suggestions(typed: String, meant: String) {
        let error = #expect(throws: KnowledgeBaseError.self) { try builtIn.defectType(named: typed) }
        #expect(error?.code == .notFound)
        #expect(error?.description.contains("did you mean “\(meant)”?") == true)
    }

    @Test("lists what there is when nothing is near")
    func noSuggestion() {
        let error = #expect(throws: KnowledgeBaseError.self) { try builtIn.defectType(named: "zzzzzzzz") }
        #expect(error?.expected.contains("one of scratch, crack, hole") == true)
    }

    @Test("made by a user is checked like one from a file")
    func ownType() throws {
        let kink = try DefectType(name: "deep_kink", phrases: ["{} has a kink", "kinked {}"])
        #expect(kink.title == "Deep kink")
        #expect(kink.phrases.map(\.text) == ["{} has a kink", "kinked {}"])
        let error = #expect(throws: KnowledgeBaseError.self) {
            try DefectType(name: "kink", phrases: ["{} has a kink", "kinked"])
        }
        #expect(error?.code == .badPlaceholder)
        #expect(error?.path == "phrases[1]")
        #expect(throws: KnowledgeBaseError.self) { try DefectType(name: "../kink", phrases: ["{}"]) }
        #expect(throws: KnowledgeBaseError.self) { try DefectType(name: "kink", phrases: []) }
    }
}
