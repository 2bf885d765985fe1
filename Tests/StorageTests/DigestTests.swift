import Testing

@testable import Storage

@Suite("Digests")
struct DigestTests {
    @Test("come back from their digits, of either case")
    func roundTrip() throws {
        let bytes = (0..<32).map { UInt8($0 * 8 + 7) }
        let digest = try #require(SHA256Digest(bytes: bytes))
        #expect(digest.hex.hasPrefix("070f171f"))
        #expect(digest.hex.hasSuffix("f7ff"))
        #expect(SHA256Digest(hex: digest.hex)?.bytes == bytes)
        #expect(SHA256Digest(hex: digest.hex.uppercased()) == digest)
    }

    @Test(
        "are refused unless they are 64 hexadecimal digits",
        arguments: [
            "", "00", String(repeating: "0", count: 63), String(repeating: "0", count: 65),
            String(repeating: "0", count: 66), String(repeating: "g", count: 64), String(repeating: "é", count: 32),
            String(repeating: "0", count: 62) + "+1",
        ])
    func refused(text: String) {
        #expect(SHA256Digest(hex: text) == nil)
    }

    @Test("are refused unless they are 32 bytes", arguments: [0, 31, 33])
    func refused(count: Int) {
        #expect(SHA256Digest(bytes: [UInt8](repeating: 0, count: count)) == nil)
    }
}
