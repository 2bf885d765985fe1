import Testing

@testable import Checkpoints

@Suite("ZIP archives")
struct ZipArchiveTests {
    private func open(_ builder: ZipBuilder) throws(CheckpointError) -> ZipArchive {
        try ZipArchive(region: ByteRegion(builder.build()), file: "test.pt")
    }

    @Test("stored entries are found and their bytes are those stored")
    func stored() throws {
        let archive = try open(ZipBuilder([("a", [1, 2, 3]), ("folder/b", []), ("é", [9])]))
        #expect(archive.entries.keys.sorted() == ["a", "folder/b", "é"])
        #expect(try archive.bytes(of: "a", verified: true).map(Array.init) == [1, 2, 3])
        #expect(try archive.bytes(of: "folder/b", verified: true).map(Array.init) == [])
        #expect(try archive.bytes(of: "missing", verified: true) == nil)
    }

    @Test("an empty archive is one without entries")
    func empty() throws {
        #expect(try open(ZipBuilder()).entries.isEmpty)
    }

    @Test("checksums of every length agree with the bit-by-bit definition")
    func checksums() {
        for count in 0...67 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
            #expect(bytes.withUnsafeBytes { CRC32.checksum($0) } == ZipBuilder.checksum(bytes), "\(count) bytes")
        }
        #expect(Array("123456789".utf8).withUnsafeBytes { CRC32.checksum($0) } == 0xCBF4_3926)
    }

    @Test("a wrong checksum is told when asked for, with both values")
    func wrongChecksum() throws {
        var builder = ZipBuilder([("a", [1, 2, 3])])
        builder.entries[0].checksum = 0xDEAD_BEEF
        let archive = try open(builder)
        #expect(try archive.bytes(of: "a", verified: false) != nil)
        let message = expectFailure(.checksumMismatch) { _ = try archive.bytes(of: "a", verified: true) }
        #expect(message.contains("deadbeef") && message.contains(String(ZipBuilder.checksum([1, 2, 3]), radix: 16)))
    }

    @Test(
        "compressed and encrypted entries are refused when asked for, not before",
        arguments: [(8, 0), (0, 1), (0, 0x40), (99, 1)])
    func unsupported(method: Int, flags: Int) throws {
        var builder = ZipBuilder([("a", [1, 2, 3]), ("b", [4])])
        builder.entries[0].method = UInt16(method)
        builder.entries[0].flags = UInt16(flags)
        let archive = try open(builder)
        #expect(try archive.bytes(of: "b", verified: true) != nil)
        expectFailure(.unsupportedArchive) { _ = try archive.bytes(of: "a", verified: false) }
    }

    @Test("two entries of one name")
    func duplicate() {
        expectFailure(.duplicateName) { _ = try open(ZipBuilder([("a", [1]), ("a", [2])])) }
    }

    /// One falsified field of an archive with the entries "a" and "b".
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (inout ZipBuilder) -> Void

        init(_ title: String, _ apply: @escaping @Sendable (inout ZipBuilder) -> Void) {
            (testDescription, self.apply) = (title, apply)
        }
    }

    static let damages: [Damage] = [
        Damage("size beyond the directory") { $0.entries[0].directorySize = 1000 },
        Damage("stored sizes that differ") { $0.entries[0].directoryOriginalSize = 2 },
        Damage("local header elsewhere") { $0.entries[0].directoryOffset = 5 },
        Damage("local header beyond the file") { $0.entries[0].directoryOffset = 0x7FFF_FFFF },
        Damage("saturated offset without its ZIP64 field") { $0.entries[0].directoryOffset = .max },
        Damage("saturated size without its ZIP64 field") { $0.entries[0].directorySize = .max },
        Damage("another name in the local header") { $0.entries[0].localName = "x" },
        Damage("another size in the local header") { $0.entries[0].localSize = 2 },
        Damage("an entry reaching into the next") {
            $0.entries[0].directorySize = 10
            $0.entries[0].localSize = 10
        },
        Damage("more entries announced than present") { $0.entryCount = 3 },
        Damage("fewer entries announced than present") { $0.entryCount = 1 },
        Damage("far more entries than fit") { $0.entryCount = 60_000 },
        Damage("directory moved") { $0.directoryOffset = 1 },
        Damage("directory longer") { $0.directorySize = 4000 },
        Damage("directory shorter") { $0.directorySize = 40 },
        Damage("empty name") { $0.entries[0].name = "" },
    ]

    @Test("fields that contradict each other or the file", arguments: damages)
    func inconsistent(damage: Damage) {
        var builder = ZipBuilder([("a", [1, 2, 3]), ("b", [4])])
        damage.apply(&builder)
        expectFailure(.invalidArchive, "\(damage.testDescription)") { _ = try open(builder) }
    }

    @Test("ZIP64 sentinels without the record, and archives over several disks")
    func endRecord() {
        var sentinel = ZipBuilder([("a", [1])])
        sentinel.entryCount = .max
        expectFailure(.unsupportedArchive) { _ = try open(sentinel) }
        var disks = ZipBuilder([("a", [1])])
        disks.disk = 1
        expectFailure(.unsupportedArchive) { _ = try open(disks) }
    }

    @Test("the ZIP64 record of a saturated archive is believed only where it fits the file")
    func zip64Damage() throws {
        let good = try CheckpointFixtures.bytes("adapter-zip64.pth")
        let record = try #require(
            (0..<good.count).last { Array(good[$0..<min($0 + 4, good.count)]) == [0x50, 0x4B, 6, 6] })
        // Offsets inside the record; the last one lies in the locator behind it.
        for (offset, title) in [
            (16, "disk"), (24, "here"), (32, "entries"), (40, "size"), (48, "offset"), (64, "locator"),
        ] {
            var bytes = good
            bytes[record + offset + 1] ^= 0x20
            expectFailure(.invalidArchive, "\(title)") {
                _ = try ZipArchive(region: ByteRegion(bytes), file: "test.pt")
            }
        }
    }
}
