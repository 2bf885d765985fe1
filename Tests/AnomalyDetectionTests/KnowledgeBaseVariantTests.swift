import AnomalyDetection
import Testing

@Suite("Variants of a dataset")
struct KnowledgeBaseVariantTests {
    private let builtIn: KnowledgeBase

    init() throws { builtIn = try KnowledgeBase.builtIn() }

    @Test("move a folder to another type and change a product's list")
    func fabricFront() throws {
        let dataset = try builtIn.dataset(named: "mvtec-ad").variant(named: "fabric-front")
        #expect(dataset.defectType(forRawName: "manipulated_front")?.name == "fabric")
        #expect(try dataset.defectTypes(ofProduct: "screw").map(\.name) == ["fabric", "scratch", "thread"])
        #expect(try dataset.defectType(named: "bent").rawNames.contains("bent_lead"))
    }

    @Test("exchange two folders")
    func swappedMasks() throws {
        let dataset = try builtIn.dataset(named: "mad-sim").variant(named: "swapped-masks")
        #expect(dataset.defectType(forRawName: "Burrs")?.name == "missing")
        #expect(dataset.defectType(forRawName: "Missing")?.name == "burr")
        #expect(dataset.defectType(forRawName: "Stains")?.name == "stain")
    }

    @Test("rotate phrases among types without changing names")
    func rotatedColumns() throws {
        let plain = try builtIn.dataset(named: "real-iad")
        let rotated = try plain.variant(named: "rotated-columns")
        #expect(rotated.defectTypes.map(\.name) == plain.defectTypes.map(\.name))
        for (type, donor) in [("deformation", "scratch"), ("abrasion", "deformation"), ("scratch", "abrasion")] {
            #expect(try rotated.defectType(named: type).phrases == plain.defectType(named: donor).phrases)
        }
        #expect(try rotated.defectType(named: "pit") == plain.defectType(named: "pit"))
    }

    @Test("replace phrases before counting them")
    func singlePhrase() throws {
        let dataset = try builtIn.dataset(named: "mpdd").variant(named: "single-phrase")
        #expect(try dataset.defectType(named: "flattening").phrases.map(\.text) == ["{} has a flatten defect"])
        #expect(try dataset.defectType(named: "hole").phrases.map(\.text) == ["{} with a hole defect"])
    }

    @Test("drop types from the products that list them")
    func paperTypes() throws {
        let dataset = try builtIn.dataset(named: "visa").variant(named: "paper-types")
        #expect(try dataset.product(named: "capsules").defectTypes == ["bubble"])
        #expect(dataset.defectType(forRawName: "leak") == nil)
        let names = Set(dataset.defectTypes.map(\.name))
        #expect(dataset.products.allSatisfy { names.isSuperset(of: $0.defectTypes) })
    }

    @Test("are refused by an unknown name, with the nearest one")
    func unknownVariant() throws {
        let dataset = try builtIn.dataset(named: "visa")
        let error = #expect(throws: KnowledgeBaseError.self) { try dataset.variant(named: "paper-type") }
        #expect(error?.code == .notFound)
        #expect(error?.expected.contains("“paper-types”") == true)
    }
}
