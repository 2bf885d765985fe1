import Checkpoints
import Storage
import TestSupport
import Testing

@testable import InspectionService

@Suite("Access keys")
struct AccessKeyTests {
    private let moment = Timestamp(microseconds: 1_767_225_600_123_456)

    private func record(_ name: String, _ role: AccessRole = .line, seed: UInt64 = 1) throws -> AccessKeyRecord {
        var generator = SeededGenerator(seed: seed)
        return try AccessKeyRecord(name: name, role: role, key: AccessKey { generator.next() }, at: moment)
    }

    private func message(_ text: String) -> String {
        do {
            _ = try AccessKeyText(Array(text.utf8), file: "k")
            return "accepted"
        } catch {
            return "\(error)"
        }
    }

    @Test("are 32 bytes in base64url, each bit of them")
    func encoding() throws {
        #expect(AccessKey { 0 }.secret == "mads_" + String(repeating: "A", count: 43))
        #expect(AccessKey { .max }.secret == "mads_" + String(repeating: "_", count: 42) + "8")
        var seen: Set<String> = []
        for bit in 0..<256 {
            var word = -1
            let key = AccessKey {
                word += 1
                return bit / 64 == word ? 1 << UInt64(bit % 64) : 0
            }
            seen.insert(key.secret)
            #expect(AccessKey(key.secret)?.secret == key.secret)
        }
        #expect(seen.count == 256)
    }

    @Test("are known by the SHA-256 of their text")
    func digest() throws {
        // printf %s mads_AAA… | sha256sum
        let key = AccessKey { 0 }
        #expect(key.digest == Checkpoints.SHA256Digest.of(Array(key.secret.utf8)))
        #expect("\(key)" == "mads_…")
    }

    @Test("of another shape are none")
    func shape() {
        let good = AccessKey { 0 }.secret
        for text in [
            "", "mads_", String(good.dropLast()), good + "A", "mads-" + good.dropFirst(5), good.dropLast() + "B",
            good.dropLast() + "+", good.dropLast() + "é", good.uppercased(), " " + good,
        ] { #expect(AccessKey(text) == nil, "\(text)") }
    }

    @Test("are made unreadable wherever they come back, also when they were cut off")
    func hiding() {
        let secret = AccessKey { 0x0123_4567_89AB_CDEF }.secret
        #expect(AccessKey.hiding(in: "a \(secret), b \(secret.prefix(20)) c") == "a mads_…, b mads_… c")
        #expect(AccessKey.hiding(in: "mads_x or mads_") == "mads_x or mads_")
        #expect(AccessKey.hiding(in: "é\(secret)é") == "émads_…é")
        #expect(AccessKey.hiding(in: "nothing") == "nothing")
    }

    @Test("stand in a text, among comments, which stay where they are")
    func text() throws {
        var text = AccessKeyText()
        let count = text.bytes.count
        try text.add(try record("camera-1", seed: 1))
        try text.add(try record("office", .admin, seed: 2))
        let lines = String(decoding: text.bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 4 && lines[2].hasPrefix("camera-1 line sha256:") && lines[0].hasPrefix("# "))
        #expect(lines[3].hasSuffix(" 2026-01-01T00:00:00Z"))
        let read = try AccessKeyText(text.bytes, file: "k")
        #expect(read.records == text.records && read.bytes == text.bytes)
        text = read
        try text.remove("camera-1")
        try text.remove("office")
        #expect(text.bytes.count == count)

        let byHand = "# é\n\n\(lines[2])\r\n  # x\n\t\(lines[3].replacing(" ", with: "  "))"
        var kept = try AccessKeyText(Array(byHand.utf8), file: "k")
        #expect(kept.records == read.records)
        try kept.add(try record("third", .operator, seed: 3))
        let third = kept.records[2].line
        #expect(String(decoding: kept.bytes, as: UTF8.self) == byHand.replacing("\r\n", with: "\n") + "\n\(third)\n")
        #expect(try AccessKeyText([], file: "k").records.isEmpty)
    }

    @Test("whose lines are faulty are refused, with file and line and without the line's words where they may be a key")
    func faults() throws {
        let good = try record("a").line
        let words = good.split(separator: " ").map(String.init)
        let secret = AccessKey { 7 }.secret
        for (line, says) in [
            ("a line", "k:2: expected NAME ROLE sha256:HEX CREATED, separated by spaces, found 2 words"),
            (good + " x", "found 5 words"), (secret, "found 1 word"),
            ("ä \(words[1]) \(words[2]) \(words[3])", "expected a name of 1 to 64 of letters"),
            ("\(secret) \(words[1]) \(words[2]) \(words[3])", "found what looks like a key"),
            ("\(String(repeating: "n", count: 65)) \(words[1]) \(words[2]) \(words[3])", "expected a name of 1 to 64"),
            ("b boss \(words[2]) \(words[3])", "expected one of line, operator, admin behind the name, found “boss”"),
            ("b \(secret) \(words[2]) \(words[3])", "found what looks like a key"),
            ("b line \(words[2].dropLast()) \(words[3])", "expected sha256: and 64 hexadecimal digits"),
            (
                "b line \(secret) \(words[3])",
                "expected sha256: and 64 hexadecimal digits behind the role, found something"
            ),
            ("b line sha1:\(words[2].dropFirst(7)) \(words[3])", "expected sha256:"),
            (
                "b line \(words[2]) yesterday",
                "expected a time such as 2026-01-31T08:00:00Z at the end, found “yesterday”"
            ),
            (good, "k:2: expected a new name, found “a” of line 1 again"),
            ("b \(words[1]) \(words[2]) \(words[3])", "k:2: expected a new key, found that of line 1 again"),
        ] {
            let found = message(good + "\n" + line + "\n")
            #expect(found.contains(says) && found.hasPrefix("key file k:2: "), "\(line): \(found)")
            #expect(!found.contains(secret.dropFirst(5).prefix(20)), "\(found)")
        }
        let error = #expect(throws: AccessKeyError.self) { try AccessKeyText([35, 10, 0xFF, 10], file: "k") }
        #expect(error?.description == "key file k:2: expected UTF-8 text, found bytes that are none")
    }

    @Test("have a name that no other has, and only known ones are removed")
    func names() throws {
        var text = AccessKeyText()
        try text.add(try record("a", seed: 1))
        #expect(throws: AccessKeyError.self) { try text.add(try record("a", seed: 2)) }
        #expect(throws: AccessKeyError.self) { try text.remove("b") }
        for name in ["", "a b", "a/b", "ü", AccessKey { 9 }.secret, String(repeating: "n", count: 65)] {
            let error = #expect(throws: AccessKeyError.self) { try record(name) }
            #expect(error?.code == .invalidName)
        }
    }
}
