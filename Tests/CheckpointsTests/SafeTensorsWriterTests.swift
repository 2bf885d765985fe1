import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Writing safetensors")
struct SafeTensorsWriterTests {
    private func reopen(_ bytes: [UInt8]) throws -> SafeTensorsFile {
        try SafeTensorsFile(region: ByteRegion(bytes), name: "written")
    }

    @Test("what is written reads back bit by bit, whatever the names")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 7)
        let tensors = [
            "plain": generator.tensor([3, 5]), "scalar": generator.tensor([]), "empty": generator.tensor([4, 0]),
            "quote\"slash\\é😀\n": generator.tensor([2]), "": generator.tensor([7]),
        ]
        let metadata = ["format": "pt", "odd\"key": "line\nbreak"]
        let file = try reopen(
            try SafeTensorsWriter.serialize(tensors.map { .init($0.key, $0.value) }, metadata: metadata))
        #expect(file.tensorNames == tensors.keys.sorted())
        #expect(file.metadata == metadata)
        for (name, tensor) in tensors {
            #expect(file.info(name)?.shape == tensor.shape)
            expectEqual(try file.tensor(name).values, tensor.values, name)
        }
    }

    @Test("re-writing files of the reference writer keeps every tensor", arguments: ["f32", "f16", "bf16"])
    func rewrites(type: String) throws {
        let source = try CheckpointFixtures.open("openclip-\(type).safetensors")
        let entries = try source.tensorNames.map { name in
            SafeTensorsWriter.Entry(name, try #require(source.info(name))) { () throws(CheckpointError) in
                try source.tensor(name)
            }
        }
        let file = try reopen(try SafeTensorsWriter.serialize(entries))
        #expect(file.tensorNames == source.tensorNames)
        for name in source.tensorNames {
            #expect(file.info(name) == source.info(name))
            expectEqual(try file.tensor(name).values, try source.tensor(name).values, name)
        }
    }

    @Test("data is aligned: wide elements first, the header padded to 8 bytes")
    func alignment() throws {
        let bytes = try SafeTensorsWriter.serialize([
            .init("a", Tensor(shape: [3], [1, 2, 3]), as: .bfloat16), .init("b", Tensor(shape: [1], [4])),
        ])
        let length = bytes.prefix(8).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
        #expect(length % 8 == 0)
        #expect(bytes.count == 8 + length + 4 + 6)
        #expect(Array(bytes[(8 + length)..<(8 + length + 4)]) == [0, 0, 0x80, 0x40])  // b, although a sorts first
    }

    @Test("equal input gives equal bytes, in any order of tensors and metadata")
    func deterministic() throws {
        let entries = ["x", "y", "z"].map { SafeTensorsWriter.Entry($0, Tensor(shape: [1], [1])) }
        let first = try SafeTensorsWriter.serialize(entries, metadata: ["a": "1", "b": "2"])
        let second = try SafeTensorsWriter.serialize(entries.reversed(), metadata: ["b": "2", "a": "1"])
        #expect(first == second)
    }

    @Test("narrowing to bfloat16 rounds to nearest, ties to even, and keeps NaN and infinity")
    func bfloat16() throws {
        let pairs: [(Float, Float)] = [
            (1, 1), (1.00390625, 1), (1.01171875, 1.015625), (1.004, 1.0078125), (-1.01171875, -1.015625),
            (.infinity, .infinity), (-0.0, -0.0), (Float(bitPattern: 1), 0), (.greatestFiniteMagnitude, .infinity),
            (Float(bitPattern: 0x7F80_0001), .nan),
        ]
        let tensor = Tensor(shape: [pairs.count], pairs.map(\.0))
        let file = try reopen(try SafeTensorsWriter.serialize([.init("t", tensor, as: .bfloat16)]))
        expectEqual(try file.tensor("t").values, pairs.map(\.1), "t")
    }

    @Test("a finite value beyond float16 is refused, not made infinite; infinity itself is kept")
    func overflow() throws {
        let kept = Tensor(shape: [3], [65504, 65519.996, .infinity])
        let file = try reopen(try SafeTensorsWriter.serialize([.init("t", kept, as: .float16)]))
        #expect(try file.tensor("t").values == [65504, 65504, .infinity])
        let lost = Tensor(shape: [2], [0, -65520])
        let message = expectFailure(.valueOutOfRange) {
            _ = try SafeTensorsWriter.serialize([.init("t", lost, as: .float16)])
        }
        #expect(message.contains("-65520") && message.contains("element 1"))
    }

    @Test("impossible requests")
    func refused() {
        let tensor = Tensor(shape: [1], [1])
        expectFailure(.duplicateName) { _ = try SafeTensorsWriter.serialize([.init("a", tensor), .init("a", tensor)]) }
        expectFailure(.duplicateName) { _ = try SafeTensorsWriter.serialize([.init("__metadata__", tensor)]) }
        expectFailure(.notFloat) { _ = try SafeTensorsWriter.serialize([.init("a", tensor, as: .int64)]) }
        let liar = SafeTensorsWriter.Entry("a", TensorInfo(shape: [2], elementType: .float32)) { tensor }
        expectFailure(.shapeMismatch) { _ = try SafeTensorsWriter.serialize([liar]) }
    }

    @Test("a file replaces its predecessor whole, and progress ends at the number of data bytes")
    func file() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "model.safetensors").path
            try Data("previous".utf8).write(to: URL(filePath: path))
            var progress: [Int] = []
            try SafeTensorsWriter.write([.init("a", Tensor(shape: [2], [1, 2]))], to: path) { progress.append($0) }
            #expect(progress.last == 8)
            #expect(try CheckpointFile.open(path: path).tensor("a").values == [1, 2])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.safetensors"])
        }
    }

    @Test("a failure while writing leaves the old file and no remains")
    func failure() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "model.safetensors").path
            try Data("previous".utf8).write(to: URL(filePath: path))
            let broken = SafeTensorsWriter.Entry("z", TensorInfo(shape: [1], elementType: .float32)) {
                () throws(CheckpointError) in throw CheckpointError(.missingTensor, file: "source", "gone")
            }
            expectFailure(.missingTensor) {
                try SafeTensorsWriter.write([.init("a", Tensor(shape: [1], [1])), broken], to: path)
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "previous")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["model.safetensors"])
        }
    }

    @Test("a folder that does not exist is reported with the system's reason")
    func systemErrors() throws {
        let message = expectFailure(.cannotWrite) {
            try SafeTensorsWriter.write([], to: "/nonexistent/model.safetensors")
        }
        #expect(message.contains("No such file"))
    }
}

/// Runs `body` with a fresh folder that is removed afterwards.
func withTemporaryFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "checkpoints-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
}
