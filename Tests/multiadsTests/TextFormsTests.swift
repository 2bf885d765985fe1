import Checkpoints
import Foundation
import Logging
import Testing

@testable import multiads

@Suite("Output for programs")
struct OutputJSONTests {
    @Test("members keep their order and texts are escaped")
    func compact() {
        let value: OutputJSON = .members([
            "b": .integer(1), "a": .array([.null, .bool(true), .string("line\n\"end\"")]), "c": .members([:]),
        ])
        #expect(value.compact == #"{"b":1,"a":[null,true,"line\u000a\"end\""],"c":{}}"#)
    }

    @Test("numbers are the shortest that read back, and what JSON cannot hold is null")
    func numbers() {
        let values: [OutputJSON] = [.float(0.1), .number(0.1), .float(1e-9), .float(.nan), .number(.infinity)]
        #expect(OutputJSON.array(values).compact == "[0.1,0.1,1e-09,null,null]")
    }

    @Test("several lines hold the same value")
    func pretty() throws {
        let long = OutputJSON.array((0..<40).map(OutputJSON.integer))
        let value: OutputJSON = .members(["short": .array([.integer(1), .integer(2)]), "long": long])
        #expect(value.pretty.contains(#""short": [1, 2],"#))
        let parse = { (text: String) in try Array(text.utf8).withUnsafeBytes { try StrictJSON.parse($0) } }
        #expect(try parse(value.pretty) == parse(value.compact))
    }
}

@Suite("Output for people")
struct TextLayoutTests {
    @Test(
        "decimals are fixed and rounded half away from zero",
        arguments: [
            (0.5, 0, "1"), (1.005, 1, "1.0"), (2.996, 2, "3.00"), (-0.25, 1, "-0.3"), (-0.001, 1, "0.0"),
            (12.05, 3, "12.050"),
            (.infinity, 2, "inf"),
        ] as [(Double, Int, String)])
    func decimal(value: Double, digits: Int, expected: String) {
        #expect(TextLayout.decimal(value, digits) == expected)
    }

    @Test(
        "bytes have three digits and a unit",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (47_408, "47.4 kB"), (782_342, "782 kB"),
            (999_999, "1.00 MB"), (1_711_828_444, "1.71 GB"), (4_000_000_000_000, "4000 GB"),
        ])
    func bytes(count: Int, expected: String) { #expect(TextLayout.bytes(count) == expected) }

    @Test("a quotation mark under an accent is escaped in HTML too")
    func htmlScalars() {
        #expect(HTMLText.escaped("a\"\u{301} onload=x <\u{301}") == "a&quot;\u{301} onload=x &lt;\u{301}")
    }

    @Test("a bar gives way to the words, whose end says how long it takes")
    func narrowBar() {
        #expect(ProgressReporter.bar(1, of: 2, width: 4) == "[##··]")
    }

    @Test("what a terminal would obey is not printed")
    func printable() {
        #expect(Terminal.printable("a\u{1B}[31mb\nc\u{9B}d") == "a\u{FFFD}[31mb\nc\u{FFFD}d")
    }

    @Test("digits are grouped from the right")
    func grouped() {
        #expect([0, 999, -1000, 427_944_193].map(TextLayout.grouped) == ["0", "999", "-1,000", "427,944,193"])
    }

    @Test("columns line up whatever the cells hold")
    func columns() {
        let lines = TextLayout.columns([["a", "1", "x"], ["long", "22", "y"], ["é"]], rightAligned: [1])
        #expect(lines == ["a      1  x", "long  22  y", "é"])
    }

    @Test("score and threshold are told apart")
    func distinct() {
        #expect(InspectionText.distinct(0.49996, 0.5) == ("0.49996", "0.50000"))
        #expect(InspectionText.distinct(0.4, 0.5) == ("0.400", "0.500"))
        #expect(InspectionText.distinct(0.5, 0.5) == ("0.500", "0.500"))
    }

    @Test("colour appears only where a person watches and did not forbid it")
    func color() {
        func styled(_ isInteractive: Bool, _ environment: [String: String]) -> String {
            Terminal(descriptor: 1, isInteractive: isInteractive, environment: environment).styled("x", .red)
        }
        #expect(styled(true, [:]) == "\u{1B}[31mx\u{1B}[0m")
        #expect(styled(false, [:]) == "x")
        #expect(styled(true, ["NO_COLOR": "1"]) == "x")
        #expect(styled(true, ["NO_COLOR": ""]) == "\u{1B}[31mx\u{1B}[0m")
        #expect(styled(true, ["TERM": "dumb"]) == "x")
    }
}

@Suite("Log lines")
struct LineLogHandlerTests {
    @Test("an event stays one line, whatever its values hold")
    func text() {
        let line = LineLogHandler.line(.text, "T", .info, "done", [("a", "1"), ("b", "x y\n"), ("c", "")])
        #expect(line == "T info done a=1 b=\"x y\\u000a\" c=\"\"\n")
        #expect(LineLogHandler.line(.text, "T", .error, "two\nlines", []) == "T error \"two\\u000alines\"\n")
    }

    @Test(
        "what a terminal or a viewer would obey is written visibly",
        arguments: [
            0x1B, 0x7F, 0x80, 0x85, 0x9B, 0x9F, 0x61C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202E, 0x2066, 0x2069,
        ] as [UInt32])
    func visible(code: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(code))
        let text = "a\(Character(scalar))b"
        let digits = String(code, radix: 16)
        let escaped = "\"a\\u" + String(repeating: "0", count: 4 - digits.count) + digits + "b\""
        #expect(
            LineLogHandler.line(.text, "T", .info, text, [("k", text)]) == "T info \(escaped) k=\(escaped)\n")
        let json = LineLogHandler.line(.json, "T", .info, text, [("k", text)])
        #expect(json == "{\"time\":\"T\",\"level\":\"info\",\"message\":\(escaped),\"k\":\(escaped)}\n")
        let read = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String]
        #expect(read?["k"] == text && read?["message"] == text)
    }

    @Test("letters of all languages stay as they are")
    func letters() {
        #expect(LineLogHandler.line(.text, "T", .info, "größer", [("k", "部品é\u{A0}")]) == "T info größer k=部品é\u{A0}\n")
    }

    @Test("JSON has time, level and message first")
    func json() {
        let line = LineLogHandler.line(.json, "T", .warning, "m", [("key", "v\"")])
        #expect(line == #"{"time":"T","level":"warning","message":"m","key":"v\""}"# + "\n")
    }
}
