import AnomalyDetection
import Datasets
import Images
import TestSupport
import Testing

@Suite("Ground truth")
struct GroundTruthTests {
    @Test("later masks are painted over earlier ones; types are numbered by the list asked for")
    func painting() throws {
        let dataset = try MiniatureDataset.own().kept { try $0.open(.folder) }
        let sample = try #require(dataset.value.samples(.test).first { $0.masks.count == 2 })
        let truth = try dataset.value.groundTruth(of: sample, types: ["scratch", "hole"], side: nil)
        #expect(truth.width == 8 && truth.height == 6)
        #expect(Array(truth.labels.prefix(8)) == [0, 2, 2, 1, 1, 0, 0, 0])
        #expect(truth.mask.area == 4 * 6)
        let partial = try dataset.value.groundTruth(of: sample, types: ["hole"], side: nil)
        #expect(Array(partial.labels.prefix(6)) == [0, 1, 1, 255, 255, 0])
    }

    @Test("more types than there are numbers for are an error")
    func tooManyTypes() throws {
        let dataset = try MiniatureDataset.own().kept { try $0.open(.folder) }
        let sample = try #require(dataset.value.samples(.test).first { $0.masks.count == 2 })
        let types = (0..<255).map { "type\($0)" }
        #expect(try dataset.value.groundTruth(of: sample, types: Array(types.dropLast()), side: nil).width == 8)
        let error = try #require(throws: DatasetError.self) {
            try dataset.value.groundTruth(of: sample, types: types, side: nil)
        }
        #expect(error.code == .tooManyTypes && error.description.contains("found 255"))
    }

    @Test("every value but 0 is defective")
    func smallValues() throws {
        let dataset = try MiniatureDataset.visa().kept { try $0.open(.visa) }
        let truth = try dataset.value.groundTruth(
            of: dataset.value.samples(.test)[1], types: ["missing"], side: nil, picture: (8, 6))
        #expect(Array(truth.labels.prefix(8)) == [0, 0, 1, 1, 0, 0, 0, 0])
        let shared = try dataset.value.groundTruth(of: dataset.value.samples(.test)[3], types: ["damage"], side: nil)
        #expect(shared.labels.contains(GroundTruth.untyped))
    }

    @Test("a resized mask is cut at one half")
    func resizing() throws {
        let files = try MiniatureDataset.own()
        // Six of sixteen columns: halved, the border column is half covered on either side.
        try files.mask("steel_plate/ground_truth/scratch/000_mask.png", columns: 4..<10, width: 16, height: 16)
        try files.picture("steel_plate/test/scratch/000.png", width: 16, height: 16)
        let dataset = try files.open(.folder)
        let sample = try #require(dataset.samples(.test).first { $0.picture.contains("test/scratch") })
        let truth = try dataset.groundTruth(of: sample, types: ["scratch"], side: 8, picture: (16, 16))
        #expect(Array(truth.labels.prefix(8)) == [0, 0, 1, 1, 1, 0, 0, 0])
    }

    @Test("absent masks, masks of another size and damaged ones are errors with their path")
    func faults() throws {
        let files = try MiniatureDataset.own()
        try files.mask("steel_plate/ground_truth/scratch/000_mask.png", width: 9)
        try files.picture("steel_plate/test/hole/000.png")
        let dataset = try files.open(.folder)
        func code(_ part: String) throws -> DatasetError {
            let sample = try #require(dataset.samples(.test).first { $0.picture.contains(part) })
            return try #require(
                #expect(throws: DatasetError.self) {
                    try dataset.groundTruth(of: sample, types: [], side: 4, picture: (8, 6))
                })
        }
        #expect(try code("test/hole").code == .missingMask)
        let size = try code("test/scratch")
        #expect(size.code == .sizeMismatch)
        #expect(size.description.contains("8×6 pixels, found 9×6"))
        try files.write("steel_plate/ground_truth/scratch/000_mask.png", "no picture")
        #expect(try code("test/scratch").code == .badMask)
    }
}
