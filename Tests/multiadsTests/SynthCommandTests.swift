import AnomalyDetection
import ArgumentParser
import Foundation
import Images
import Synthesis
import TestSupport
import Testing

@testable import multiads

@Suite("synth")
struct SynthCommandTests {
    private func families(_ names: String...) -> [FamilyDescription] {
        FamilyDescription.all.filter { names.contains($0.name) }
    }

    /// All that a stream writes, through a file.
    private func streamed(_ indices: Range<UInt64>, threads: Int) throws -> [UInt8] {
        let url = FileManager.default.temporaryDirectory.appending(path: "multiads-stream-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: url) }
        let descriptor = open(url.path, O_CREAT | O_WRONLY, 0o600)
        try #require(descriptor >= 0)
        let feed = TrainingFeed(seed: 3, side: 32, families: families("washer", "paper"), defectiveShare: 1)
        try SynthStream(feed: feed, threads: PictureWorkers(count: threads), descriptor: descriptor).write(indices)
        close(descriptor)
        return Array(try Data(contentsOf: url))
    }

    @Test("stream is a line that describes it, then a line, colours and types for each picture")
    func stream() throws {
        struct Header: Decodable {
            struct Family: Decodable, Equatable {
                let name: String
                let nouns: [String]
            }
            let format: String
            let version: Int
            let side: Int
            let types: [String]
            let families: [Family]
        }
        struct Line: Decodable {
            let index: UInt64
            let family: String
            let noun: String
            let types: [String]
            let severity: String?
        }
        var rest = try streamed(100..<130, threads: 2)[...]
        func line<Value: Decodable>(_ type: Value.Type) throws -> Value {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            try #require(end < rest.endIndex)
            defer { rest = rest[(end + 1)...] }
            return try JSONDecoder().decode(type, from: Data(rest[..<end]))
        }
        let header = try line(Header.self)
        #expect(header.format == "multiads-synth" && header.version == 1 && header.side == 32)
        #expect(header.types == Synthesis.DefectType.allCases.map(\.rawValue))
        #expect(header.families.map(\.name).sorted() == ["paper", "washer"])
        for index in UInt64(100)..<130 {
            let picture = try line(Line.self)
            #expect(picture.index == index)
            let family = try #require(header.families.first { $0.name == picture.family })
            #expect(family.nouns.contains(picture.noun))
            #expect((picture.severity == nil) == picture.types.isEmpty)
            let map = Set(rest.dropFirst(32 * 32 * 3).prefix(32 * 32)).subtracting([0])
            let named = Set(picture.types.compactMap(header.types.firstIndex).map { UInt8($0 + 1) })
            // A later defect may hide an earlier one, but nothing unnamed appears.
            #expect(map.isSubset(of: named) && map.isEmpty == named.isEmpty)
            rest = rest.dropFirst(32 * 32 * 4)
        }
        #expect(rest.isEmpty)
    }

    @Test("stream does not depend on the number of threads or on where it starts")
    func repeats() throws {
        let whole = try streamed(7..<47, threads: 1)
        #expect(try streamed(7..<47, threads: 3) == whole)
        let tail = try streamed(40..<47, threads: 2)
        let body = tail.suffix(from: try #require(tail.firstIndex(of: UInt8(ascii: "\n"))) + 1)
        #expect(whole.suffix(body.count) == body)
    }

    @Test("stream ends quietly when nobody reads")
    func closedPipe() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let feed = TrainingFeed(seed: 3, side: 32, families: families("washer"))
        try SynthStream(feed: feed, threads: PictureWorkers(count: 1), descriptor: ends[1]).write(0..<1_000_000)
    }

    @Test("data set has MVTec AD's folders, a mask beside every defective picture, and one per type where several are")
    func dataset() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "multiads-synth-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        let chosen = families("washer", "knit")
        let dataset = SynthDataset(
            folder: root.path, seed: 5, side: 64, train: 2, good: 1, defects: 2, severity: .obvious,
            threads: PictureWorkers(count: 2))
        let pictures = try dataset.write(chosen)
        for family in chosen {
            let product = root.appending(path: family.name).path
            func files(_ path: String) throws -> [String] {
                try FileManager.default.contentsOfDirectory(atPath: "\(product)/\(path)").sorted()
            }
            #expect(try files("train/good") == ["000.png", "001.png"])
            #expect(try files("test/good") == ["000.png"])
            #expect(try files("test") == (family.defects.map(\.rawValue) + ["combined", "good"]).sorted())
            for type in family.defects {
                #expect(try files("test/\(type)") == ["000.png", "001.png"])
                #expect(try files("ground_truth/\(type)") == ["000_mask.png", "001_mask.png"])
                let mask = try ImageDecoder.decode(
                    Array(Data(contentsOf: URL(filePath: "\(product)/ground_truth/\(type)/000_mask.png"))))
                #expect(mask.width == 64 && mask.height == 64)
                #expect(Set(mask.pixels) == [0, 255])
            }
            let truths = try files("ground_truth/combined")
            for number in ["000", "001"] {
                #expect(truths.contains("\(number)_mask.png"))
                #expect(truths.count { $0.hasPrefix(number) } >= 3)
            }
        }
        struct Manifest: Decodable {
            struct Picture: Decodable {
                let file: String
                let types: [String]
            }
            let pictures: [Picture]
        }
        let manifest = try JSONDecoder().decode(
            Manifest.self, from: Data(contentsOf: root.appending(path: "synth.json")))
        #expect(manifest.pictures.count == pictures)
        #expect(pictures == chosen.reduce(0) { $0 + 3 + 2 * ($1.defects.count + 1) })
        #expect(
            manifest.pictures.allSatisfy { FileManager.default.fileExists(atPath: root.appending(path: $0.file).path) })
        // The same again is no fault, other pictures between these would be.
        #expect(try dataset.write(chosen) == pictures)
        let other = SynthDataset(
            folder: root.path, seed: 6, side: 64, train: 2, good: 1, defects: 2, severity: .obvious,
            threads: PictureWorkers(count: 2))
        #expect(throws: CommandFailure.self) { try other.write(chosen) }
    }

    @Test("a killed run goes on with the same order, and with no other; what it had not finished writing is removed")
    func killed() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "multiads-synth-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        func dataset(seed: UInt64) -> SynthDataset {
            SynthDataset(
                folder: root.path, seed: seed, side: 64, train: 60, good: 0, defects: 0, severity: nil,
                threads: PictureWorkers(count: 2))
        }
        let (process, _, _) = try Program.process([
            "synth", root.path, "--products", "washer", "--seed", "5", "--side", "64", "--train", "60", "--good", "0",
            "--defects", "0",
        ])
        try process.run()
        let first = root.appending(path: "washer/train/good/000.png").path
        while process.isRunning, !FileManager.default.fileExists(atPath: first) { usleep(500) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let leftover = root.appending(path: "washer/train/good/.007.png.17.0.tmp")
        try Data("half".utf8).write(to: leftover)

        let error = try #require(throws: CommandFailure.self) {
            try dataset(seed: 6).write(families("washer"))
        }
        #expect(error.description.contains("found seed 5 instead of 6"), "\(error)")
        #expect(try dataset(seed: 5).write(families("washer")) == 60)
        #expect(!FileManager.default.fileExists(atPath: leftover.path))
        let record = try String(contentsOf: root.appending(path: "synth.json"), encoding: .utf8)
        #expect(record.contains(#""complete": true"#))
    }

    @Test("somebody's own files are not replaced")
    func ownFiles() throws {
        let files = try MiniatureDataset()
        try files.write("washer/test/good/000.png", "precious")
        let dataset = SynthDataset(
            folder: files.root, seed: 5, side: 64, train: 0, good: 1, defects: 0, severity: nil,
            threads: PictureWorkers(count: 1))
        let error = try #require(throws: CommandFailure.self) { try dataset.write(families("washer")) }
        #expect(error.description.contains("found washer and no synth.json"), "\(error)")
        #expect(try files.bytes("washer/test/good/000.png") == Array("precious".utf8))
        try files.write("synth.json", "{}")
        #expect(throws: CommandFailure.self) { try dataset.write(families("washer")) }

        let own = try MiniatureDataset()
        let second = SynthDataset(
            folder: own.root, seed: 5, side: 64, train: 0, good: 1, defects: 1, severity: nil,
            threads: PictureWorkers(count: 1))
        let count = try second.write(families("washer"))
        try own.write("washer/test/good/999.png", "mine")
        let mixed = try #require(throws: CommandFailure.self) { try second.write(families("washer")) }
        #expect(mixed.description.contains("found washer/test/good/999.png"), "\(mixed)")
        try FileManager.default.removeItem(atPath: own.root + "/washer/test/good/999.png")
        #expect(try second.write(families("washer")) == count)
    }

    @Test("a contact sheet that no program could show is refused before a picture is made")
    func largeSheet() throws {
        let sheet = SynthSheet(
            families: families("washer"), seed: 1, side: 160, severity: nil, threads: PictureWorkers(count: 1))
        let error = try #require(throws: ValidationError.self) { try sheet.write(to: "/nowhere/x.png", count: 100_000) }
        #expect("\(error)".contains("50 megapixels"), "\(error)")
    }

    @Test("groups and names choose products; a wrong name is refused")
    func selection() throws {
        let heldOut = try SynthSelection.parse(["--products", "held-out"]).families()
        #expect(heldOut.count == 6 && heldOut.allSatisfy(\.isHeldOut))
        let rest = try SynthSelection.parse(["--except", "held-out,textures"]).families()
        #expect(rest.allSatisfy { !$0.isHeldOut && $0.kind == .object } && !rest.isEmpty)
        #expect(try SynthSelection.parse(["--products", "wood,washer"]).families().map(\.name) == ["wood", "washer"])
        #expect(throws: (any Error).self) { try SynthSelection.parse(["--products", "unicorn"]).families() }
        #expect(throws: (any Error).self) {
            try SynthSelection.parse(["--products", "wood", "--except", "wood"]).families()
        }
    }

    @Test(
        "wrong command lines are refused",
        arguments: [
            [], ["--list", "--train", "3"], ["--stream", "--count", "1", "--layout", "mvtec"],
            ["--contact-sheet", "x.png", "--good", "2"], ["--list", "--stream"], ["--stream"], ["out", "--side", "8"],
            ["--stream", "--count", "-1"],
            ["--stream", "--count", "1", "--defective", "1.5"], ["out", "--threads", "0"], ["out", "--layout", "visa"],
            ["out", "--count", "3"], ["out", "--start", "3"], ["--contact-sheet", "x.png", "--start", "3"],
            ["--contact-sheet", "x.bmp"], ["out", "--pieces", "2"], ["out", "--defective", "0.5"],
        ])
    func refused(arguments: [String]) {
        #expect(throws: (any Error).self) { try SynthCommand.parse(arguments) }
    }

    @Test("every defect type has prompts of its own in the general set")
    func prompts() throws {
        let general = try KnowledgeBase.builtIn().dataset(named: KnowledgeBase.generalDataset)
        let names = Set(general.defectTypes.map(\.name))
        for type in Synthesis.DefectType.allCases { #expect(names.contains(type.rawValue), "\(type)") }
    }
}
