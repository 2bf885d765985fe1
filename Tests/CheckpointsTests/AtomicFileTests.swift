import Foundation
import Testing

@testable import Checkpoints

@Suite("Files that appear complete or not at all")
struct AtomicFileTests {
    @Test("a file that is being written tells its name, others do not")
    func target() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "multiads-atomic-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let file = try AtomicFile(path: folder + "/000.png")
        let hidden = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
        #expect(AtomicFile.target(ofTemporary: hidden) == "000.png")
        try file.commit()
        #expect(AtomicFile.target(ofTemporary: ".x.17.0.tmp") == "x")
        for name in [
            "000.png", ".000.png.tmp", ".mine.17.tmp", "000.png.17.0.tmp", ".000.png.a.0.tmp", ".000.png.17..tmp",
        ] {
            #expect(AtomicFile.target(ofTemporary: name) == nil, "\(name)")
        }
    }
}
