import Checkpoints
import Tensors
import Testing

@Suite("Damaged safetensors headers")
struct SafeTensorsHeaderTests {
    private func open(_ header: String, data: Int = 0, length: UInt64? = nil) throws -> SafeTensorsFile {
        try open(Array(header.utf8), data: data, length: length)
    }

    private func open(_ header: [UInt8], data: Int = 0, length: UInt64? = nil) throws -> SafeTensorsFile {
        let bytes = le(length ?? UInt64(header.count)) + header + [UInt8](repeating: 0, count: data)
        return try SafeTensorsFile(region: ByteRegion(bytes), name: "folder/test.safetensors")
    }

    @Test("the smallest good files open")
    func smallest() throws {
        #expect(try open("{}").tensorNames == [])
        #expect(try open("{}   ").tensorNames == [])
        let one = try open(#"{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}"#, data: 4)
        #expect(one.info("a") == TensorInfo(shape: [], elementType: .float32))
        #expect(try one.tensor("a").values == [0])
        let empty = try open(#"{"b":{"dtype":"F16","shape":[3,0],"data_offsets":[0,0]}}"#)
        #expect(try empty.tensor("b").shape == [3, 0])
    }

    @Test("a file of fewer than 8 bytes is cut off", arguments: 0..<8)
    func short(count: Int) throws {
        let region = ByteRegion([UInt8](repeating: 0, count: count))
        expectFailure(.truncated) { _ = try SafeTensorsFile(region: region, name: "short") }
    }

    @Test(
        "the header's length must be possible",
        arguments: [
            (3 as UInt64, CheckpointError.Code.truncated), (100_000_000, .truncated), (100_000_001, .invalidHeader),
            (UInt64(Int64.max), .invalidHeader), (UInt64.max, .invalidHeader), (0, .invalidHeader), (1, .invalidHeader),
        ])
    func lengths(length: UInt64, code: CheckpointError.Code) {
        expectFailure(code) { _ = try open("{}", length: length) }
    }

    @Test(
        "what is not strict JSON of the right form",
        arguments: [
            "", "[]", "null", "{", "{} x", "{\"a\":}", "{\"a\":1}", "{\"a\":{}}", "{'a':{}}", " {}",
            "{\"__metadata__\":[]}",
            "{\"__metadata__\":{\"a\":1}}", #"{"a":{"dtype":"F32","shape":[1]}}"#,
            #"{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":1}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],}}"#, "{\"a\u{01}\":{}}",
        ])
    func malformed(header: String) {
        expectFailure(.invalidHeader, "\(header)") { _ = try open(header, data: 4) }
    }

    @Test("text that is not UTF-8")
    func notUTF8() {
        let header = Array("{\"".utf8) + [0xC3, 0x28] + Array("\":{}}".utf8)
        let message = expectFailure(.invalidHeader) { _ = try open(header) }
        #expect(message.contains("UTF-8") && message.hasPrefix("test.safetensors: "))
    }

    @Test(
        "a name twice, spelled alike or with escapes, and a key twice inside a tensor",
        arguments: [
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32"}}"#,
            #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\u0061":{"dtype":"F32"}}"#,
            #"{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
            #"{"__metadata__":{"x":"1","x":"2"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
        ])
    func duplicates(header: String) {
        expectFailure(.duplicateName) { _ = try open(header, data: 8) }
    }

    @Test("an element type nobody knows is named")
    func unknownType() {
        let message = expectFailure(.unknownElementType) {
            _ = try open(#"{"a":{"dtype":"F4_E2M1","shape":[2],"data_offsets":[0,1]}}"#, data: 1)
        }
        #expect(message.contains("F4_E2M1") && message.contains("BF16") && message.contains("“a”"))
    }

    @Test(
        "shape, type and offsets that contradict each other",
        arguments: [
            #""dtype":"F32","shape":[2],"data_offsets":[0,4]"#, #""dtype":"F16","shape":[2],"data_offsets":[0,8]"#,
            #""dtype":"F32","shape":[1],"data_offsets":[4,0]"#, #""dtype":"F32","shape":[1],"data_offsets":[0,4,8]"#,
            #""dtype":"F32","shape":[1],"data_offsets":[-4,0]"#, #""dtype":"F32","shape":[-1],"data_offsets":[0,4]"#,
            #""dtype":"F32","shape":[1.0],"data_offsets":[0,4]"#, #""dtype":"F32","shape":["1"],"data_offsets":[0,4]"#,
            #""dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]"#,
            #""dtype":"F32","shape":[9223372036854775807],"data_offsets":[0,4]"#,
            #""dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]"#,
            #""dtype":"F32","shape":[4294967296,4294967296,0],"data_offsets":[0,0]"#,
        ])
    func contradictions(description: String) {
        expectFailure(.invalidTensor, "\(description)") { _ = try open("{\"a\":{\(description)}}", data: 4) }
    }

    @Test(
        "data ranges that do not tile the file",
        arguments: [
            (([0, 4], [0, 4], 8), CheckpointError.Code.invalidTensor), (([0, 4], [2, 6], 6), .invalidTensor),
            (([0, 4], [8, 12], 12), .invalidTensor), (([4, 8], [8, 12], 12), .invalidTensor),
            (([0, 4], [4, 8], 9), .invalidTensor), (([0, 4], [4, 8], 7), .truncated),
            (([0, 4], [9_223_372_036_854_775_800, 9_223_372_036_854_775_804], 8), .truncated),
        ])
    func tiling(ranges: ([Int], [Int], Int), code: CheckpointError.Code) {
        let first = #""a":{"dtype":"F32","shape":[1],"data_offsets":\#(ranges.0)}"#
        let second = #""b":{"dtype":"F32","shape":[1],"data_offsets":\#(ranges.1)}"#
        expectFailure(code, "\(ranges)") { _ = try open("{\(first),\(second)}", data: ranges.2) }
    }

    @Test("names from a hostile file reach messages without control characters, and shortened")
    func hostileNames() {
        let name = "\\u001b[2J" + String(repeating: "x", count: 100_000)
        let message = expectFailure(.invalidHeader) { _ = try open("{\"\(name)\":1}") }
        #expect(message.contains("\u{FFFD}[2Jxxx") && !message.contains("\u{1B}") && message.count < 1100)
    }

    @Test("nesting and density are bounded")
    func bounds() {
        let deep = "{\"a\":" + String(repeating: "[", count: 5000)
        expectFailure(.invalidHeader) { _ = try open(deep) }
        let dense = "{\"a\":[" + String(repeating: "0,", count: 4_000_001) + "0]}"
        let message = expectFailure(.invalidHeader) { _ = try open(dense) }
        #expect(message.contains("4000000"))
    }

    @Test("integers, booleans and float64 are listed but not read as weights")
    func notWeights() throws {
        let file = try open(
            #"{"d":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"#
                + #""i":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}"#, data: 16)
        #expect(file.tensorNames == ["d", "i"])
        for name in file.tensorNames { expectFailure(.notFloat) { _ = try file.tensor(name) } }
    }
}
