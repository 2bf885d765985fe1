import Foundation
import Images
import TestSupport
import Testing

/// The built program, run as a user runs it.
@Suite("The program", .timeLimit(.minutes(2)))
struct ProgramTests {
    let tiny = Fixtures.path("CLIP/tiny")

    @Test(
        "inspect ends with 0 for ok, 1 for not ok, 2 for no picture, 64 for a wrong command line",
        arguments: [
            (["--threshold", "1.5"], "query.png", 0), (["--threshold", "0.01"], "query.png", 1), ([], "states.json", 2),
            (["--threshold", "-1"], "query.png", 64), (["--threads", "100000000"], "query.png", 64),
            (["--threshold", "1.5", "--reference", "/none.png"], "query.png", 2),
            (["--threshold", "1.5", "--knowledge-base", "/none.json"], "query.png", 2),
            (["--threshold", "1.5", "--adapter", "/none"], "query.png", 2),
        ] as [([String], String, Int32)])
    func exitCodes(options: [String], file: String, code: Int32) throws {
        let command = ["inspect", "\(tiny)/\(file)", "--model", tiny, "--defects", "scratch"] + options
        // Whoever encodes the tiny model's prompts first is told that some are cut; later runs find them in the cache.
        if code < 2 { _ = try Program.run(command) }
        let result = try Program.run(command)
        #expect(result.code == code, "\(result.errors)")
        #expect(result.output.isEmpty == (code >= 2))
        #expect(result.errors.isEmpty == (code < 2), "\(result.errors)")
    }

    @Test("inspect never writes over a picture that it reads")
    func overwriting() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "multiads-inspect-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let names = ["part.png", "part-2.png"].map { folder.appending(path: $0).path }
        for name in names { try FileManager.default.copyItem(atPath: "\(tiny)/query.png", toPath: name) }
        let before = try Data(contentsOf: URL(filePath: names[1]))
        let reference = ["\(tiny)/reference_0.png", "--reference", names[0]]
        for pictures in [[names[0]], names, [names[0], "--reference", "\(tiny)/reference_0.png"], reference] {
            let result = try Program.run(
                [
                    "inspect", "--model", tiny, "--defects", "hole", "--overlay",
                    "\(folder.path)/../\(folder.lastPathComponent)/part.png",
                ] + pictures)
            #expect(result.code == 2)
            #expect(result.errors.contains("expected another file than the pictures, found one of them"))
        }
        for name in names { #expect(try Data(contentsOf: URL(filePath: name)) == before) }
    }

    @Test("made-up results go into no folder that has results")
    func madeUpResults() throws {
        let data = FileManager.default.temporaryDirectory.appending(path: "multiads-bench-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: data) }
        #expect(try Program.run(["bench", "results", "--data", data, "--count", "3"]).code == 0)
        let again = try Program.run(["bench", "results", "--data", data, "--count", "3"])
        #expect(
            again.code == 1 && again.errors.contains("expected one without results")
                && again.errors.contains("found 3 results"))
    }

    @Test("a result that does not fit on the disk is a failure")
    func fullDisk() throws {
        let (process, _, errors) = try Program.process(["synth", "--list"])
        process.standardOutput = FileHandle(forWritingAtPath: "/dev/full")
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 1)
        let text = String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
        #expect(text == "multiads: standard output: cannot be written: No space left on device\n")
    }

    @Test("several pictures as JSON are one line each")
    func lines() throws {
        let result = try Program.run([
            "inspect", tiny + "/query.png", tiny + "/merges.txt", "--model", tiny, "--defects", "hole", "--json",
        ])
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 2)
        let objects = try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
        let first = try #require(objects[0])
        #expect(Set(first.keys).isSuperset(of: ["verdict", "score", "defects", "provenance"]))
        #expect(objects[1]?["verdict"] as? String == "undecidable")
    }

    @Test("a picture that shows nothing is not judged, unless that is asked for")
    func blank() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "multiads-blank-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let black = folder.appending(path: "black.png")
        try Data(
            PNGEncoder.encode(RGBImage(width: 40, height: 40, fill: RGBColor(red: 0, green: 0, blue: 0)))
        ).write(to: black)
        func inspect(_ more: String...) throws -> (code: Int32, output: String, errors: String) {
            try Program.run(
                ["inspect", black.path, "--model", tiny, "--defects", "hole", "--no-cache", "--threshold", "1.5"] + more
            )
        }
        let text = try inspect()
        #expect(text.code == 2 && text.output.contains("UNDECIDABLE"))
        #expect(text.output.contains("\n  blank: expected a picture of a part, found a black picture"))
        let json = try inspect("--json")
        #expect(
            json.output.contains(#""faults":[{"type":"blank","detail":""#) && json.output.contains(#""brightness":0"#))
        let judged = try inspect("--picture-check", "none")
        #expect(judged.code == 0 && judged.output.contains("OK"))
    }

    @Test("serve prints its address, answers, keeps its folder to itself, and ends in order")
    func serve() throws {
        let data = FileManager.default.temporaryDirectory.appending(path: "multiads-serve-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: data) }
        let service = try RunningService(data: data, model: tiny)
        #expect(service.send("GET", "/readyz")?.status == 200)

        let second = try Program.run(["serve", "--port", "0", "--data", data, "--model", tiny])
        #expect(second.code == 1)
        #expect(second.errors.hasPrefix("multiads: data folder \(data): "))
        #expect(second.errors.split(separator: "\n").count == 1)
        let third = try Program.run([
            "serve", "--port", "\(service.port)", "--data", data + "/other", "--model", tiny, "--log-level", "error",
        ])
        #expect(third.code == 1)
        #expect(third.errors.contains("Address already in use"))
        #expect(!FileManager.default.fileExists(atPath: data + "/other"))

        service.stop()
        #expect(service.process.terminationReason == .exit)
        #expect(service.process.terminationStatus == 0)
    }

    @Test("a missing model ends serve with one line")
    func missingModel() throws {
        let data = FileManager.default.temporaryDirectory.appending(path: "multiads-serve-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: data) }
        let result = try Program.run(["serve", "--port", "0", "--data", data, "--model", data + "/none"])
        #expect(result.code == 1)
        #expect(result.errors == "multiads: expected a model folder at \(data)/none, found nothing there\n")
    }
}
