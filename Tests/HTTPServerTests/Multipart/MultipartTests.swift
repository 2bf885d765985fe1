import HTTPServer
import HTTPTypes
import Testing

@Suite("Multipart forms")
struct MultipartParserTests {
    private func parse(
        _ body: String, boundary: String = "b", limits: MultipartLimits = MultipartLimits()
    ) throws(MultipartError) -> [MultipartPart] {
        let type = MediaType("multipart", "form-data", parameters: [.init(name: "boundary", value: boundary)])
        return try MultipartParser(contentType: type, limits: limits).parse(Array(body.utf8))
    }

    private static let disposition = "Content-Disposition: form-data; name=\"a\"\r\n\r\n"

    @Test("are taken apart into fields and ranges")
    func parts() throws {
        let body =
            "preamble\r\n--b \t\r\nContent-Disposition: form-data; name=\"image\"; filename=\"C:\\a \\\"1\\\".png\"\r\n"
            + "content-type: image/png\r\n\r\n\u{1}\r\n--\r\n--c\r\n--b\r\n"
            + "CONTENT-DISPOSITION:form-data;name=metadata\r\n\r\n{}\r\n--b--\r\nepilogue"
        let parts = try parse(body)
        #expect(parts.map(\.name) == ["image", "metadata"])
        #expect(parts.map(\.filename) == ["C:\\a \"1\".png", nil])
        #expect(parts.map(\.mediaType) == [MediaType("image", "png"), MediaType("text", "plain")])
        let bytes = Array(body.utf8)
        #expect(parts.map { String(decoding: bytes[$0.content], as: UTF8.self) } == ["\u{1}\r\n--\r\n--c", "{}"])
    }

    @Test("may name files in UTF-8 or Latin-1")
    func fileNames() throws {
        let type = MediaType("multipart", "form-data", parameters: [.init(name: "boundary", value: "b")])
        let head = Array("--b\r\nContent-Disposition: form-data; name=image; filename=\"pr".utf8)
        let end = Array("fung.jpg\"\r\n\r\nx\r\n--b--".utf8)
        for letter in [[0xFC], [0xC3, 0xBC]] as [[UInt8]] {
            let parts = try MultipartParser(contentType: type, limits: MultipartLimits()).parse(head + letter + end)
            #expect(parts.map(\.filename) == ["prüfung.jpg"])
        }
    }

    @Test("may have empty parts, and none")
    func empty() throws {
        #expect(try parse("--b\r\n\(Self.disposition)\r\n--b--").map(\.content.count) == [0])
        #expect(try parse("--b\r\n\(Self.disposition)--b--").map(\.content.count) == [0])
        #expect(try parse("--b--").isEmpty)
    }

    @Test(
        "are refused with the place of the fault",
        arguments: [
            ("", .missingFirstBoundary, 0),
            ("hello", .missingFirstBoundary, 0),
            ("x--b\r\n", .missingFirstBoundary, 0),
            ("--b", .truncated, 3),
            ("--b\r\n", .truncated, 5),
            ("--bc\r\n", .malformedBoundaryLine, 3),
            ("--b\n\(disposition)x\r\n--b--", .malformedBoundaryLine, 3),
            ("--b\r\n\(disposition)x", .truncated, 50),
            ("--b\r\n\(disposition)x\r\n--b", .truncated, 55),
            ("--b\r\n\(disposition)x\n--b--", .truncated, 56),
            ("--b\r\nnonsense\r\n\r\nx\r\n--b--", .malformedPartHeader, 5),
            ("--b\r\nA: b\r\n c\r\n\r\nx\r\n--b--", .malformedPartHeader, 11),
            ("--b\r\nA : b\r\n\r\nx\r\n--b--", .malformedPartHeader, 5),
            ("--b\r\nA: \u{1}\r\n\r\nx\r\n--b--", .malformedPartHeader, 5),
            ("--b\r\n\r\nx\r\n--b--", .invalidContentDisposition, 5),
            ("--b\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--b--", .invalidContentDisposition, 5),
            ("--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--", .invalidContentDisposition, 5),
            ("--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--b--", .invalidContentDisposition, 5),
            ("--b\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nx\r\n--b--", .invalidContentDisposition, 5),
            (
                "--b\r\nContent-Transfer-Encoding: base64\r\n\(disposition)eA==\r\n--b--", .unsupportedTransferEncoding,
                5
            ),
        ] as [(String, MultipartError.Code, Int)])
    func refused(body: String, code: MultipartError.Code, offset: Int) throws {
        let error = try #require(throws: MultipartError.self) { try parse(body) }
        #expect(error.code == code)
        #expect(error.offset == offset)
        #expect(error.description.contains("expected"))
    }

    @Test("are bounded in parts and in their sizes")
    func limits() throws {
        var limits = MultipartLimits()
        limits.maxParts = 2
        limits.maxPartHeaderBytes = 50
        limits.maxPartBytes = 3
        let part = "--b\r\n\(Self.disposition)abc\r\n"
        #expect(try parse(part + part + "--b--", limits: limits).count == 2)
        #expect(throws: MultipartError.self) { try parse(part + part + part + "--b--", limits: limits) }
        let long = #expect(throws: MultipartError.self) {
            try parse("--b\r\n\(Self.disposition)abcd\r\n--b--", limits: limits)
        }
        #expect(long?.code == .partTooLarge)
        let header = #expect(throws: MultipartError.self) {
            try parse("--b\r\nX-Filler: 0123456789\r\n\(Self.disposition)abc\r\n--b--", limits: limits)
        }
        #expect(header?.code == .partHeaderTooLarge)
    }

    @Test(
        "need a valid boundary", arguments: ["", "ends with space ", "semi;colon", String(repeating: "x", count: 71)])
    func boundary(boundary: String) {
        let error = #expect(throws: MultipartError.self) { try parse("", boundary: boundary) }
        #expect(error?.code == .invalidBoundary)
    }

    @Test("every cut of a body is refused, none crashes")
    func cuts() throws {
        let body = "--b\r\n\(Self.disposition)one\r\n--b\r\n\(Self.disposition)two\r\n--b--"
        _ = try parse(body)
        for length in 0..<body.utf8.count {
            #expect(throws: MultipartError.self) {
                try parse(String(decoding: body.utf8.prefix(length), as: UTF8.self))
            }
        }
    }
}

@Suite("Multipart responses")
struct MultipartWriterTests {
    @Test("can be read back, whatever their parts hold")
    func roundTrip() throws {
        var writer = MultipartWriter()
        let contents: [[UInt8]] = [
            [], [13, 10], Array("--".utf8), Array(0...255), Array("\r\n--\(writer.boundary)x".utf8.dropLast(2)),
        ]
        var body: [UInt8] = []
        for (index, content) in contents.enumerated() {
            let disposition = try #require(HTTPField.Name("Content-Disposition"))
            body += writer.part(
                [.contentType: "image/png", disposition: "form-data; name=p\(index)"], content: content)
        }
        body += writer.end()
        let type = try #require(MediaType(writer.contentType))
        #expect(type.essence == "multipart/mixed")
        let parts = try MultipartParser(contentType: type).parse(body)
        #expect(parts.map { Array(body[$0.content]) } == contents)
        #expect(parts.allSatisfy { $0.mediaType == MediaType("image", "png") })
    }

    @Test("are written as RFC 2046 has it")
    func format() {
        var generator = Zeros()
        var writer = MultipartWriter(using: &generator)
        let boundary = writer.boundary
        #expect(boundary.count == 24)
        #expect(writer.end() == Array("--\(boundary)--\r\n".utf8))
        let first = writer.part([.contentType: "text/plain"], content: Array("one".utf8))
        #expect(first == Array("--\(boundary)\r\nContent-Type: text/plain\r\n\r\none\r\n--\(boundary)".utf8))
        #expect(writer.part([:], content: []) == Array("\r\n\r\n\r\n--\(boundary)".utf8))
        #expect(writer.end() == Array("--\r\n".utf8))
    }

    @Test("are the same bytes for the same boundary")
    func given() {
        func body() -> [UInt8] {
            var writer = MultipartWriter(boundary: "result-01a2_x")
            return writer.part([.contentType: "text/plain"], content: [1, 2]) + writer.end()
        }
        #expect(body() == body())
        #expect(MultipartWriter(boundary: "result-01a2_x").contentType.hasSuffix("boundary=result-01a2_x"))
    }

    @Test("differ in their boundaries")
    func random() {
        #expect(Set((0..<100).map { _ in MultipartWriter().boundary }).count == 100)
    }

    private struct Zeros: RandomNumberGenerator {
        mutating func next() -> UInt64 { 0 }
    }
}
