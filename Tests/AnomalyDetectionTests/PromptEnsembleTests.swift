import AnomalyDetection
import Testing

@Suite("Prompts of a product")
struct PromptEnsembleTests {
    private static func phrases(_ texts: String...) throws -> [PromptText] { try texts.map { try PromptText($0) } }

    private static func ensemble(noun: String = "Metal_Nut", bent: String = "{} is bent") throws -> PromptEnsemble {
        try PromptEnsemble(
            noun: noun,
            states: [
                StatePrompts(name: "normal", phrases: phrases("{}", "flawless {}")),
                StatePrompts(name: "bent", phrases: phrases(bent)),
            ], templates: PromptTemplates(phrases("a photo of a {}.", "there is the {} in the scene.")))
    }

    @Test("come phrase by phrase, each in all templates, with the noun as given")
    func order() throws {
        let ensemble = try Self.ensemble()
        #expect(
            ensemble.prompts(of: ensemble.states[0]) == [
                "a photo of a Metal_Nut.", "there is the Metal_Nut in the scene.",
                "a photo of a flawless Metal_Nut.", "there is the flawless Metal_Nut in the scene.",
            ])
        #expect(ensemble.prompts(of: ensemble.states[1]).first == "a photo of a Metal_Nut is bent.")
    }

    @Test("leave braces of the noun alone")
    func bracesInNoun() throws {
        let ensemble = try Self.ensemble(noun: "part {} {x}")
        #expect(ensemble.prompts(of: ensemble.states[0]).first == "a photo of a part {} {x}.")
    }

    @Test("have digest input that changes with every word and not with the state's name")
    func digestInput() throws {
        let ensemble = try Self.ensemble()
        let bent = ensemble.digestInput(of: ensemble.states[1])
        #expect(try Self.ensemble().digestInput(of: ensemble.states[1]) == bent)
        let renamed = StatePrompts(name: "curved", phrases: ensemble.states[1].phrases)
        #expect(ensemble.digestInput(of: renamed) == bent)
        #expect(ensemble.digestInput(of: ensemble.states[0]) != bent)
        #expect(try Self.ensemble(noun: "Metal_Nuts").digestInput(of: ensemble.states[1]) != bent)
        let other = try Self.ensemble(bent: "{} is  bent")
        #expect(other.digestInput(of: other.states[1]) != bent)
        let fewer = try PromptEnsemble(
            noun: ensemble.noun, states: ensemble.states,
            templates: PromptTemplates(Array(ensemble.templates.templates.prefix(1))))
        #expect(fewer.digestInput(of: fewer.states[1]) != bent)
    }

    @Test("have digest input of a fixed form")
    func digestInputForm() throws {
        let ensemble = try PromptEnsemble(
            noun: "é",
            states: [
                StatePrompts(name: "normal", phrases: Self.phrases("{}")),
                StatePrompts(name: "a", phrases: Self.phrases("a {}")),
            ], templates: PromptTemplates(Self.phrases("{}.")))
        func length(_ value: UInt8) -> [UInt8] { [value, 0, 0, 0, 0, 0, 0, 0] }
        var expected = Array("multiads.prompts.1".utf8)
        expected += length(2) + Array("é".utf8) + length(1) + length(3) + Array("{}.".utf8)
        expected += length(1) + length(4) + Array("a {}".utf8)
        #expect(ensemble.digestInput(of: ensemble.states[1]) == expected)
    }

    @Test("need a noun, a normal state and a defect type, phrases for each, distinct names and a template")
    func refusals() throws {
        let normal = StatePrompts(name: "normal", phrases: try Self.phrases("{}"))
        let bent = StatePrompts(name: "bent", phrases: try Self.phrases("bent {}"))
        let templates = PromptTemplates(try Self.phrases("{}."))
        func code(_ noun: String, _ states: [StatePrompts], _ templates: PromptTemplates) -> KnowledgeBaseError.Code? {
            do throws(KnowledgeBaseError) {
                _ = try PromptEnsemble(noun: noun, states: states, templates: templates)
                return nil
            } catch { return error.code }
        }
        #expect(code("x", [normal, bent], templates) == nil)
        #expect(code(" ", [normal, bent], templates) == .emptyText)
        #expect(code("x", [normal], templates) == .tooFewEntries)
        #expect(code("x", [normal, StatePrompts(name: "bent", phrases: [])], templates) == .tooFewEntries)
        #expect(code("x", [normal, bent, bent], templates) == .duplicate)
        #expect(code("x", [normal, bent], PromptTemplates([])) == .tooFewEntries)
    }
}

@Suite("States file")
struct StatesFileTests {
    @Test("gives the noun and states in order, with exactly its phrases")
    func reads() throws {
        let text =
            #"{"cls": "cable", "states": [["normal", ["{}", "flawless {}"]], ["faulty imprint", ["{} misprinted"]]]}"#
        let file = try StatesFile(parsing: Array(text.utf8), file: "states.json")
        #expect(file.noun == "cable")
        #expect(file.states.map(\.name) == ["normal", "faulty imprint"])
        #expect(file.states[0].phrases.map(\.text) == ["{}", "flawless {}"])
    }

    @Test(
        "is refused with the place of its first fault",
        arguments: [
            (#"{"cls": "cable"}"#, KnowledgeBaseError.Code.missingKey, ""),
            (#"{"cls": "", "states": []}"#, .emptyText, "cls"),
            (#"{"cls": "cable", "states": [["normal", ["{}"]]]}"#, .tooFewEntries, "states"),
            (#"{"cls": "cable", "states": [["normal", ["{}"]], ["bent"]]}"#, .wrongType, "states[1]"),
            (#"{"cls": "cable", "states": [["normal", ["{}"]], ["bent", []]]}"#, .tooFewEntries, "states[1][1]"),
            (
                #"{"cls": "cable", "states": [["normal", ["{}"]], ["bent", ["bent"]]]}"#, .badPlaceholder,
                "states[1][1][0]"
            ),
            (#"{"cls": "cable", "states": [["normal", ["{}"]], ["normal", ["{} x"]]]}"#, .duplicate, "states[1][0]"),
            (#"{"cls": "cable", "states": [["normal", ["{}"]], ["bent", ["{} x"]]], "noun": "x"}"#, .unknownKey, ""),
            ("{\n", .notJSON, "line 2"),
        ])
    func refusals(text: String, code: KnowledgeBaseError.Code, path: String) {
        let error = #expect(throws: KnowledgeBaseError.self) {
            try StatesFile(parsing: Array(text.utf8), file: "states.json")
        }
        #expect(error?.code == code)
        #expect(error?.path == path)
        #expect(error?.file == "states.json")
    }
}
