import AnomalyDetection
import CLIP
import Datasets
import Foundation
import Images
import Tensors
import TestSupport
import Testing

@testable import Evaluation

/// Runs of a random model: the numbers say nothing, that they are the right ones can be checked.
@Suite("Evaluation runs")
struct EvaluatorTests {
    private let golden: GoldenModel
    private let files: MiniatureDataset

    init() throws {
        golden = try GoldenModel.tiny()
        files = try MiniatureDataset.own()
        // A second training picture, a second product.
        try files.picture("steel_plate/train/good/001.png", width: 9)
        try files.picture("brass_ring/train/good/000.png")
        try files.picture("brass_ring/train/good/001.png", width: 11)
        try files.picture("brass_ring/test/good/000.png", width: 10)
        try files.picture("brass_ring/test/hole/000.png")
        try files.mask("brass_ring/ground_truth/hole/000.png")
    }

    private func evaluator(
        _ change: (inout EvaluationOptions) -> Void = { _ in }, out: String = "results", source: String? = nil,
        program: String = "multiads 1",
        products: [String]? = nil, model: InspectionModel? = nil
    ) throws -> Evaluator {
        var options = EvaluationOptions(imageSide: golden.side)
        options.filtersTypes = true
        change(&options)
        let path = files.root + "/" + out
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let dataset = try files.open(.folder)
        return try Evaluator(
            model: model ?? golden.model, modelName: "tiny", program: program, source: source,
            dataset: products.map { try dataset.limited(to: $0) } ?? dataset,
            knowledge: KnowledgeBase.builtIn(), options: options, folder: path)
    }

    /// One prompt of each state, which is quick and as good as all here.
    private func embed(_ ensemble: PromptEnsemble) throws -> StateEmbeddings { try golden.firstPrompts(of: ensemble) }

    @Test(
        "scores are those of the maps, whatever is measured beside them", arguments: MapOptions.MapCombination.allCases)
    func scores(combination: MapOptions.MapCombination) throws {
        let run = try evaluator {
            $0.shots = [0, 1, 2]; $0.seeds = 2; $0.mapCombination = combination
        }.run(embed: embed)
        #expect(run.products.map(\.name) == ["brass_ring", "steel_plate"])
        let product = run.products[0]
        #expect(run.options.settings.count == 5 && product.settings.map(\.setting) == run.options.settings)

        let dataset = try files.open(.folder)
        let knowledge = try KnowledgeBase.builtIn()
        let types = dataset.knowledge.defectTypes.filter { $0.name == "hole" }
        let ensemble = try knowledge.promptEnsemble(noun: "brass ring", defectTypes: types, dataset: dataset.knowledge)
        let states = try embed(ensemble)
        for (record, sample) in zip(product.pictures, dataset.products[0].test) {
            let features = try golden.model.features(of: dataset.picture(of: sample), imageSide: golden.side)
            for (index, setting) in product.settings.enumerated() {
                let references = try setting.references.map { path in
                    let reference = try #require(dataset.samples(.train).first { $0.picture == path })
                    return golden.model.reference(
                        from: try golden.model.features(of: dataset.picture(of: reference), imageSide: golden.side))
                }
                let maps = try golden.model.maps(
                    features: features, imageSide: golden.side, states: states, references: ReferenceBank(references),
                    options: MapOptions(mapCombination: combination))
                #expect(abs(record.scores[index].score - maps.imageScore) < 1e-6)
                #expect(abs(record.scores[index].mapMaximum - maps.maximum) < 1e-6)
            }
        }
    }

    @Test("refined maps are measured, and images scored by the maps as they were")
    func refinement() throws {
        let runs = try [MapRefinement.none, .guided, .guidedPlaces].map { refinement in
            try evaluator(
                {
                    $0.shots = [0, 1]
                    $0.refinement = refinement
                }, out: "refined-\(refinement.rawValue)"
            ).run(embed: embed)
        }
        for (plain, refined) in zip(runs[0].products, runs[1].products) {
            #expect(plain.pictures.map(\.scores) == refined.pictures.map(\.scores))
            #expect(plain.settings.map(\.image) == refined.settings.map(\.image))
            #expect(plain.settings.map(\.pixel) != refined.settings.map(\.pixel))
        }
        for (refined, named) in zip(runs[1].products, runs[2].products) {
            #expect(refined.pictures.map(\.scores) == named.pictures.map(\.scores))
            #expect(refined.settings.map(\.pixel) == named.settings.map(\.pixel))
        }
    }

    @Test("draws are nested, repeatable and without repetition")
    func draws() throws {
        let run = try evaluator {
            $0.shots = [1, 2]; $0.seeds = 3
        }.run(embed: embed)
        for product in run.products {
            let one = product.settings.filter { $0.setting.shots == 1 }
            let two = product.settings.filter { $0.setting.shots == 2 }
            for (small, large) in zip(one, two) {
                #expect(Array(large.references.prefix(1)) == small.references)
                #expect(Set(large.references).count == 2)
            }
        }
    }

    @Test("a finished run is read back, an unfinished one goes on with the next product")
    func resuming() throws {
        let broken = files.root + "/steel_plate/test/good/000.png"
        let whole = try files.bytes("steel_plate/test/good/000.png")
        try files.write("steel_plate/test/good/000.png", "damaged")
        let error = try #require(throws: EvaluationError.self) { try evaluator().run(embed: embed) }
        #expect(error.code == .badPicture && error.description.contains("steel_plate/test/good/000.png"))
        #expect(error.description.contains("--skip-bad"))
        try Data(whole).write(to: URL(filePath: broken))

        var resumed: [String] = []
        var nouns: Set<String> = []
        let run = try evaluator().run { ensemble in
            nouns.insert(ensemble.noun)
            return try embed(ensemble)
        } report: { event in
            if case .resumed(let product, _) = event { resumed.append(product) }
        }
        #expect(resumed == ["brass_ring"])
        #expect(nouns == ["steel plate"])

        let again = try evaluator().run { _ in throw EvaluationError(.notANumber, "nothing is left to encode") }
        #expect(again == run)
        #expect(
            try !FileManager.default.contentsOfDirectory(atPath: files.root + "/results/steel_plate").contains("maps"))
    }

    @Test("a product whose mask was corrected is evaluated again, the others are not")
    func changedInput() throws {
        let before = try evaluator().run(embed: embed)
        try files.mask("steel_plate/ground_truth/scratch/000_mask.png", columns: 0..<5)
        var resumed: [String] = []
        let after = try evaluator().run(embed: embed) { event in
            if case .resumed(let product, _) = event { resumed.append(product) }
        }
        #expect(resumed == ["brass_ring"])
        #expect(after.products[0] == before.products[0] && after.products[1] != before.products[1])
    }

    @Test("a second run in the folder is refused while the first one holds it")
    func folderInUse() throws {
        let first = try evaluator()
        let error = try #require(throws: EvaluationError.self) { try evaluator() }
        #expect(error.code == .cannotStore && error.description.contains("another run is writing"))
        _ = try first.run(embed: embed)
    }

    @Test("scores are quoted by what a reader of the file sees, not by characters")
    func quoting() throws {
        let odd = "steel_plate/test/good/a\"\u{301},\u{301}.png"
        try files.write(odd, [UInt8](files.bytes("steel_plate/test/good/000.png")))
        let text = ScoreTable.text(try evaluator().run(embed: embed))
        #expect(text.unicodeScalars.count { $0 == "\"" } == 4)
        #expect(
            text.utf8.split(separator: UInt8(ascii: "\n")).contains { line in
                String(decoding: line, as: UTF8.self).contains("\"steel_plate/test/good/a\"\"\u{301},\u{301}.png\"")
            })
    }

    @Test("bad pictures are left out, named and counted when asked for")
    func skipping() throws {
        try files.write("steel_plate/test/good/000.png", "damaged")
        try files.mask("steel_plate/ground_truth/scratch/000_mask.png", width: 5)
        let run = try evaluator { $0.skipsBadPictures = true }.run(embed: embed)
        let product = try #require(run.products.last)
        #expect(
            product.skipped.map(\.picture) == ["steel_plate/test/good/000.png", "steel_plate/test/scratch/000.png"])
        #expect(product.pictures.count == 1)
        #expect(product.settings[0].image.auroc == nil)
        #expect(product.settings[0].pixel.auroc != nil)
    }

    @Test("a mask of no picture is an error, or noted; those of products that are not measured do not matter")
    func strayMask() throws {
        try files.mask("steel_plate/ground_truth/scratch/0OO_mask.png")
        let error = try #require(throws: EvaluationError.self) { try evaluator() }
        #expect(error.code == .strayMask && error.description.contains("scratch/0OO_mask.png"))
        #expect(error.description.contains("--skip-bad"))
        _ = try evaluator(out: "ring", products: ["brass_ring"])
        let run = try evaluator { $0.skipsBadPictures = true }.run(embed: embed)
        #expect(run.leftOut.masks == ["steel_plate/ground_truth/scratch/0OO_mask.png"])
    }

    @Test("the source that adapters record is not contradicted, and may be called one's own")
    func source() throws {
        let error = try #require(throws: EvaluationError.self) { try evaluator(source: "mvtec-ad") }
        #expect(error.code == .otherSource)
        #expect(error.description.contains("found mvtec-ad, where they record random"), "\(error)")
        #expect(try evaluator(source: "folder").run(embed: embed).subject.source == "random")
        #expect(try evaluator().run(embed: embed).subject.source == "random")
    }

    @Test("a folder with somebody's own files is refused, one with a killed run's hidden file is not")
    func foreignFolder() throws {
        try files.write("results/.evaluation-of.json.17.0.tmp", "half")
        _ = try evaluator()
        try files.write("mine/report.html", "precious")
        let error = try #require(throws: EvaluationError.self) { try evaluator(out: "mine") }
        #expect(
            error.code == .otherResults && error.description.contains("found report.html and no evaluation-of.json"))
    }

    @Test("a product without a usable picture is left out and named when asked for, the others are measured")
    func unusableProduct() throws {
        for name in ["good/000", "scratch/000", "combined/000"] {
            try files.write("steel_plate/test/\(name).png", "damaged")
        }
        var told: [String] = []
        let run = try evaluator { $0.skipsBadPictures = true }.run(embed: embed) { event in
            if case .leftOut(let product, _) = event { told.append(product.name) }
        }
        #expect(run.products.map(\.name) == ["brass_ring"] && told == ["steel_plate"])
        #expect(run.leftOut.products.map(\.name) == ["steel_plate"])
        for name in ["good", "hole"] { try files.write("brass_ring/test/\(name)/000.png", "damaged") }
        let error = try #require(throws: EvaluationError.self) {
            try evaluator({ $0.skipsBadPictures = true }, out: "none").run(embed: embed)
        }
        #expect(error.code == .nothingLeft)
    }

    @Test("references are looked at before anything is computed; a product with a bad one can be left out")
    func badReference() throws {
        for name in ["000", "001"] { try files.write("steel_plate/train/good/\(name).png", "damaged") }
        let error = try #require(throws: EvaluationError.self) {
            try evaluator { $0.shots = [0, 1] }.run { _ in throw EvaluationError(.notANumber, "something was computed")
            }
        }
        #expect(error.code == .badReference && error.description.contains("leave the product out with --skip-bad"))
        let run = try evaluator(
            {
                $0.shots = [0, 1]
                $0.skipsBadPictures = true
            }, out: "skipping"
        ).run(embed: embed)
        #expect(run.products.map(\.name) == ["brass_ring"])
        let left = try #require(run.leftOut.products.first)
        #expect(left.name == "steel_plate" && left.reason.hasSuffix("it was drawn as a reference"), "\(left)")
    }

    @Test("results of another evaluation are not mixed in")
    func otherResults() throws {
        _ = try evaluator()
        let error = try #require(throws: EvaluationError.self) { try evaluator { $0.scoreRule = .max } }
        #expect(error.code == .otherResults)
        // Another program, or another engine, computes other last digits.
        let older = try #require(throws: EvaluationError.self) { try evaluator(program: "multiads 0") }
        #expect(older.code == .otherResults)
        let engines = [MatrixEngine.openblas, .onednn, .tiles].filter { $0 != golden.model.clip.arithmetic.engine }
        for engine in engines {
            guard let other = try? Arithmetic.resolve(engine: engine, precision: .f32) else { continue }
            let model = try GoldenModel.tiny(other).model
            #expect(throws: EvaluationError.self) { try evaluator(model: model) }
        }
        // Numbers of another format are other numbers.
        guard let other = try? Arithmetic.resolve(engine: nil, precision: .bf16) else { return }
        let model = try GoldenModel.tiny(other).model
        let mixed = try #require(throws: EvaluationError.self) { try evaluator(model: model) }
        #expect(mixed.code == .otherResults)
    }

    @Test("impossible numbers of shots and datasets without defects are refused before anything is computed")
    func refusals() throws {
        func code(_ change: (inout EvaluationOptions) -> Void) throws -> EvaluationError {
            try #require(throws: EvaluationError.self) { try evaluator(change) }
        }
        #expect(try code { $0.shots = [-1] }.code == .badShots)
        #expect(try code { $0.shots = [] }.code == .badShots)
        let many = try code { $0.shots = [1, 3] }
        #expect(many.code == .tooFewReferences)
        #expect(many.description.contains("at least 3 training pictures for 3 shots, found 2"))

        for name in ["report.html", "evaluation-of.json"] {
            try files.picture("\(name)/test/hole/0.png")
            try files.mask("\(name)/ground_truth/hole/0.png")
            let taken = try code { $0.shots = [0] }
            #expect(taken.code == .otherResults && taken.description.contains("found \(name)"), "\(taken)")
            try FileManager.default.removeItem(atPath: "\(files.root)/\(name)")
        }

        let good = try MiniatureDataset()
        try good.picture("plate/test/good/0.png")
        let error = try #require(throws: EvaluationError.self) {
            try Evaluator(
                model: golden.model, modelName: "", program: "", source: nil, dataset: good.open(.folder),
                knowledge: KnowledgeBase.builtIn(), options: EvaluationOptions(imageSide: golden.side),
                folder: good.root)
        }
        #expect(error.code == .noDefects)
    }

    @Test("a full or read-only disk is an error with the path", .enabled(if: getuid() != 0))
    func cannotStore() throws {
        let path = files.root + "/locked"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: path)
        let error = try #require(throws: EvaluationError.self) { try evaluator(out: "locked") }
        #expect(error.code == .cannotStore)
    }

    @Test("multi-type metrics take pictures whose every pixel is typed, in the product's own columns")
    func types() throws {
        try files.picture("steel_plate/test/crack/000.png")
        try files.mask("steel_plate/ground_truth/crack/000.png")
        try files.picture("steel_plate/test/kratzer/000.png")
        try files.mask("steel_plate/ground_truth/kratzer/000.png")
        let product = try #require(try evaluator().run(embed: embed).products.last)
        #expect(product.types == ["scratch", "crack", "hole"])
        #expect(product.pictures.count == 5 && product.typedPictures == 4)
        let types = try #require(product.multiType)
        #expect(types.classes.map(\.name) == ["normal", "scratch", "crack", "hole"])
        #expect(types.confusion.counts.reduce(0, +) == 4 * golden.side * golden.side)
        #expect(types.classes.reduce(0) { $0 + $1.pixels } == 4 * golden.side * golden.side)
    }

    @Test("image metrics can be computed again from the table of scores")
    func scoreTable() throws {
        let run = try evaluator { $0.shots = [0, 1] }.run(embed: embed)
        let lines = ScoreTable.text(run).split(separator: "\r\n").dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false)
        }
        #expect(lines.count == 5 * 2)
        let chosen = lines.filter { $0[0] == "steel_plate" && $0[6] == "1" }
        let metrics = try ImageMetrics(
            scores: chosen.compactMap { Float($0[8]) }, anomalous: chosen.map { $0[2] == "1" })
        #expect(metrics == run.products[1].settings[1].image)
    }

    @Test("names in the table of scores run in no spreadsheet")
    func formulas() throws {
        var run = try evaluator().run(embed: embed)
        let product = try String(decoding: JSONEncoder().encode(run), as: UTF8.self).replacing(
            "brass_ring", with: "=1+1")
        run = try JSONDecoder().decode(EvaluationRun.self, from: Data(product.utf8))
        #expect(ScoreTable.text(run).contains("\r\n'=1+1,'=1+1/test/"))
    }

    @Test("there may be more settings than files that a process may have open")
    func manySettings() throws {
        func open() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        let folder = files.root + "/maps"
        let (before, channels) = (try open(), 500)
        let store = try MapStore(folder: folder, channels: channels)
        for value in [1, 2] as [Float] {
            try [value, 3].withUnsafeBufferPointer { try store.append($0, to: channels - 1) }
        }
        // Other tests may open some meanwhile.
        #expect(try open() < before + channels / 2)
        try store.withScores(channels - 1) { #expect(Array($0) == [1, 3, 2, 3]) }
    }

    @Test("every product shows its best and worst pictures")
    func examples() throws {
        let run = try evaluator().run(embed: embed)
        let reasons = run.products[1].examples.map(\.reason)
        #expect(reasons == [.bestLocalized, .worstLocalized, .missed, .falseAlarm])
        for example in run.products[1].examples {
            let bytes = try files.bytes("results/steel_plate/\(example.file)")
            let picture = try ImageDecoder.decode(bytes)
            #expect(picture.width == 3 * picture.height)
        }
    }
}
