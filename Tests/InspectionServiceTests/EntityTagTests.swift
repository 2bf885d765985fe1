import Testing

@testable import InspectionService

@Suite("Entity tags")
struct EntityTagTests {
    private static func tag(_ opaque: String, isWeak: Bool = false) -> EntityTag {
        EntityTag(isWeak: isWeak, opaque: opaque)
    }

    @Test(
        "are read from a field",
        arguments: [
            ("*", EntityTags.any), ("  * ", .any),
            (#""r3""#, .list([tag("r3")])), (#"W/"r3""#, .list([tag("r3", isWeak: true)])),
            (#""a,b" , W/"c""#, .list([tag("a,b"), tag("c", isWeak: true)])),
            (#","a",, "b","#, .list([tag("a"), tag("b")])), (#""""#, .list([tag("")])),
            (#""*""#, .list([tag("*")])), (#""é""#, .list([tag("é")])),
        ])
    func read(_ text: String, _ expected: EntityTags) throws {
        #expect(try EntityTags(text, field: "If-Match") == expected)
    }

    @Test(
        "are refused when they are none",
        arguments: ["", " ", ",", "r3", #""r3"#, #"r3""#, #""a" "b""#, #"w/"a""#, #""a b""#, #"*, "a""#, "\"a\u{7F}\""])
    func refused(_ text: String) throws {
        let problem = try #require(throws: Problem.self) { try EntityTags(text, field: "If-Match") }
        #expect(problem.kind == .invalidParameter)
        #expect(problem.detail.hasPrefix("If-Match: expected * or the ETag"))
    }
}
