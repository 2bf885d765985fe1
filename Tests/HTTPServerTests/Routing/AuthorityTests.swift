import HTTPServer
import Testing

@Suite("Hosts and origins")
struct AuthorityTests {
    @Test(
        "are taken apart",
        arguments: [
            ("localhost", "localhost", nil), ("LocalHost:8080", "localhost", 8080), ("a.example.", "a.example", nil),
            ("a.example.:80", "a.example", 80), ("127.0.0.1:1", "127.0.0.1", 1), ("[::1]", "::1", nil),
            ("[2001:DB8::7]:443", "2001:db8::7", 443), ("a:", "a", nil),
        ] as [(String, String, Int?)])
    func parts(text: String, host: String, port: Int?) throws {
        let authority = try #require(Authority(text))
        #expect(authority.host == host && authority.port == port)
    }

    @Test(
        "that are none are refused",
        arguments: [
            "", ".", ":80", "user@a", "a b", "[::1", "[]", "::1", "a/b", "http://a", "a:x", "a:123456", "[::1]x",
        ])
    func faults(text: String) { #expect(Authority(text) == nil) }

    @Test(
        "name the machine itself only by what nobody can register",
        arguments: [
            ("localhost", true), ("LOCALHOST:1", true), ("127.0.0.1", true), ("127.9.8.7:80", true), ("[::1]:80", true),
            ("[0:0:0:0:0:0:0:1]", true), ("[::ffff:127.0.0.1]", true), ("localhost.", true), ("0.0.0.0", false),
            ("[::]", false), ("10.0.0.1", false), ("127.0.0.1.evil.example", false), ("localhost.evil.example", false),
            ("127.1", false), ("0x7f.0.0.1", false), ("2130706433", false), ("[::ffff:10.0.0.1]", false),
            ("%6cocalhost", false),
        ])
    func loopback(text: String, isLoopback: Bool) throws {
        #expect(try #require(Authority(text)).isLoopback == isLoopback)
    }

    @Test(
        "tell whether a page talks to its own server",
        arguments: [
            ("http://a.example", "a.example", true), ("http://a.example:80", "a.example", true),
            ("http://a.example", "a.example:80", true), ("https://a.example", "a.example", true),
            ("https://a.example", "a.example:443", true), ("https://a.example:8443", "a.example:8443", true),
            ("http://A.Example:8080", "a.example:8080", true), ("http://[::1]:8080", "[::1]:8080", true),
            ("http://a.example:8080", "a.example:8081", false), ("http://a.example:8080", "a.example", false),
            ("http://a.example", "b.example", false), ("http://a.example.evil", "a.example", false),
            ("https://a.example", "a.example:80", false), ("http://127.0.0.1:8080", "localhost:8080", false),
            ("chrome-extension://a.example", "a.example", false),
        ])
    func origins(origin: String, host: String, isSame: Bool) throws {
        let origin = try #require(WebOrigin(origin))
        #expect(origin.isSame(as: try #require(Authority(host))) == isSame)
    }

    @Test(
        "that no page of a site has are none",
        arguments: ["null", "", "file://", "http://a http://b", "a.example", "http://a/"])
    func noOrigins(text: String) { #expect(WebOrigin(text) == nil) }
}
