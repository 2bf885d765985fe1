// libFuzzer harness: whatever the bytes, opening and reading a model file ends in tensors or in a CheckpointError.
//
// Build from the package's root, after `swift build`, and run for a minute from the committed fixtures:
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name fuzz -module-name Fuzz -I .build/debug/Modules -I Sources/COpenSSL -I Sources/COpenBLAS Sources/Checkpoints/*.swift Tests/Fuzz/CheckpointFuzz.swift .build/debug/Tensors.build/*.o -o .build/checkpoint-fuzz
//   SWIFT_BACKTRACE=enable=no .build/checkpoint-fuzz -max_total_time=60 -max_len=12000 .build/checkpoint-corpus Tests/Fixtures/Checkpoints
// Inputs that begin with a pickle's first byte go to the unpickler directly: behind an archive's CRC-32, hardly any mutation
// would reach it. Every crash becomes a case of Tests/CheckpointsTests.

import Tensors

/// Tensors above this size are described but not read, so that one input takes microseconds.
private let elementLimit = 1 << 16

private func readPickle(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    let (root, heap) = try Unpickler.run(bytes, file: "fuzz")
    let state = try StateDictionary(root: root, heap: heap, file: "fuzz")
    for tensor in state.tensors.values where max(tensor.storage.count, tensor.info.count) < elementLimit {
        let size = tensor.storage.elementType.byteCount
        let storage = [UInt8](repeating: 1, count: tensor.storage.count * size)
        let gathered = storage.withUnsafeBytes { tensor.gathered(from: $0) }
        precondition(gathered.count == tensor.info.count * size, "every element was copied")
    }
}

private func readFile(_ bytes: [UInt8]) throws(CheckpointError) {
    let region = ByteRegion(bytes)
    let isArchive = bytes.first == UInt8(ascii: "P")
    let source: any TensorSource =
        isArchive
        ? try TorchArchive(region: region, name: "fuzz", verifyChecksums: false)
        : try CheckpointFile.open(region: region, name: "fuzz")
    readAll(of: source)
    readAll(of: try CanonicalCLIPTensors(source))
}

private func readAll(of source: some TensorSource) {
    for name in source.tensorNames {
        guard let info = source.info(name), info.count < elementLimit else { continue }
        do throws(CheckpointError) {
            let tensor = try source.tensor(name)
            precondition(tensor.shape == info.shape, "a tensor has the shape it was announced with")
            _ = tensor.firstNonFinite
        } catch {
            _ = error.description
        }
    }
}

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    do throws(CheckpointError) {
        if bytes.first == 0x80 { try readPickle(bytes) } else { try readFile(Array(bytes)) }
    } catch {
        precondition(!error.description.isEmpty)
    }
    return 0
}
