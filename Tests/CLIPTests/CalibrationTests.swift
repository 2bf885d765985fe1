import AnomalyDetection
import Checkpoints
import Tensors
import TestSupport
import Testing

@testable import CLIP

/// Which maps of an int8 tower stay bfloat16; needs a processor that has both.
@Suite(
    "Calibration of an int8 tower",
    .enabled(if: (try? Arithmetic.resolve(engine: nil, precision: .int8)) != nil))
struct CalibrationTests {
    private func golden() throws -> GoldenModel {
        try GoldenModel.tiny(Arithmetic.resolve(engine: nil, precision: .int8))
    }

    private func reader() throws -> WeightReader {
        let name = "open_clip_model.safetensors"
        let region = try ByteRegion.map(path: Fixtures.path("CLIP/tiny/\(name)"))
        return WeightReader(
            try CanonicalCLIPTensors(try CheckpointFile.open(region: region, name: name)), keepsFile: false)
    }

    /// Sum over the blocks of the stage tokens' error against OpenCLIP, relative to their size.
    private func error(of tower: VisionTower, _ golden: GoldenModel) throws -> Double {
        let layers = tower.configuration.layers
        let features = try tower.encode(
            golden.picture("query"), imageSide: golden.side, stages: Array(1...layers))
        return try (1...layers).reduce(0.0) { total, block in
            let (actual, expected) = (
                features.stageTokens[block - 1].values, try golden.tensor("block_\(block)").values
            )
            let difference = zip(actual, expected).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
            return total + difference / expected.reduce(0.0) { $0 + Double($1 * $1) }
        }
    }

    @Test("leaves ordinary maps alone")
    func ordinary() throws { #expect(try golden().model.clip.vision.mapsInBrainFloat.isEmpty) }

    @Test("computes sensitive maps in bfloat16, which brings the tower nearer to OpenCLIP")
    func sensitive() throws {
        let golden = try golden()
        var tower = golden.model.clip.vision
        let before = try error(of: tower, golden)
        var reader = try reader()
        try tower.keepSensitiveMaps(limit: 0, reader: &reader)
        #expect(tower.mapsInBrainFloat.count == 4 * tower.configuration.layers)
        #expect(tower.mapsInBrainFloat.first == "0.attentionInput")
        #expect(try error(of: tower, golden) < before)
    }

    @Test("other formats have nothing to keep")
    func otherFormats() throws {
        var tower = try GoldenModel.tiny(Arithmetic.reference).model.clip.vision
        var reader = try reader()
        try tower.keepSensitiveMaps(limit: 0, reader: &reader)
        #expect(tower.mapsInBrainFloat.isEmpty)
    }
}
