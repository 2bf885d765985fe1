/// Instructions of Python's pickle machine that saved tensors use (CPython `pickletools`, protocols 2 to 5).
enum PickleInstruction: UInt8 {
    case mark = 0x28  // (
    case emptyTuple = 0x29  // )
    case stop = 0x2E  // .
    case pop = 0x30  // 0
    case duplicate = 0x32  // 2
    case double = 0x47  // G
    case int4 = 0x4A  // J
    case int1 = 0x4B  // K
    case int2 = 0x4D  // M
    case none = 0x4E  // N
    case persistentID = 0x51  // Q
    case reduce = 0x52  // R
    case text = 0x58  // X
    case emptyList = 0x5D  // ]
    case append = 0x61  // a
    case build = 0x62  // b
    case global = 0x63  // c
    case appends = 0x65  // e
    case get1 = 0x68  // h
    case get4 = 0x6A  // j
    case put1 = 0x71  // q
    case put4 = 0x72  // r
    case setItem = 0x73  // s
    case tuple = 0x74  // t
    case setItems = 0x75  // u
    case emptyDictionary = 0x7D  // }
    case protocolVersion = 0x80
    case newObject = 0x81
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case `true` = 0x88
    case `false` = 0x89
    case long1 = 0x8A
    case shortText = 0x8C
    case wideText = 0x8D
    case stackGlobal = 0x93
    case memoize = 0x94
    case frame = 0x95
}

/// Bounds-checked reads of an instruction's operands.
struct PickleReader {
    let bytes: UnsafeRawBufferPointer
    let file: String

    private func cut(_ position: Int) -> CheckpointError {
        CheckpointError(
            .truncated, file: file, "pickle: expected more after byte \(position), found its end at \(bytes.count)")
    }

    private func take<Integer: FixedWidthInteger>(
        _ position: inout Int, _: Integer.Type
    ) throws(CheckpointError) -> Integer {
        guard let value = bytes.integer(at: position, as: Integer.self) else { throw cut(position) }
        position += MemoryLayout<Integer>.size
        return value
    }

    func byte(_ position: inout Int) throws(CheckpointError) -> UInt8 { try take(&position, UInt8.self) }

    func int32(_ position: inout Int) throws(CheckpointError) -> Int { Int(try take(&position, Int32.self)) }

    /// An unsigned operand of 1, 2, 4 or 8 bytes.
    func count(_ position: inout Int, width: Int) throws(CheckpointError) -> Int {
        switch width {
        case 1: return Int(try byte(&position))
        case 2: return Int(try take(&position, UInt16.self))
        case 4: return Int(try take(&position, UInt32.self))
        default:
            let start = position
            guard let value = Int(exactly: try take(&position, UInt64.self)) else { throw cut(start) }
            return value
        }
    }

    /// A little-endian two's-complement number of at most 8 bytes.
    func long(_ position: inout Int) throws(CheckpointError) -> Int {
        let start = position
        let length = Int(try byte(&position))
        guard let digits = bytes.slice(at: position, count: length) else { throw cut(position) }
        guard length <= 8 else {
            throw CheckpointError(
                .invalidPickle, file: file, "pickle at byte \(start): an integer of \(length) bytes, expected at most 8"
            )
        }
        position += length
        var value = 0
        for (index, digit) in digits.enumerated() { value |= Int(digit) << (8 * index) }
        let unusedBits = 64 - 8 * length
        return length == 0 ? 0 : (value << unusedBits) >> unusedBits  // the arithmetic shift extends the sign
    }

    /// A big-endian float64.
    func double(_ position: inout Int) throws(CheckpointError) -> Double {
        Double(bitPattern: try take(&position, UInt64.self).byteSwapped)
    }

    /// UTF-8 text after a length of `lengthWidth` bytes.
    func text(_ position: inout Int, lengthWidth: Int) throws(CheckpointError) -> String {
        let length = try count(&position, width: lengthWidth)
        guard let characters = bytes.slice(at: position, count: length) else { throw cut(position) }
        guard let text = String(validating: characters, as: UTF8.self) else {
            throw CheckpointError(.invalidPickle, file: file, "pickle at byte \(position): text is not valid UTF-8")
        }
        position += length
        return text
    }

    /// UTF-8 text up to a line feed, at most 4096 bytes.
    func line(_ position: inout Int) throws(CheckpointError) -> String {
        let rest = bytes.dropFirst(position).prefix(4096)
        guard let end = rest.firstIndex(of: 0x0A) else { throw cut(position) }
        guard let text = String(validating: bytes[position..<end], as: UTF8.self) else {
            throw CheckpointError(.invalidPickle, file: file, "pickle at byte \(position): a name is not valid UTF-8")
        }
        position = end + 1
        return text
    }
}
