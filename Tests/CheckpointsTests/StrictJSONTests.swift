import Testing

@testable import Checkpoints

@Suite("Strict JSON")
struct StrictJSONTests {
    private func parse(_ text: String) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8))
    }

    private func parse(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { buffer throws(JSONError) in
            try StrictJSON.parse(UnsafeRawBufferPointer(buffer))
        }
    }

    @Test("values of every kind")
    func values() throws {
        let text = #" { "a" : [ 1 , -2.5e+3 , true , false , null ] , "b" : { } , "c" : [ ] , "" : "x" } "#
        let expected: JSONValue = .object([
            "a": .array([.number("1"), .number("-2.5e+3"), .bool(true), .bool(false), .null]), "b": .object([:]),
            "c": .array([]), "": .string("x"),
        ])
        #expect(try parse(text) == expected)
    }

    @Test(
        "strings and their escapes",
        arguments: [
            (#""""#, ""), (#""a\"b\\c\/d""#, "a\"b\\c/d"), (#""\b\f\n\r\t""#, "\u{08}\u{0C}\n\r\t"),
            (#""é\u00e9""#, "éé"),
            (#""\ud83d\ude00""#, "😀"), ("\"😀 \u{7F}\"", "😀 \u{7F}"), (#""\u0000""#, "\u{00}"),
        ])
    func strings(text: String, value: String) throws {
        #expect(try parse(text).text == value)
    }

    @Test("quoting and reading give the text back", arguments: ["", "a\"b\\c", "\u{00}\u{1F}\n", "é😀", "/"])
    func quoting(text: String) throws {
        #expect(try parse(quotedJSON(text)).text == text)
    }

    @Test(
        "what RFC 8259 does not allow",
        arguments: [
            "", " ", "{", "[", "[1,]", "[,1]", "{\"a\":1,}", "{a:1}", "{\"a\"}", "{\"a\":1 \"b\":2}", "01", "-", "1.",
            ".5", "1e",
            "1e+", "+1", "0x1", "tru", "nul", "NaN", "Infinity", "'a'", "\"a", "\"\n\"", "\"\\x\"", "\"\\u12\"",
            "\"\\u12g4\"",
            "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\\ud800x\"", "1 2", "[1] ]", "\u{FEFF}1", "// c\n1",
        ])
    func refused(text: String) {
        #expect(throws: JSONError.self) { try parse(text) }
    }

    @Test(
        "invalid UTF-8",
        arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]])
    func utf8(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try parse(bytes) }
    }

    @Test("a repeated key is told apart from other faults, and located")
    func duplicate() {
        do throws(JSONError) {
            _ = try parse(#"{"a":{"b":1,"b":2}}"#)
            Issue.record("expected a failure")
        } catch {
            #expect(error.isDuplicateKey && error.reason.contains("“b”") && error.offset == 17)
        }
    }

    @Test("depth is limited at exactly 32")
    func depth() throws {
        let deepest = String(repeating: "[", count: 32) + String(repeating: "]", count: 32)
        _ = try parse(deepest)
        #expect(throws: JSONError.self) { try parse("[\(deepest)]") }
    }

    @Test("integers are exact or nothing")
    func integers() throws {
        #expect(try parse("9223372036854775807").integer == Int.max)
        #expect(try parse("-7").integer == -7)
        for text in ["9223372036854775808", "1.0", "1e3", "\"1\""] { #expect(try parse(text).integer == nil) }
    }
}
