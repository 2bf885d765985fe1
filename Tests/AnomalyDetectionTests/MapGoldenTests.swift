import AnomalyDetection
import CLIP
import Checkpoints
import Tensors
import TestSupport
import Testing

@Suite("Maps and scores equal the PyTorch reference on a tiny random model")
struct MapGoldenTests {
    let golden: GoldenModel
    let states: StateEmbeddings
    init() throws {
        golden = try GoldenModel.tiny()
        let matrix = try golden.tensor("text").transposed()
        states = try StateEmbeddings(
            zip(["normal", "scratch", "hole", "bent"], 0...).map { name, row in
                (name, matrix.rows(row..<row + 1).reshaped([matrix.shape[1]]))
            })
    }

    private func references() throws -> [ReferenceFeatures] {
        try ["reference_0", "reference_1"].map { name in
            golden.model.reference(from: try golden.model.features(of: golden.picture(name), imageSide: golden.side))
        }
    }

    private func maps(
        _ references: [ReferenceFeatures] = [], options: MapOptions = MapOptions(), validity: [Float]? = nil
    ) throws -> AnomalyMaps {
        try maps(bank: ReferenceBank(references), options: options, validity: validity)
    }

    private func maps(
        bank: ReferenceBank, options: MapOptions = MapOptions(), validity: [Float]? = nil
    ) throws -> AnomalyMaps {
        let features = try golden.model.features(of: golden.picture("query"), imageSide: golden.side)
        return try golden.model.maps(
            features: features, imageSide: golden.side, states: states, references: bank, validity: validity,
            options: options)
    }

    @Test("stage tokens, multi-type map, anomaly map, zero-shot score")
    func zeroShot() throws {
        let features = try golden.model.features(of: golden.picture("query"), imageSide: golden.side)
        for stage in 0..<4 {
            try expectNormalizedError(
                features.stageTokens[stage], golden.tensor("stage_\(stage)"), atMost: 1e-12, "stage \(stage)")
        }
        let maps = try maps()
        expectClose(maps.multitype.values, try golden.tensor("multitype_map").values, within: 1e-4, "multitype")
        expectClose(maps.anomaly.values, try golden.tensor("anomaly_map").values, within: 1e-4, "anomaly")
        expectClose(
            maps.globalProbabilities, try golden.tensor("global_probabilities").values, within: 5e-5, "probabilities")
        expectClose([maps.imageScore], try golden.tensor("image_score_zero_shot").values, within: 5e-5, "score")
        #expect(maps.reference == nil)
        #expect(maps.final.values == maps.anomaly.values)
    }

    @Test("the same tokens beside a bfloat16 tower: only the adapted tokens' lengths are rounded")
    func roundedLengths() throws {
        guard let arithmetic = try? Arithmetic.resolve(engine: .tiles, precision: .bf16) else { return }
        let features = try golden.model.features(of: golden.picture("query"), imageSide: golden.side)
        let maps = try GoldenModel.tiny(arithmetic).model.maps(
            features: features, imageSide: golden.side, states: states)
        expectClose(maps.multitype.values, try golden.tensor("multitype_map").values, within: 1e-3, "multitype")
        expectClose([maps.imageScore], try golden.tensor("image_score_zero_shot").values, within: 5e-4, "score")
    }

    @Test("few-shot: reference map, combined map, score")
    func fewShot() throws {
        let maps = try maps(references())
        let reference = try #require(maps.reference)
        expectClose(reference.values, try golden.tensor("reference_map").values, within: 2e-6, "reference")
        expectClose(maps.final.values, try golden.tensor("final_map").values, within: 1e-4, "final")
        expectClose([maps.imageScore], try golden.tensor("image_score").values, within: 5e-5, "score")
    }

    @Test("few-shot with an index over the references' rows")
    func indexed() throws {
        let references = try references()
        let indices = golden.model.stages.indices.map { stage in
            RowIndex(references.map { $0.stages[stage] }, threads: ComputeThreads(count: 2))
        }
        let bank = ReferenceBank(indices: indices, count: references.count)
        #expect(bank.count == 2 && bank.pictures.isEmpty)
        let reference = try #require(try maps(bank: bank).reference)
        expectClose(reference.values, try golden.tensor("reference_map").values, within: 2e-6)
        #expect {
            try maps(bank: bank, options: MapOptions(referenceMatching: .samePosition))
        } throws: { ($0 as? InspectionModelError)?.code == .badReferences }
        let fewer = ReferenceBank(indices: Array(indices.dropLast()), count: 2)
        #expect { try maps(bank: fewer) } throws: { ($0 as? InspectionModelError)?.code == .badReferences }
    }

    @Test("indices are made where they pay, and only for the nearest patch")
    func indexing() throws {
        var random = SeededGenerator(seed: 3)
        let threads = ComputeThreads(count: 1)
        func picture(_ rows: Int) -> ReferenceFeatures {
            ReferenceFeatures(unitStages: (0..<2).map { _ in CompactRows(random.tensor([rows, 64], in: -0.1...0.1)) })
        }
        #expect(ReferenceBank(indexing: [picture(200), picture(200)], threads: threads).pictures.isEmpty)
        #expect(ReferenceBank(indexing: [picture(20), picture(20)], threads: threads).pictures.count == 2)
        let samePosition = MapOptions(referenceMatching: .samePosition)
        #expect(
            ReferenceBank(indexing: [picture(200), picture(200)], options: samePosition, threads: threads)
                .pictures.count == 2)
        #expect(ReferenceBank(indexing: [], threads: threads).isEmpty)
    }

    @Test("the paper's position-wise matching as an option")
    func samePosition() throws {
        let maps = try maps(references(), options: MapOptions(referenceMatching: .samePosition))
        let reference = try #require(maps.reference)
        expectClose(reference.values, try golden.tensor("reference_map_indexwise").values, within: 2e-6)
    }

    @Test("sums are the means times a constant, with the same ranking")
    func sums() throws {
        let references = try references()
        let mean = try maps(references)
        let sum = try maps(references, options: MapOptions(stageCombination: .sum, mapCombination: .sum))
        expectClose(sum.final.values.map { $0 / 8 }, mean.final.values, within: 1e-5)
        expectClose(sum.multitype.values.map { $0 / 4 }, mean.multitype.values, within: 1e-6)
    }

    @Test("the reference map decides alone when it shall, and the text map where there are no references")
    func referenceAlone() throws {
        let options = MapOptions(mapCombination: .reference)
        let few = try maps(references(), options: options)
        expectClose(few.final.values, try golden.tensor("reference_map").values, within: 2e-6)
        #expect(try maps(options: options).final.values == maps().anomaly.values)
    }

    @Test("a picture that is its own reference has no distance anywhere")
    func ownReference() throws {
        let features = try golden.model.features(of: golden.picture("query"), imageSide: golden.side)
        let maps = try maps([golden.model.reference(from: features)])
        let reference = try #require(maps.reference)
        expectClose(reference.values, [Float](repeating: 0, count: reference.count), within: 2e-6)
    }

    @Test(
        "references keep their distances when they are rounded",
        arguments: [(CompactRows.Element.float32, Float(0)), (.float16, 5e-4), (.int8, 5e-3)])
    func roundedReferences(_ element: CompactRows.Element, _ bound: Float) throws {
        let original = try references()
        let rounded = original.map { $0.rounded(to: element) }
        let exact = try #require(try maps(original).reference)
        let stored = try #require(try maps(rounded).reference)
        expectClose(stored.values, exact.values, within: bound)
        #expect(element == .float32 || rounded[0].byteCount * 2 <= original[0].byteCount)
    }

    @Test("probabilities sum to one at every pixel and the binary map is one minus normal")
    func normalised() throws {
        let maps = try maps()
        let plane = maps.side * maps.side
        let values = maps.multitype.values
        for pixel in 0..<plane {
            let sum = (0..<maps.states.count).reduce(Float(0)) { $0 + values[$1 * plane + pixel] }
            #expect(abs(sum - 1) < 1e-5)
            #expect(abs(maps.anomaly.values[pixel] - (1 - values[pixel])) < 1e-6)
        }
    }

    @Test("places that are ignored count neither in the map nor in the score")
    func validity() throws {
        let nothing = try maps(validity: [Float](repeating: 0, count: golden.side * golden.side))
        #expect(nothing.maximum == 0)
        #expect(abs(nothing.imageScore - nothing.globalAnomaly / 2) < 1e-6)
        let everything = try maps(validity: [Float](repeating: 1, count: golden.side * golden.side))
        #expect(everything.final.values == (try maps()).final.values)
    }

    @Test("fewer states: the softmax runs over the product's own list only")
    func filtered() throws {
        let matrix = states.matrix
        let subset = try StateEmbeddings([
            ("normal", matrix.rows(0..<1).reshaped([matrix.shape[1]])),
            ("hole", matrix.rows(2..<3).reshaped([matrix.shape[1]])),
        ])
        let features = try golden.model.features(of: golden.picture("query"), imageSide: golden.side)
        let maps = try golden.model.maps(features: features, imageSide: golden.side, states: subset)
        #expect(maps.multitype.shape == [2, golden.side, golden.side])
        let all = try self.maps()
        #expect(maps.anomaly.values != all.anomaly.values)
        #expect(maps.globalProbabilities.reduce(0, +) > 0.999)
    }

    @Test("numbers that overflow are an error and never a good part")
    func overflow() throws {
        let configuration = golden.model.clip.configuration
        let (width, embedDim) = (configuration.vision.width, configuration.embedDim)
        let loud = golden.model.stages.indices.flatMap { stage -> [SafeTensorsWriter.Entry] in
            let weights = [Float](repeating: 3e38, count: embedDim * width)
            return [
                .init("fc.\(stage).weight", Tensor(shape: [embedDim, width], weights)),
                .init("fc.\(stage).bias", Tensor(shape: [embedDim], [Float](repeating: 0, count: embedDim))),
            ]
        }
        let file = try SafeTensorsFile(region: ByteRegion(try SafeTensorsWriter.serialize(loud)), name: "loud")
        let adapter = try Adapter(source: file, digest: "", width: width, embedDim: embedDim)
        let model = try InspectionModel(
            clip: golden.model.clip, adapter: adapter, stages: golden.model.stages, threads: golden.model.threads)
        let features = try model.features(of: golden.picture("query"), imageSide: golden.side)
        #expect { try model.maps(features: features, imageSide: golden.side, states: states) } throws: {
            ($0 as? InspectionModelError)?.code == .notFinite
        }
    }

    @Test("refuses embeddings and references of another model")
    func mismatches() throws {
        let features = try golden.model.features(of: golden.picture("query"), imageSide: golden.side)
        let foreign = try StateEmbeddings([
            ("normal", Tensor(shape: [3], [1, 0, 0])), ("hole", Tensor(shape: [3], [0, 1, 0])),
        ])
        #expect { try golden.model.maps(features: features, imageSide: golden.side, states: foreign) } throws: {
            ($0 as? InspectionModelError)?.code == .badStates
        }
        let wrong = ReferenceFeatures(unitStages: [CompactRows(Tensor(shape: [1, 2], [1, 0]))])
        #expect {
            try golden.model.maps(features: features, imageSide: golden.side, states: states, references: [wrong])
        } throws: { ($0 as? InspectionModelError)?.code == .badReferences }
        #expect { try StateEmbeddings([("normal", Tensor(shape: [1], [1]))]) } throws: {
            ($0 as? InspectionModelError)?.code == .badStates
        }
    }
}
