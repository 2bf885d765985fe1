import Checkpoints
import Foundation
import Testing

@Suite("SHA-256")
struct SHA256DigestTests {
    /// FIPS 180-4 examples.
    static let known = [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ]

    @Test("known answers, from memory and from a region", arguments: known)
    func knownAnswers(text: String, hex: String) {
        #expect(SHA256Digest.of(Array(text.utf8)).hex == hex)
        #expect(SHA256Digest.of(ByteRegion(Array(text.utf8))).hex == hex)
    }

    @Test("a file in pieces, a region in pieces and a hasher fed byte by byte agree, and progress ends at the size")
    func streaming() throws {
        try withTemporaryFolder { folder in
            var bytes = [UInt8](repeating: 7, count: 17 << 20)
            bytes[1 << 20] = 8
            bytes[16 << 20] = 9
            let path = folder.appending(path: "large").path
            try Data(bytes).write(to: URL(filePath: path))
            var fromFile = 0
            var fromRegion = 0
            let file = try SHA256Digest.ofFile(path) { fromFile = $0 }
            let region = SHA256Digest.of(try ByteRegion.map(path: path)) { fromRegion = $0 }
            #expect(file == region && file == SHA256Digest.of(bytes))
            #expect(fromFile == bytes.count && fromRegion == bytes.count)
        }
        var hasher = SHA256Hasher()
        for byte in "abc".utf8 { withUnsafeBytes(of: byte) { hasher.update($0) } }
        #expect(hasher.finalize().hex == Self.known[1].1)
    }

    @Test("hexadecimal text of 64 digits, nothing else")
    func hex() {
        let digest = SHA256Digest.of([])
        #expect(SHA256Digest(hex: digest.hex) == digest)
        #expect(SHA256Digest(hex: digest.hex.uppercased()) == digest)
        for text in ["", "e3", String(digest.hex.dropLast()), digest.hex + "0", "g" + digest.hex.dropFirst()] {
            #expect(SHA256Digest(hex: text) == nil, "\(text)")
        }
    }

    @Test("a missing file is an error")
    func missing() {
        expectFailure(.cannotOpen) { _ = try SHA256Digest.ofFile("/nonexistent") }
    }
}
