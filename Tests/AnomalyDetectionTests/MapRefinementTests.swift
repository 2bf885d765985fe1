import CLIP
import Checkpoints
import Images
import Tensors
import TestSupport
import Testing

@testable import AnomalyDetection

@Suite("Refined maps")
struct MapRefinementTests {
    private static let threads = ComputeThreads(count: 2)

    @Test("change no score, and hold with references and where only a part counts")
    func scores() throws {
        let golden = try GoldenModel.tiny()
        let width = golden.model.clip.configuration.embedDim
        let states = try StateEmbeddings(
            ["normal", "bent"].enumerated().map { index, name in
                (state: name, embedding: Tensor(shape: [width], (0..<width).map { $0 == index ? 1 : 0 }))
            })
        let features = try golden.model.features(of: golden.picture("query"), imageSide: golden.side)
        #expect(features.picture.width == golden.side && features.picture.height == golden.side)
        let bank = ReferenceBank([
            golden.model.reference(
                from: try golden.model.features(of: golden.picture("reference_0"), imageSide: golden.side))
        ])
        let validity = (0..<golden.side * golden.side).map { Float($0 % golden.side < golden.side / 2 ? 1 : 0) }
        let options = MapOptions()
        let maps = try golden.model.maps(
            features: features, imageSide: golden.side, states: states, references: bank, validity: validity)
        #expect(golden.model.refinement == .none && golden.model.refiner(for: features) == nil)
        #expect(maps.refined(by: nil, options: options).final.values == maps.final.values)
        let refiner = try #require(golden.model.refiner(for: features, .guided))
        let refined = maps.refined(by: refiner, validity: validity, options: options)
        #expect(refined.imageScore == maps.imageScore && refined.globalProbabilities == maps.globalProbabilities)
        #expect(refined.final.values != maps.final.values && refined.states == maps.states)
        for (refinement, filtered) in [(MapRefinement.places, maps), (.guidedPlaces, refined)] {
            let named = maps.refined(
                by: golden.model.refiner(for: features, refinement), validity: validity, options: options)
            #expect(named.final.values == filtered.final.values && named.anomaly.values == filtered.anomaly.values)
            #expect(
                named.multitype.values
                    == PlaceNaming.named(
                        filtered.multitype, globalProbabilities: maps.globalProbabilities,
                        reach: golden.side / features.gridSize
                    ).values)
        }
        let reference = try #require(refined.reference)
        for (pixel, value) in refined.final.values.enumerated() {
            let expected = validity[pixel] * 0.5 * (refined.anomaly.values[pixel] + reference.values[pixel])
            #expect(abs(value - expected) < 1e-6)
        }
    }

    @Test("are asked for by the adapter's file, in words that there are")
    func metadata() throws {
        let golden = try GoldenModel.tiny()
        func model(_ name: String) throws -> InspectionModel {
            let path = golden.folder + "/adapter.safetensors"
            let file = try SafeTensorsFile(region: ByteRegion.map(path: path), name: path)
            let region = try SafeTensorsWriter.serialize(
                file.tensorNames.map { SafeTensorsWriter.Entry($0, try file.tensor($0)) },
                metadata: file.metadata.merging(["map_refinement": name]) { $1 })
            let source = try SafeTensorsFile(region: ByteRegion(region), name: "adapter")
            let configuration = golden.model.clip.configuration
            return try InspectionModel(
                clip: golden.model.clip,
                adapter: Adapter(
                    source: source, digest: "", width: configuration.vision.width, embedDim: configuration.embedDim),
                threads: Self.threads)
        }
        #expect(try model("guided").refinement == .guided)
        #expect(try model("none").refinement == .none)
        #expect(try model("guided-places").refinement == .guidedPlaces)
        let error = try #require(throws: InspectionModelError.self) { try model("sharpened") }
        #expect(error.code == .badAdapter && error.description.contains("none or guided or places or guided-places"))
        #expect(error.description.contains("“sharpened”"))
    }
}
