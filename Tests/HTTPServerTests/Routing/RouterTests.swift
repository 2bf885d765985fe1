import HTTPServer
import HTTPTypes
import Testing

@Suite("Routing")
struct RouterTests {
    /// Answers with the pattern and the captured values.
    private static func echo(_ request: ServerRequest) -> ServerResponse {
        let values = request.pathParameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return ServerResponse(([request.routePattern] + values).joined(separator: " "))
    }

    private static let router: Router = {
        var router = Router()
        for pattern in [
            "/", "/products", "/products/{id}", "/products/{id}/references", "/products/{id}/references/{ref}",
            "/products/special", "/results/{id}/masks/{type}.png", "/results/{id}/masks/{file}",
            "/results/{id}/heatmap.png",
        ] {
            router.on(.get, pattern, handler: { echo($0) })
        }
        for pattern in ["/inspect", "/inspect:batch", "/products/{id}/references:rollback", "/products/{id}:archive"] {
            router.on(.post, pattern, limits: RouteLimits(maxBodyBytes: 10), handler: { echo($0) })
        }
        router.on(.delete, "/products/{name}", handler: { echo($0) })
        return router
    }()

    private func respond(_ method: HTTPRequest.Method, _ path: String, body: [UInt8] = []) async -> ServerResponse {
        await Self.router.respond(
            to: HTTPRequest(method: method, scheme: nil, authority: "h", path: path), body: body,
            errorResponder: { $0.plainResponse })
    }

    private func text(_ response: ServerResponse) -> String {
        if case .bytes(let bytes) = response.body { String(decoding: bytes, as: UTF8.self) } else { "" }
    }

    @Test(
        "finds the most literal pattern, and decodes what parameters take",
        arguments: [
            ("GET", "/", "/"),
            ("GET", "/products", "/products"),
            ("GET", "/products/a%20b", "/products/{id} id=a b"),
            ("GET", "/products/special", "/products/special"),
            ("GET", "/products/special/references", "/products/{id}/references id=special"),
            ("GET", "/products/%C3%A9/references/7?x=%2F", "/products/{id}/references/{ref} id=é ref=7"),
            ("DELETE", "/products/special", "/products/{name} name=special"),
            ("POST", "/inspect:batch", "/inspect:batch"),
            ("POST", "/products/a:archive", "/products/{id}:archive id=a"),
            ("POST", "/products/a/references:rollback", "/products/{id}/references:rollback id=a"),
            ("GET", "/results/1/masks/scratch.png", "/results/{id}/masks/{type}.png id=1 type=scratch"),
            ("GET", "/results/1/masks/scratch.svg", "/results/{id}/masks/{file} file=scratch.svg id=1"),
            ("GET", "/results/1/masks/.png", "/results/{id}/masks/{file} file=.png id=1"),
            ("GET", "/results/1/heatmap.png", "/results/{id}/heatmap.png id=1"),
            ("HEAD", "/products", "/products"),
        ])
    func matches(method: String, path: String, expected: String) async throws {
        let response = await respond(try #require(HTTPRequest.Method(method)), path)
        #expect(text(response) == expected)
    }

    @Test(
        "finds nothing where nothing is",
        arguments: [
            "/product", "/products/", "//", "/products//references", "/Products", "/results/1/masks", "/inspect:",
        ])
    func notFound(path: String) async {
        #expect(await respond(.get, path).status == .notFound)
    }

    @Test("tells the methods of a path, over all its patterns")
    func methods() async {
        let refused = await respond(.put, "/products/special")
        #expect(refused.status == .methodNotAllowed)
        #expect(refused.headerFields[.allow] == "DELETE, GET, HEAD, OPTIONS")
        let options = await respond(.options, "/inspect")
        #expect(options.status == .noContent)
        #expect(options.headerFields[.allow] == "OPTIONS, POST")
        #expect(await respond(.options, "/nothing").status == .notFound)
    }

    @Test("applies a route's own body limit")
    func bodyLimit() async {
        #expect(await respond(.post, "/inspect", body: Array(repeating: 0, count: 10)).status == .ok)
        #expect(await respond(.post, "/inspect", body: Array(repeating: 0, count: 11)).status == .contentTooLarge)
    }

    @Test(
        "refuses paths and queries that cannot be decoded safely",
        arguments: [
            "/products/%00", "/products/a%2Fb", "/products/a%5Cb", "/products/..", "/products/%2e%2E", "/products/.",
            "/products/%0A", "/products/%7F", "/products/%FF", "/products/%C0%AF", "/products?a=%00", "/products?%FF",
        ])
    func unsafe(path: String) async {
        #expect(await respond(.get, path).status == .badRequest)
    }

    @Test("stops the program for two routes that are the same")
    func duplicate() async {
        await #expect(processExitsWith: .failure) {
            var router = Router()
            router.on(.get, "/a/{x}") { _ in ServerResponse("") }
            router.on(.get, "/a/{x}") { _ in ServerResponse("") }
        }
    }

    @Test("stops the program for patterns that make no sense", arguments: ["a", "/{a}{b}", "/{}", "/a}", "/{a}/{a}"])
    func badPattern(pattern: String) async {
        await #expect(processExitsWith: .failure) { [pattern] in
            var router = Router()
            router.on(.get, pattern) { _ in ServerResponse("") }
        }
    }
}

@Suite("Request targets")
struct RequestTargetTests {
    @Test("are cut before they are decoded")
    func decoding() throws {
        let target = try #require(RequestTarget("/a%3Fb/c+d/%E2%82%AC?x=1&y=a+b%26c&flag&x=2&=&%3D=%3D"))
        #expect(target.segments == ["a?b", "c+d", "€"])
        #expect(target.path == "/a?b/c+d/€")
        #expect(target.query.map(\.name) == ["x", "y", "flag", "x", "", "="])
        #expect(target.query.map(\.value) == ["1", "a b&c", "", "2", "", "="])
        let request = ServerRequest(head: .init(method: .get, scheme: nil, authority: nil, path: "/"), target: target)
        #expect(request.query("x") == "1")
        #expect(request.query("flag") == "")
        #expect(request.query("none") == nil)
    }

    @Test("keep empty segments")
    func empty() {
        #expect(RequestTarget("/")?.segments == [""])
        #expect(RequestTarget("/a/")?.segments == ["a", ""])
        #expect(RequestTarget("")?.segments == nil)
    }
}
