import AnomalyDetection
import Foundation
import Testing

@Suite("The built-in knowledge base")
struct KnowledgeBaseContentTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Config/knowledge-base").standardizedFileURL

    private let builtIn: KnowledgeBase

    init() throws { builtIn = try KnowledgeBase.builtIn() }

    @Test("is what Config/knowledge-base holds, every file of it")
    func embedsEveryFile() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
            .filter { $0.hasSuffix(".json") && $0 != "schema.json" }
        var onDisk = try KnowledgeBase(
            files: names.sorted().map { ($0, Array(try Data(contentsOf: Self.folder.appending(path: $0)))) })
        #expect(onDisk.datasets.count == names.count - 2)
        #expect(Set(onDisk.datasets.map(\.name)) == Set(builtIn.datasets.map(\.name)))
        for dataset in builtIn.datasets { #expect(try onDisk.dataset(named: dataset.name) == dataset) }
        #expect(onDisk.templates == builtIn.templates)
        #expect(onDisk.normalPhrases == builtIn.normalPhrases)
        // Merging what is already there changes nothing.
        let before = onDisk
        for name in names.sorted() {
            try onDisk.merge(file: name, bytes: Array(Data(contentsOf: Self.folder.appending(path: name))))
        }
        #expect(onDisk == before)
    }

    @Test("has the paper's 35 templates and 10 normal phrases")
    func templatesAndNormalStates() {
        let templates = builtIn.templates.templates.map(\.text)
        #expect(Set(templates).count == 35)
        #expect(templates.allSatisfy { $0.hasSuffix(".") && $0 == $0.lowercased() })
        #expect(templates.first == "a bad photo of a {}.")
        #expect(templates.last == "there is a {} in the scene.")
        #expect(builtIn.normalPhrases.count == 10)
        #expect(builtIn.normalPhrases.first?.text == "{}")
    }

    /// States and phrases of each prompt set, and prompts per product in 35 templates.
    struct Size: CustomTestStringConvertible {
        let dataset: String
        var variant: String?
        let states: Int
        let phrases: Int
        let prompts: Int
        let products: Int

        var testDescription: String { "\(dataset) \(variant ?? "")" }
    }

    @Test(
        "has the sizes of the reference's prompt sets",
        arguments: [
            Size(dataset: "mvtec-ad", states: 21, phrases: 130, prompts: 4550, products: 15),
            Size(dataset: "mvtec-ad", variant: "single-phrase", states: 21, phrases: 30, prompts: 1050, products: 15),
            Size(dataset: "visa", states: 21, phrases: 128, prompts: 4480, products: 12),
            Size(dataset: "visa", variant: "paper-types", states: 19, phrases: 118, prompts: 4130, products: 12),
            Size(dataset: "visa", variant: "single-phrase", states: 19, phrases: 28, prompts: 980, products: 12),
            Size(dataset: "mpdd", states: 8, phrases: 52, prompts: 1820, products: 6),
            Size(dataset: "mpdd", variant: "single-phrase", states: 8, phrases: 17, prompts: 595, products: 6),
            Size(dataset: "mad-sim", states: 4, phrases: 25, prompts: 875, products: 20),
            Size(dataset: "mad-real", states: 3, phrases: 19, prompts: 665, products: 10),
            Size(dataset: "real-iad", states: 9, phrases: 56, prompts: 1960, products: 30),
            Size(dataset: "real-iad", variant: "single-phrase", states: 9, phrases: 18, prompts: 630, products: 30),
        ])
    func sizes(expected: Size) throws {
        var dataset = try builtIn.dataset(named: expected.dataset)
        if let variant = expected.variant { dataset = try dataset.variant(named: variant) }
        let ensemble = try builtIn.promptEnsemble(noun: "cable", defectTypes: dataset.defectTypes, dataset: dataset)
        #expect(ensemble.states.count == expected.states)
        #expect(ensemble.states.map(\.phrases.count).reduce(0, +) == expected.phrases)
        let prompts = ensemble.states.flatMap { ensemble.prompts(of: $0) }
        #expect(prompts.count == expected.prompts)
        #expect(Set(ensemble.prompts(of: ensemble.states[0])).count == 350)
        #expect(dataset.products.count == expected.products)
    }

    @Test("uses own wording only where the paper prints no usable phrase")
    func ownWording() throws {
        let expected = ["mvtec-ad/combined": 6, "visa/leak": 2, "real-iad/pit": 4, "real-iad/abrasion": 1]
        var found: [String: Int] = [:]
        for dataset in builtIn.datasets where dataset.name != KnowledgeBase.generalDataset {
            for type in dataset.defectTypes where !type.ownPhrases.isEmpty {
                found["\(dataset.name)/\(type.name)"] = type.ownPhrases.count
            }
        }
        #expect(found == expected)
    }

    @Test("gives every type sizes, shapes and a title")
    func attributes() {
        for type in builtIn.datasets.flatMap(\.defectTypes) {
            #expect(!type.sizes.isEmpty && !type.shapes.isEmpty && !type.title.isEmpty, "\(type.name)")
        }
    }

    @Test(
        "maps folder and annotation names to types",
        arguments: [
            ("mvtec-ad", "cut_outer_insulation", "cut"), ("mvtec-ad", "manipulated_front", "bent"),
            ("mvtec-ad", "oil", "liquid"), ("visa", "color spot similar to the object", "spot"),
            ("visa", "partical", "particle"), ("mpdd", "bend_and_parts_mismatch", "bent"),
            ("mad-sim", "Burrs", "burr"), ("mad-real", "Stains", "stain"), ("real-iad", "YW", "foreign"),
            ("real-iad", "deformation", "deformation"),
        ])
    func rawNames(dataset: String, rawName: String, type: String) throws {
        #expect(try builtIn.dataset(named: dataset).defectType(forRawName: rawName)?.name == type)
    }

    @Test("tells normal and ignored names from defects")
    func normalRawNames() throws {
        let visa = try builtIn.dataset(named: "visa")
        #expect(visa.normalRawNames == ["normal"])
        #expect(visa.defectType(forRawName: "normal") == nil)
        #expect(visa.ignoredRawNames.contains("misshape"))
        #expect(visa.defectType(forRawName: "misshape") == nil)
    }

    @Test("offers the general types the bundled model was trained on as a variant")
    func bundledTypes() throws {
        let general = try builtIn.dataset(named: KnowledgeBase.generalDataset).variant(named: "bundled-model")
        #expect(
            general.defectTypes.map(\.name) == [
                "scratch", "crack", "hole", "dent", "stain", "liquid", "contamination", "color", "cut", "poke",
                "bent", "broken", "missing", "misplaced", "thread", "print_error", "rust", "burr",
            ])
    }

    @Test("reads the example of its own README")
    func readmeExample() throws {
        let readme = try String(contentsOf: Self.folder.appending(path: "README.md"), encoding: .utf8)
        let example = try #require(readme.split(separator: "```json").last?.split(separator: "```").first)
        var extended = builtIn
        try extended.merge(file: "README.md", bytes: Array(example.utf8))
        #expect(try extended.defectType(named: "kink").phrases.count == 3)
        #expect(try extended.dataset(named: "my-plant").product(named: "hose-12").noun == "hose")
    }

    @Test("agrees with its JSON Schema on the words for size and shape")
    func schemaEnumerations() throws {
        func object(_ value: Any?, _ key: String) throws -> [String: Any] {
            try #require((value as? [String: Any])?[key] as? [String: Any])
        }
        let data = try Data(contentsOf: Self.folder.appending(path: "schema.json"))
        let type = try object(object(JSONSerialization.jsonObject(with: data), "$defs"), "defectType")
        let attributes = try object(object(object(type, "properties"), "attributes"), "properties")
        func words(_ key: String) throws -> [String]? {
            try object(object(attributes, key), "items")["enum"] as? [String]
        }
        #expect(try words("size") == DefectType.Size.allCases.map(\.rawValue))
        #expect(try words("shape") == DefectType.Shape.allCases.map(\.rawValue))
    }
}
