import Checkpoints
import Foundation
import Testing

@Suite("The list of recorded digests")
struct FileDigestsTests {
    @Test("what is written reads back, and reads well")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let list = FileDigests(files: [
                "b.txt": .init(byteCount: 3, sha256: SHA256Digest.of([1, 2, 3])),
                "a\"quoted": .init(byteCount: 0, sha256: SHA256Digest.of([])),
            ])
            try list.write(folder: folder.path)
            #expect(try FileDigests.read(folder: folder.path) == list)
            let text = try String(contentsOf: folder.appending(path: "digests.json"), encoding: .utf8)
            #expect(text.hasPrefix("{\n  \"version\": 1,\n  \"files\": {\n    \"a\\\"quoted\": {\"bytes\": 0"))
            try FileDigests().write(folder: folder.path)
            #expect(try FileDigests.read(folder: folder.path) == FileDigests())
        }
    }

    @Test("a folder without a list has none; a folder that is none has none either")
    func absent() throws {
        try withTemporaryFolder { folder in
            let list = try FileDigests.read(folder: folder.path)
            #expect(list == nil)
        }
        #expect(try FileDigests.read(folder: "/nonexistent") == nil)
    }

    @Test(
        "damaged lists",
        arguments: [
            "", "[]", "{", "{\"version\": 2, \"files\": {}}", "{\"version\": 1}",
            "{\"version\": 1, \"files\": {\"a\": 1}}",
            "{\"version\": 1, \"files\": {\"a\": {\"bytes\": -1, \"sha256\": \"\"}}}",
            "{\"version\": 1, \"files\": {\"a\": {\"bytes\": 1, \"sha256\": \"12\"}}}",
            "{\"version\": 1, \"version\": 1, \"files\": {}}",
        ])
    func damaged(text: String) throws {
        try withTemporaryFolder { folder in
            try Data(text.utf8).write(to: folder.appending(path: "digests.json"))
            expectFailure(.invalidDigestList, "\(text)") { _ = try FileDigests.read(folder: folder.path) }
        }
    }

    @Test("a changed file is told with both digests; an unlisted one passes")
    func check() throws {
        let (recorded, other) = (SHA256Digest.of([1, 2, 3]), SHA256Digest.of([1, 2, 4]))
        let list = FileDigests(files: ["a": .init(byteCount: 3, sha256: recorded)])
        try list.check("a", recorded, path: "folder/a")
        try list.check("unlisted", other, path: "folder/unlisted")
        let message = expectFailure(.checksumMismatch) { try list.check("a", other, path: "folder/a") }
        #expect(message.contains(recorded.hex) && message.contains(other.hex))
    }
}
