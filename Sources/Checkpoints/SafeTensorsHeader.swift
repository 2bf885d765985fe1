/// The validated header of a safetensors file.
///
/// Layout: 8 bytes little-endian header length, that many bytes of JSON, then the data. Each JSON member is a tensor
/// (`dtype`, `shape`, `data_offsets` relative to the data) except `__metadata__`, a map of strings.
struct SafeTensorsHeader {
    /// One tensor's description and the absolute position of its bytes.
    struct Entry {
        let info: TensorInfo
        let range: Range<Int>
    }

    /// Same bound as the reference implementation's.
    static let maximumLength = 100_000_000

    private(set) var entries: [String: Entry] = [:]
    private(set) var metadata: [String: String] = [:]
    /// Where the data begins, in bytes from the file's start.
    let dataStart: Int

    /// Reads and checks the header of `bytes`, the whole file.
    ///
    /// Every byte of the data section must belong to exactly one tensor: overlaps, holes and trailing bytes are
    /// refused, since they would hide data or mean that the file was cut or patched.
    init(bytes: UnsafeRawBufferPointer, file: String) throws(CheckpointError) {
        guard let announced = bytes.integer(at: 0, as: UInt64.self) else {
            throw CheckpointError(
                .truncated, file: file, "expected at least 8 bytes of header length, found \(bytes.count) bytes")
        }
        guard announced <= UInt64(Self.maximumLength) else {
            throw CheckpointError(
                .invalidHeader, file: file,
                "header length: expected at most \(Self.maximumLength) bytes, found \(announced)")
        }
        guard let text = bytes.slice(at: 8, count: Int(announced)) else {
            throw CheckpointError(
                .truncated, file: file,
                "header: expected \(announced) bytes, found \(bytes.count - 8) after the length field")
        }
        guard text.first == UInt8(ascii: "{") else {
            throw CheckpointError(.invalidHeader, file: file, "header: expected a JSON object at byte 8")
        }
        dataStart = 8 + text.count
        for (name, description) in try Self.members(of: text, file: file) {
            if name == "__metadata__" {
                metadata = try Self.stringMap(description, file: file)
            } else {
                entries[name] = try Self.entry(name, description, dataStart: dataStart, end: bytes.count, file: file)
            }
        }
        try checkCoverage(dataStart: dataStart, end: bytes.count, file: file)
    }

    private static func members(
        of text: UnsafeRawBufferPointer, file: String
    ) throws(CheckpointError) -> [String: JSONValue] {
        do throws(JSONError) {
            guard case .object(let members) = try StrictJSON.parse(text) else {
                throw JSONError(offset: 0, reason: "expected an object", isDuplicateKey: false)
            }
            return members
        } catch {
            throw CheckpointError(
                error.isDuplicateKey ? .duplicateName : .invalidHeader, file: file,
                "header at byte \(8 + error.offset): \(error.reason)")
        }
    }

    private static func stringMap(_ value: JSONValue, file: String) throws(CheckpointError) -> [String: String] {
        guard case .object(let members) = value else {
            throw CheckpointError(.invalidHeader, file: file, "header: __metadata__ is not an object")
        }
        var map: [String: String] = [:]
        for (key, value) in members {
            guard let text = value.text else {
                throw CheckpointError(.invalidHeader, file: file, "header: __metadata__ “\(key)” is not a string")
            }
            map[key] = text
        }
        return map
    }

    private static func entry(
        _ name: String, _ description: JSONValue, dataStart: Int, end: Int, file: String
    ) throws(CheckpointError) -> Entry {
        guard case .object(let members) = description, members.count == 3,
            let typeName = members["dtype"]?.text,
            case .array(let extents)? = members["shape"],
            case .array(let offsets)? = members["data_offsets"]
        else {
            throw CheckpointError(
                .invalidHeader, file: file,
                "header: tensor “\(name)” is not described by exactly dtype, shape and data_offsets")
        }
        guard let type = ElementType(rawValue: typeName) else {
            let known = ElementType.allCases.map(\.rawValue).joined(separator: ", ")
            throw CheckpointError(
                .unknownElementType, file: file, "tensor “\(name)”: expected one of \(known), found “\(typeName)”")
        }
        let shape = extents.compactMap(\.integer)
        guard shape.count == extents.count, let count = checkedProduct(shape) else {
            throw CheckpointError(
                .invalidTensor, file: file,
                "tensor “\(name)”: shape must be whole numbers ≥ 0 whose product fits 64 bits")
        }
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
        guard !overflow, offsets.count == 2, let begin = offsets[0].integer, let stop = offsets[1].integer,
            begin >= 0, begin <= stop, stop - begin == byteCount
        else {
            throw CheckpointError(
                .invalidTensor, file: file,
                "tensor “\(name)”: \(typeName) \(shape) does not agree with data_offsets \(offsets.map(\.integer))")
        }
        guard stop <= end - dataStart else {
            throw CheckpointError(
                .truncated, file: file,
                "tensor “\(name)”: expected data up to byte \(stop), found only \(end - dataStart) bytes of data")
        }
        return Entry(info: TensorInfo(shape: shape, elementType: type), range: dataStart + begin..<dataStart + stop)
    }

    private func checkCoverage(dataStart: Int, end: Int, file: String) throws(CheckpointError) {
        let inFileOrder = entries.sorted {
            ($0.value.range.lowerBound, $0.value.range.upperBound) < (
                $1.value.range.lowerBound, $1.value.range.upperBound
            )
        }
        var covered = dataStart
        for (name, entry) in inFileOrder {
            guard entry.range.lowerBound == covered else {
                let fault =
                    entry.range.lowerBound < covered ? "overlaps the tensor before it" : "leaves a gap before it"
                throw CheckpointError(
                    .invalidTensor, file: file,
                    "tensor “\(name)” \(fault): expected offset \(covered - dataStart), "
                        + "found \(entry.range.lowerBound - dataStart)")
            }
            covered = entry.range.upperBound
        }
        guard covered == end else {
            throw CheckpointError(
                .invalidTensor, file: file,
                "expected the data to end at byte \(covered), found \(end - covered) more bytes of no tensor"
            )
        }
    }
}
