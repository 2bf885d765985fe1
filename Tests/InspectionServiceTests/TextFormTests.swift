import Storage
import Testing

@testable import InspectionService

@Suite("Text forms")
struct TextFormTests {
    @Test(
        "of moments read back",
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_767_225_600_123_456, "2026-01-01T00:00:00.123456Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ] as [(Int64, String)])
    func moments(_ microseconds: Int64, _ text: String) {
        #expect(RFC3339.text(Timestamp(microseconds: microseconds)) == text)
        #expect(RFC3339.moment(text)?.microseconds == microseconds)
    }

    @Test(
        "of moments may have offsets and fractions",
        arguments: [
            ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31T19:30:00.5-04:30", 500_000), ("1970-01-01t00:00:00z", 0),
            ("1970-01-01T00:00:00.1234567Z", 123_456),
        ] as [(String, Int64)])
    func offsets(_ text: String, _ microseconds: Int64) {
        #expect(RFC3339.moment(text)?.microseconds == microseconds)
    }

    @Test(
        "that are no moments are refused",
        arguments: [
            "", "2026-01-01", "2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Z ", "26-01-01T00:00:00Z",
        ])
    func refused(_ text: String) { #expect(RFC3339.moment(text) == nil) }

    @Test("of identifiers are UUIDs of version 7 that sort by time")
    func identifiers() {
        let environment = TestClock().environment
        let moments = [0, 1, 999, 1000, 1_767_225_600_123_456] as [Int64]
        let ids = moments.map { environment.identifier(at: Timestamp(microseconds: $0)) }
        #expect(ids == ids.sorted())
        for id in ids {
            let parts = id.split(separator: "-")
            #expect(parts.map(\.count) == [8, 4, 4, 4, 12])
            #expect(parts[2].first == "7" && "89ab".contains(parts[3].first ?? " "))
        }
    }

    @Test("of JSON keep order and escape what must be")
    func json() {
        let tree: JSONTree = [
            "b": .integer(1), "t": .seconds(.microseconds(40)),
            "a": [.number(0.83 as Float), .null, .bool(true), .number(Double.nan)],
            "text": .string("\"\\\n\u{1}é"), "raw": .raw(Array("{ }".utf8)), "none": .string(nil as String?),
        ]
        #expect(
            String(decoding: tree.bytes, as: UTF8.self)
                == #"{"b":1,"t":0.000040,"a":[0.83,null,true,null],"text":"\"\\\u000a\u0001é","raw":{ },"none":null}"#)
    }

    @Test("of path segments hold no reserved characters")
    func segments() { #expect(PathSegment.encode("a/b ?é~-._") == "a%2Fb%20%3F%C3%A9~-._") }

    @Test(
        "of scores name the number that is stored, so that a filter for a printed score finds it",
        arguments: [
            0.1, 0.83, 0.505_277_04, 1, 0,
        ] as [Double])
    func scores(_ value: Double) { #expect(Float(value).decimal == value) }
}
