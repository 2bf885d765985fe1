import Checkpoints
import Tensors
import Testing

@Suite("Reading what PyTorch and safetensors wrote")
struct GoldenReadingTests {
    @Test(
        "every tensor has the reference's type, shape and bits",
        arguments: [
            ("openclip-f32.safetensors", "openclip-f32"), ("openclip-f16.safetensors", "openclip-f16"),
            ("openclip-bf16.safetensors", "openclip-bf16"), ("training-bf16.pt", "openclip-bf16"),
            ("adapter.pth", "adapter"), ("adapter-zip64.pth", "adapter"), ("adapter-protocol4.pt", "adapter"),
            ("views.pt", "views"),
        ])
    func matches(file: String, reference: String) throws {
        let source = try CheckpointFixtures.open(file)
        let expected = try Reference(reference)
        let weights = source.tensorNames.filter { !$0.hasPrefix("optimizer.") }
        #expect(weights == expected.entries.map(\.name))
        for entry in expected.entries {
            #expect(source.info(entry.name) == TensorInfo(shape: entry.shape, elementType: entry.type), "\(entry.name)")
            if let values = entry.values {
                let tensor = try source.tensor(entry.name)
                #expect(tensor.shape == entry.shape)
                expectEqual(tensor.values, values, entry.name)
            } else {
                let message = expectFailure(.notFloat) { _ = try source.tensor(entry.name) }
                #expect(message.contains("“\(entry.name)”") && message.contains(entry.type.rawValue))
            }
        }
    }

    @Test("a TorchScript archive yields its attributes by dotted name, and its compressed source is left alone")
    func torchScript() throws {
        let source = try CheckpointFixtures.open("openai-f16.pt")
        let expected = try Reference("openclip-f16")
        let scalars = ["context_length", "input_resolution", "vocab_size"]
        #expect(source.tensorNames == (expected.entries.map(\.name) + scalars).sorted())
        #expect(source.metadata["visual.training"] != nil)
        for entry in expected.entries {
            expectEqual(try source.tensor(entry.name).values, try #require(entry.values), entry.name)
        }
        for name in scalars {
            #expect(source.info(name) == TensorInfo(shape: [], elementType: .int64))
        }
    }

    @Test(
        "contiguous float32 tensors are borrowed from the mapping, not copied",
        arguments: ["openclip-f32.safetensors", "adapter.pth"])
    func borrows(file: String) throws {
        let region = try ByteRegion.map(path: CheckpointFixtures.path(file))
        let source = try CheckpointFile.open(region: region, name: file)
        let start = Int(bitPattern: region.bytes.baseAddress)
        for name in source.tensorNames {
            try source.tensor(name).withUnsafeBufferPointer { elements in
                let address = Int(bitPattern: elements.baseAddress)
                #expect((start..<start + region.count).contains(address), "\(name)")
            }
        }
    }

    @Test("a tensor outlives the source it was read from")
    func outlives() throws {
        let expected = try Reference("openclip-f32").entries.first { $0.name == "visual.proj" }
        let tensor = try CheckpointFixtures.open("openclip-f32.safetensors").tensor("visual.proj")
        expectEqual(tensor.values, try #require(expected?.values), "visual.proj")
    }

    @Test("unaligned float32 data is copied and equal")
    func unaligned() throws {
        let original = try CheckpointFixtures.bytes("openclip-f32.safetensors")
        let shifted = UnsafeMutableRawBufferPointer.allocate(byteCount: original.count + 1, alignment: 16)
        defer { shifted.deallocate() }
        UnsafeMutableRawBufferPointer(rebasing: shifted[1...]).copyBytes(from: original)
        let region = ByteRegion(staticBytes: UnsafeRawBufferPointer(rebasing: shifted[1...]))
        let source = try SafeTensorsFile(region: region, name: "shifted")
        for entry in try Reference("openclip-f32").entries {
            expectEqual(try source.tensor(entry.name).values, try #require(entry.values), entry.name)
        }
    }

    @Test("metadata: safetensors strings, and the scalars of a training checkpoint's weights")
    func metadata() throws {
        #expect(try CheckpointFixtures.open("openclip-f32.safetensors").metadata == ["format": "pt"])
        #expect(try CheckpointFixtures.open("adapter.pth").metadata.isEmpty)
    }

    @Test("a missing name is an error that names it")
    func missing() throws {
        for file in ["openclip-f32.safetensors", "adapter.pth"] {
            let source = try CheckpointFixtures.open(file)
            #expect(source.info("nonsense") == nil)
            let message = expectFailure(.missingTensor) { _ = try source.tensor("nonsense") }
            #expect(message.contains("nonsense") && message.contains(file))
        }
    }

    @Test("checked reading refuses wrong shapes and weights that are not finite")
    func checkedReading() throws {
        let source = try CheckpointFixtures.open("views.pt")
        #expect(try source.tensor("base", shape: [6, 8]).count == 48)
        let shape = expectFailure(.shapeMismatch) { _ = try source.tensor("base", shape: [8, 6]) }
        #expect(shape.contains("[8, 6]") && shape.contains("[6, 8]"))
        let infinite = expectFailure(.nonFinite) { _ = try source.tensor("special", shape: [5]) }
        #expect(infinite.contains("inf at element 0"))
        expectFailure(.missingTensor) { _ = try source.tensor("nonsense", shape: []) }
    }
}
