/// Writes pickle programs instruction by instruction.
enum Pickle {
    static func program(_ parts: [UInt8]...) -> [UInt8] { [0x80, 2] + parts.flatMap(\.self) + ascii(".") }

    static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }
    static func text(_ text: String) -> [UInt8] { ascii("X") + le(UInt32(text.utf8.count)) + ascii(text) }
    static func global(_ module: String, _ name: String) -> [UInt8] { ascii("c\(module)\n\(name)\n") }
    static func int(_ value: Int32) -> [UInt8] { ascii("J") + le(value) }
    static func long(_ bytes: [UInt8]) -> [UInt8] { [0x8A, UInt8(bytes.count)] + bytes }
    static func tuple(_ parts: [UInt8]...) -> [UInt8] { ascii("(") + parts.flatMap(\.self) + ascii("t") }
    static func dictionary(_ parts: [UInt8]...) -> [UInt8] { ascii("}(") + parts.flatMap(\.self) + ascii("u") }

    static func storage(_ type: String, key: String, count: Int32) -> [UInt8] {
        tuple(text("storage"), global("torch", type), text(key), text("cpu"), int(count)) + ascii("Q")
    }

    static func tensor(_ storage: [UInt8], offset: [UInt8], shape: [[UInt8]], strides: [[UInt8]]) -> [UInt8] {
        let empty = global("collections", "OrderedDict") + ascii(")R")
        let arguments = ascii("(") + storage + offset + ascii("(") + shape.flatMap(\.self) + ascii("t(")
        return global("torch._utils", "_rebuild_tensor_v2") + arguments + strides.flatMap(\.self) + ascii("t") + [0x89]
            + empty
            + ascii("tR")
    }

    /// A dictionary with one float32 tensor of the storage "0".
    static func oneTensor(
        count: Int32 = 4, type: String = "FloatStorage", offset: Int32 = 0, shape: [Int32] = [2, 2],
        strides: [Int32] = [2, 1]
    ) -> [UInt8] {
        program(
            dictionary(
                text("w"),
                tensor(
                    storage(type, key: "0", count: count), offset: int(offset), shape: shape.map(int),
                    strides: strides.map(int))))
    }
}
