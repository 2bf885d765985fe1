import HTTPServer
import HTTPTypes
import Testing

@Suite("Request head")
struct RequestHeadTests {
    @Test("reads method, target, authority and fields in order, with duplicates and spelling kept")
    func plain() throws {
        let head = try onlyHead(
            "GET /a%20b?x=1&y HTTP/1.1\r\nHost: example.org:8080\r\nX-One:1\r\nx-two: \t two words \t\r\nX-One: 2\r\n\r\n"
        )
        #expect(head.request.method == .get)
        #expect(head.request.path == "/a%20b?x=1&y")
        #expect(head.request.authority == "example.org:8080")
        #expect(head.request.headerFields.map(\.name.rawName) == ["Host", "X-One", "x-two", "X-One"])
        #expect(head.request.headerFields.map(\.value) == ["example.org:8080", "1", "two words", "2"])
        #expect(head.framing == .none)
        #expect(head.isPersistent)
        #expect(!head.expectsContinue)
    }

    @Test("takes any token as a method", arguments: ["get", "M-SEARCH", "!#$%&'*+-.^_`|~09az"])
    func methods(method: String) throws {
        #expect(try onlyHead("\(method) / HTTP/1.1\r\nHost: h\r\n\r\n").request.method.rawValue == method)
    }

    @Test("takes the authority of an absolute target before Host")
    func absoluteForm() throws {
        let head = try onlyHead("GET HTTP://Example.org:80/p?q HTTP/1.1\r\nHost: other\r\n\r\n")
        #expect(head.request.path == "/p?q")
        #expect(head.request.authority == "Example.org:80")
        #expect(head.request.scheme == "http")
        let bare = try onlyHead("GET https://h?q HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(bare.request.path == "/?q")
    }

    @Test("takes * with OPTIONS")
    func asterisk() throws {
        #expect(try onlyHead("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").request.path == "*")
    }

    @Test("takes valid hosts", arguments: ["", "h", "h:", "h:65535", "[::1]", "[::ffff:1.2.3.4]:80", "a-b.c_d", "%41"])
    func hosts(host: String) throws {
        #expect(try onlyHead("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").request.authority == host)
    }

    @Test("skips one empty line before a request")
    func emptyLine() throws {
        #expect(try onlyHead("\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n").request.path == "/")
    }

    @Test("keeps obs-text bytes of a value")
    func obsText() throws {
        let bytes = Array("GET / HTTP/1.1\r\nHost: h\r\nA: ".utf8) + [0xE9, 0xFF] + Array("\r\n\r\n".utf8)
        let head = try #require(parse([bytes]).heads.first)
        let field = try #require(head.request.headerFields.first { $0.name.rawName == "A" })
        #expect(field.withUnsafeBytesOfValue { Array($0) } == [0xE9, 0xFF])
    }

    @Test(
        "follows Connection and version for persistence",
        arguments: [
            ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false),
            ("HTTP/1.1", "Connection: foo, CLOSE\r\n", false), ("HTTP/1.1", "Connection: closed\r\n", true),
            ("HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n", false),
            ("HTTP/1.0", "", false), ("HTTP/1.0", "Connection: Keep-Alive\r\n", true),
            ("HTTP/1.0", "Connection: keep-alive, close\r\n", false),
        ])
    func persistence(version: String, fields: String, persists: Bool) throws {
        #expect(try onlyHead("GET / \(version)\r\nHost: h\r\n\(fields)\r\n").isPersistent == persists)
    }

    @Test("needs no Host in HTTP/1.0, and ignores its expectations")
    func http10() throws {
        let head = try onlyHead("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n")
        #expect(head.version == .http10)
        #expect(!head.expectsContinue)
    }

    @Test("sees 100-continue in any case")
    func expectation() throws {
        let text = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 0\r\n\r\n"
        #expect(try onlyHead(text).expectsContinue)
    }
}

@Suite("Request bodies")
struct RequestBodyTests {
    @Test("ends where Content-Length says, and the next request begins there")
    func fixedLength() {
        let outcome = parseEveryWay(
            "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(outcome.error == nil)
        #expect(outcome.bodies == ["hello", ""])
        #expect(outcome.heads.map(\.request.path) == ["/1", "/2"])
        #expect(outcome.heads.map(\.framing) == [.length(5), .none])
    }

    @Test("takes leading zeros of a length")
    func leadingZeros() {
        let text = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0005\r\n\r\nhello"
        #expect(parseEveryWay(text).bodies == ["hello"])
    }

    @Test(
        "joins chunks, with extensions and trailers read past",
        arguments: [
            "5\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\n\r\n",
            "00b\r\nhello world\r\n000\r\n\r\n",
            "B;a\r\nhello world\r\n0;b=c\r\n\r\n",
            "b;a=b;c=\"d\\\"e;\";f\r\nhello world\r\n0\r\nChecksum: 1\r\nOther:\r\n\r\n",
        ])
    func chunked(body: String) {
        let outcome = parseEveryWay(
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n\(body)GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(outcome.error == nil)
        #expect(outcome.bodies == ["hello world", ""])
    }

    @Test("keeps trailers out of the header fields")
    func trailers() throws {
        let head = try onlyHead(
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nAuthorization: x\r\n\r\n")
        #expect(head.request.headerFields.map(\.name.canonicalName) == ["host", "transfer-encoding"])
    }

    @Test("discards a body without keeping it, and finds its end")
    func discard() throws {
        var parser = RequestParser()
        parser.append(Array("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET".utf8))
        _ = try parser.next()
        parser.discardBody(maxBytes: 5)
        #expect(try parser.next() == .end(body: []))
        #expect(parser.bodyBytes == 5)
        #expect(parser.hasUnconsumedBytes)
    }

    @Test("refuses a long body before its first byte, and a long chunked one when it grows too long")
    func limit() throws {
        var limits = ParserLimits()
        limits.maxBodyBytes = 10
        let fixed = parseEveryWay("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", limits: limits)
        #expect(fixed.error?.code == .bodyTooLarge)
        let start = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(parseEveryWay(start + "a\r\n0123456789\r\n0\r\n\r\n", limits: limits).bodies == ["0123456789"])
        let chunked = parseEveryWay(start + "a\r\n0123456789\r\n1\r\n", limits: limits)
        #expect(chunked.error?.code == .bodyTooLarge)
    }
}

@Suite("Hostile requests")
struct HostileRequestTests {
    @Test("are refused for the right reason, however they are cut", arguments: HostileRequest.corpus)
    func refused(request: HostileRequest) throws {
        let error = try #require(parseEveryWay(request.bytes).error)
        #expect(error.code == request.code)
        #expect((0...request.bytes.utf8.count).contains(error.offset))
    }

    @Test("cover every reason there is, but for those that need other limits or much input")
    func complete() {
        let limits: Set<ParseError.Code> = [.requestLineTooLong, .headerTooLarge, .tooManyFields]
        #expect(Set(HostileRequest.corpus.map(\.code)).union(limits) == Set(ParseError.Code.allCases))
    }

    @Test("are described by what was expected, found, where, and the rule")
    func description() throws {
        let error = try #require(parse([Array("GET / HTTP/1.1\r\nHost: h\r\nA\u{1}: b\r\n\r\n".utf8)]).error)
        #expect(
            error.description
                == "expected a field name made of token characters, found \"A\\x01\", at byte 25 of the request (RFC 9110, 5.1)"
        )
        #expect(error.status == .badRequest)
    }
}

@Suite("Parser limits")
struct ParserLimitTests {
    private let limits: ParserLimits = {
        var limits = ParserLimits()
        limits.maxRequestLineBytes = 20
        limits.maxHeaderBytes = 40
        limits.maxHeaderCount = 3
        return limits
    }()

    @Test("hold exactly")
    func exact() {
        let line = "GET /45678 HTTP/1.1"  // 19 bytes
        #expect(parseEveryWay("\(line)\r\nHost: h\r\n\r\n", limits: limits).error == nil)
        let longest = "GET /456789 HTTP/1.1"
        #expect(parseEveryWay("\(longest)\r\nHost: h\r\n\r\n", limits: limits).error == nil)
        let longer = "GET /456789a HTTP/1.1"
        #expect(parseEveryWay("\(longer)\r\nHost: h\r\n\r\n", limits: limits).error?.code == .requestLineTooLong)
        // 9 for Host, 31 for the other line with its CRLF.
        let field = "A: " + String(repeating: "b", count: 26)
        #expect(parseEveryWay("\(line)\r\nHost: h\r\n\(field)\r\n\r\n", limits: limits).error == nil)
        #expect(
            parseEveryWay("\(line)\r\nHost: h\r\n\(field)bbb\r\n\r\n", limits: limits).error?.code == .headerTooLarge)
        let many = "Host: h\r\nA:\r\nB:\r\nC:\r\n\r\n"
        #expect(parseEveryWay("\(line)\r\n\(many)", limits: limits).error?.code == .tooManyFields)
    }

    @Test("may be as large as numbers are")
    func largest() {
        var limits = ParserLimits()
        limits.maxRequestLineBytes = .max
        limits.maxHeaderBytes = .max
        limits.maxHeaderCount = .max
        limits.maxBodyBytes = .max
        limits.maxChunkLineBytes = .max
        limits.maxChunkExtensionBytes = .max
        let text = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nx: y\r\n\r\n"
        #expect(parseEveryWay(text, limits: limits).bodies == ["ok"])
    }

    @Test("are enforced before a line is complete", arguments: ["", "GET / HTTP/1.1\r\nA: "])
    func endless(start: String) {
        var parser = RequestParser(limits: limits)
        parser.append(Array(start.utf8))
        var fed = 0
        #expect(throws: ParseError.self) {
            while fed < 1000 {
                parser.append([0x61])
                fed += 1
                _ = try parser.next()
            }
        }
        #expect(fed <= 42)
    }

    @Test("bound trailers and chunk extensions of a whole message")
    func bodies() {
        let start = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        var limits = ParserLimits()
        limits.maxChunkExtensionBytes = 10
        let chunk = "1;abc\r\nx\r\n"
        #expect(parseEveryWay(start + chunk + chunk + "0\r\n\r\n", limits: limits).error == nil)
        let three = parseEveryWay(start + chunk + chunk + chunk, limits: limits)
        #expect(three.error?.code == .chunkLineTooLong)
        limits.maxHeaderCount = 2
        let trailers = parseEveryWay(start + "0\r\nA:\r\nB:\r\nC:\r\n\r\n", limits: limits)
        #expect(trailers.error?.code == .tooManyFields)
    }

    @Test("leave the work linear when a long line drips in", .timeLimit(.minutes(1)))
    func linear() throws {
        // Searching the line again for every byte would read two terabytes.
        var limits = ParserLimits()
        limits.maxHeaderBytes = 1 << 30
        var parser = RequestParser(limits: limits)
        parser.append(Array("GET / HTTP/1.1\r\nHost: h\r\nA: ".utf8) + [UInt8](repeating: 0x61, count: 64 << 20))
        for _ in 0..<30_000 {
            parser.append([0x61])
            #expect(try parser.next() == nil)
        }
    }
}
