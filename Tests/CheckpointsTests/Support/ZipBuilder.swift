@testable import Checkpoints

/// Builds small ZIP archives, well-formed by default, with any field open to falsification.
struct ZipBuilder {
    struct Entry {
        var name: String
        var bytes: [UInt8]
        var method: UInt16 = 0
        var flags: UInt16 = 0
        var checksum: UInt32?
        var directorySize: UInt32?
        var directoryOriginalSize: UInt32?
        var directoryOffset: UInt32?
        var localName: String?
        var localSize: UInt32?
    }

    var entries: [Entry] = []
    var entryCount: UInt16?
    var directoryOffset: UInt32?
    var directorySize: UInt32?
    var disk: UInt16 = 0

    init(_ files: [(String, [UInt8])] = []) {
        entries = files.map { Entry(name: $0.0, bytes: $0.1) }
    }

    /// An archive as torch.save lays it out, around a pickle.
    static func torch(pickle: [UInt8], storages: [(String, [UInt8])] = []) -> ZipBuilder {
        ZipBuilder(
            [("m/data.pkl", pickle)] + storages.map { ("m/data/\($0.0)", $0.1) } + [("m/version", Array("3\n".utf8))])
    }

    func build() -> [UInt8] {
        var body: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let offset = UInt32(body.count)
            let size = UInt32(entry.bytes.count)
            let checksum = entry.checksum ?? entry.bytes.withUnsafeBytes { CRC32.checksum($0) }
            let localName = Array((entry.localName ?? entry.name).utf8)
            body += le(0x0403_4B50 as UInt32) + le(20 as UInt16) + le(entry.flags) + le(entry.method) + le(0 as UInt32)
            body +=
                le(checksum) + le(entry.localSize ?? size) + le(size) + le(UInt16(localName.count)) + le(0 as UInt16)
            body += localName + entry.bytes
            let name = Array(entry.name.utf8)
            directory += le(0x0201_4B50 as UInt32) + le(20 as UInt16) + le(20 as UInt16) + le(entry.flags)
            directory += le(entry.method) + le(0 as UInt32) + le(checksum) + le(entry.directorySize ?? size)
            directory += le(entry.directoryOriginalSize ?? entry.directorySize ?? size) + le(UInt16(name.count))
            directory += le(0 as UInt16) + le(0 as UInt16) + le(0 as UInt16) + le(0 as UInt16) + le(0 as UInt32)
            directory += le(entry.directoryOffset ?? offset) + name
        }
        let count = entryCount ?? UInt16(entries.count)
        var end = le(0x0605_4B50 as UInt32) + le(disk) + le(0 as UInt16) + le(count) + le(count)
        end +=
            le(directorySize ?? UInt32(directory.count)) + le(directoryOffset ?? UInt32(body.count)) + le(0 as UInt16)
        return body + directory + end
    }

    /// CRC-32 bit by bit, the slow definition that the fast one is tested against.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF as UInt32) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
        }
    }
}

/// Little-endian bytes.
func le<Integer: FixedWidthInteger>(_ value: Integer) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
