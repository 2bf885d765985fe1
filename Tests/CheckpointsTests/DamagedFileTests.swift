import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Damaged model files")
struct DamagedFileTests {
    static let files = [
        "openclip-f32.safetensors", "openclip-f16.safetensors", "huggingface.safetensors", "huggingface-f16.bin",
        "openai-f16.pt",
        "training-bf16.pt", "adapter.pth", "adapter-zip64.pth", "views.pt",
    ]

    /// Opens and reads everything that can be read.
    private func readAll(_ bytes: [UInt8]) throws -> [String: [Float]] {
        let source = try CheckpointFile.open(region: ByteRegion(bytes), name: "damaged")
        var result: [String: [Float]] = [:]
        for name in source.tensorNames where source.info(name)?.elementType.isReadableAsFloat == true {
            result[name] = try source.tensor(name).values
        }
        return result
    }

    @Test("a file cut at any 37th of its length, or a byte short, is refused", arguments: files)
    func cut(file: String) throws {
        let whole = try CheckpointFixtures.bytes(file)
        for length in (0..<37).map({ whole.count * $0 / 37 }) + [whole.count - 1] {
            #expect(throws: CheckpointError.self, "cut at \(length)") { try readAll(Array(whole[..<length])) }
        }
    }

    @Test("a header cut at every byte is refused", arguments: ["openclip-bf16.safetensors"])
    func cutHeader(file: String) throws {
        let whole = try CheckpointFixtures.bytes(file)
        let header = 8 + Int(whole[0]) + Int(whole[1]) << 8
        for length in 0...header {
            #expect(throws: CheckpointError.self, "cut at \(length)") {
                _ = try SafeTensorsFile(region: ByteRegion(Array(whole[..<length])), name: "cut")
            }
        }
    }

    @Test(
        "a changed byte in a PyTorch file is noticed, or changes nothing that is read",
        arguments: ["adapter.pth", "views.pt"])
    func flippedArchive(file: String) throws {
        let whole = try CheckpointFixtures.bytes(file)
        let expected = try readAll(whole).mapValues { $0.map(\.bitPattern) }
        var refused = 0
        let positions = stride(from: 0, to: whole.count, by: 5)
        for position in positions {
            var bytes = whole
            bytes[position] ^= 0x41
            do {
                let found = try readAll(bytes).mapValues { $0.map(\.bitPattern) }
                #expect(found == expected, "byte \(position)")
            } catch is CheckpointError {
                refused += 1
            }
        }
        #expect(refused > Array(positions).count / 3)
    }

    @Test("a changed byte in a safetensors header never crashes")
    func flippedHeader() throws {
        let whole = try CheckpointFixtures.bytes("openclip-bf16.safetensors")
        let header = 8 + Int(whole[0]) + Int(whole[1]) << 8
        var generator = SeededGenerator(seed: 5)
        for position in 0..<header {
            var bytes = whole
            bytes[position] = UInt8.random(in: 0...255, using: &generator)
            do { _ = try readAll(bytes) } catch is CheckpointError {}
        }
    }

    @Test("random damage inside the pickle itself, checksum mended, never crashes")
    func flippedPickle() throws {
        let archive = try CheckpointFixtures.bytes("views.pt")
        let start = try #require(archive.indices.first { archive[$0...].starts(with: [0x80, 2, 0x7D]) })
        let end = try #require(archive.indices.first { $0 > start && archive[$0...].starts(with: [0x50, 0x4B, 7, 8]) })
        let pickle = Array(archive[start..<end])
        var builder = ZipBuilder.torch(
            pickle: [], storages: (0..<20).map { (String($0), [UInt8](repeating: 0x3C, count: 4 * 48)) })
        var generator = SeededGenerator(seed: 11)
        var opened = 0
        for _ in 0..<1000 {
            var damaged = pickle
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let position = Int.random(in: 0..<damaged.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: damaged[position] = UInt8.random(in: 0...255, using: &generator)
                case 1: damaged.remove(at: position)
                default: damaged.insert(damaged[Int.random(in: 0..<damaged.count, using: &generator)], at: position)
                }
            }
            do {
                builder.entries[0].bytes = damaged
                _ = try readAll(builder.build())
                opened += 1
            } catch is CheckpointError {}
        }
        #expect(opened < 1000)
    }

    @Test("checksums can be left out for a file whose digest was checked, but never the pickle's")
    func unverified() throws {
        var bytes = try CheckpointFixtures.bytes("adapter.pth")
        let expected = try Reference("adapter").entries[1]
        let pattern = try #require(expected.values?.first).bitPattern
        let position = try #require(bytes.indices.first { bytes[$0...].starts(with: le(pattern)) })
        bytes[position] ^= 1
        let strict = try TorchArchive(region: ByteRegion(bytes), name: "strict")
        expectFailure(.checksumMismatch) { _ = try strict.tensor(expected.name) }
        expectFailure(.checksumMismatch, "a second time") { _ = try strict.tensor(expected.name) }
        let lenient = try TorchArchive(region: ByteRegion(bytes), name: "lenient", verifyChecksums: false)
        #expect(try lenient.tensor(expected.name).values.first?.bitPattern == pattern ^ 1)
    }

    @Test("compressed weights are refused with advice")
    func deflated() {
        let message = expectFailure(.unsupportedArchive) {
            let source = try CheckpointFixtures.open("adapter-deflated.pth")
            _ = try source.tensor("fc.0.weight")
        }
        #expect(message.contains("torch.save"))
    }
}

@Suite("Opening files by their content")
struct CheckpointFileTests {
    private func open(_ bytes: [UInt8]) throws -> any TensorSource {
        try CheckpointFile.open(region: ByteRegion(bytes), name: "/models/file.bin")
    }

    @Test("the name's suffix does not matter")
    func suffix() throws {
        #expect(try open(try CheckpointFixtures.bytes("adapter.pth")) is TorchArchive)
        #expect(try open(try CheckpointFixtures.bytes("openclip-f32.safetensors")) is SafeTensorsFile)
    }

    @Test("files from before PyTorch 1.6 are told to be saved again")
    func legacy() throws {
        let message = expectFailure(.legacyTorchFormat) { _ = try CheckpointFixtures.open("adapter-legacy.pth") }
        #expect(message.contains("adapter-legacy.pth") && message.contains("torch.save"))
        var tar = [UInt8](repeating: 0, count: 512)
        tar.replaceSubrange(257..<262, with: Array("ustar".utf8))
        expectFailure(.legacyTorchFormat) { _ = try open(tar) }
    }

    @Test(
        "what is no model file at all",
        arguments: [
            [], [0], Array("<!DOCTYPE html><html>".utf8), Array("version https://git-lfs.github.com/spec/v1\n".utf8),
            [UInt8](repeating: 0, count: 100),
        ])
    func unrecognized(bytes: [UInt8]) {
        let message = expectFailure(.unrecognizedFormat) { _ = try open(bytes) }
        #expect(message.hasPrefix("file.bin: expected"))
    }

    @Test("archives that PyTorch did not write")
    func foreignArchives() throws {
        expectFailure(.invalidArchive) { _ = try open(ZipBuilder([("readme.txt", [1])]).build()) }
        let two = ZipBuilder([("a/data.pkl", Pickle.program([])), ("b/data.pkl", [])]).build()
        expectFailure(.invalidArchive) { _ = try open(two) }
        var big = ZipBuilder.torch(pickle: Pickle.program(Pickle.ascii("}")))
        big.entries.append(.init(name: "m/byteorder", bytes: Array("big".utf8)))
        expectFailure(.unsupportedArchive) { _ = try open(big.build()) }
    }

    @Test("a missing file, a folder and a file without permission carry the system's reason")
    func unreadable() throws {
        let missing = expectFailure(.cannotOpen) { _ = try CheckpointFile.open(path: "/nonexistent/model.pt") }
        #expect(missing.contains("No such file"))
        expectFailure(.cannotOpen) { _ = try CheckpointFile.open(path: "/tmp") }
        do throws(CheckpointError) {
            _ = try ByteRegion.map(path: "/nonexistent/model.pt")
        } catch {
            #expect(error.systemError == ENOENT && error.file == "/nonexistent/model.pt")
        }
    }

    @Test("an empty file is mapped as nothing and refused")
    func empty() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "empty").path
            try Data().write(to: URL(filePath: path))
            #expect(try ByteRegion.map(path: path).count == 0)
            expectFailure(.unrecognizedFormat) { _ = try CheckpointFile.open(path: path) }
        }
    }
}
