import HTTPServer
import Testing

@Suite("Media types")
struct MediaTypeTests {
    @Test(
        "are read with their parameters",
        arguments: [
            ("image/png", "image/png"), ("IMAGE/PNG ", "image/png"),
            ("text/html;charset=utf-8", "text/html; charset=utf-8"),
            ("text/html ; Charset=\"utf-8\" ;", "text/html; charset=utf-8"),
            ("multipart/form-data; boundary=\"a b\\\"c\"", "multipart/form-data; boundary=\"a b\\\"c\""),
            ("a/b;x=\"\"", "a/b; x=\"\""),
        ])
    func read(text: String, normal: String) throws {
        let type = try #require(MediaType(text))
        #expect(type.description == normal)
        #expect(MediaType(type.description) == type)
    }

    @Test(
        "are refused when malformed",
        arguments: [
            "", "image", "image/", "/png", "image/png/x", "image /png", "a/b;x", "a/b;x=", "a/b; x =1", "a/b;x=\"1",
            "a/b;x=1;X=2", "a/b c", "a/b, c/d",
        ])
    func malformed(text: String) {
        #expect(MediaType(text) == nil)
    }
}

@Suite("Accept")
struct AcceptHeaderTests {
    private static let offers = ["application/json", "multipart/mixed", "image/png"].compactMap { MediaType($0) }

    @Test(
        "picks what the client likes best",
        arguments: [
            (nil, "application/json"), ("", "application/json"), ("*/*", "application/json"),
            ("image/png", "image/png"), ("image/*", "image/png"), ("IMAGE/PNG", "image/png"),
            ("application/json;q=0.5, image/png", "image/png"),
            ("application/json, image/png", "application/json"),
            ("*/*;q=0.1, multipart/mixed;q=0.2", "multipart/mixed"),
            ("*/*, application/json;q=0", "multipart/mixed"),
            ("image/*;q=0.9, image/png;q=0.1, */*;q=0.5", "application/json"),
            ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "application/json"),
            ("image/png;q=1.000, application/json;q=0.999", "image/png"),
            ("nonsense, image/png", "image/png"),
            ("image/png;q=2", nil), ("text/html", nil), ("*/png", nil), ("application/json;q=0", nil),
            ("application/json;version=2", nil),
        ] as [(String?, String?)])
    func preferred(accept: String?, expected: String?) {
        #expect(AcceptHeader(accept).preferred(among: Self.offers)?.essence == expected)
    }

    @Test("goes by the most specific range, with parameters")
    func specificity() throws {
        let accept = AcceptHeader(
            "text/*;q=0.3, text/plain;q=0.7, text/plain;format=flowed, text/plain;format=fixed;q=0.4, */*;q=0.5")
        // The worked example of RFC 9110, 12.5.1.
        #expect(accept.quality(of: try #require(MediaType("text/plain;format=flowed"))) == 1000)
        #expect(accept.quality(of: MediaType("text", "plain")) == 700)
        #expect(accept.quality(of: MediaType("text", "html")) == 300)
        #expect(accept.quality(of: MediaType("image", "jpeg")) == 500)
        #expect(accept.quality(of: try #require(MediaType("text/plain;format=fixed"))) == 400)
    }
}
