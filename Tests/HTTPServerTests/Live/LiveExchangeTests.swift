import HTTPServer
import HTTPTypes
import Testing

@Suite("Live server: exchanges", .timeLimit(.minutes(3)))
struct LiveExchangeTests {
    private static let router: Router = {
        var router = Router()
        router.onInline(.get, "/inline") { _ in ServerResponse("inline") }
        router.on(.get, "/number/{n}") { ServerResponse($0.pathParameters["n"] ?? "") }
        router.on(.post, "/echo") { request in
            ServerResponse(contentType: "application/octet-stream", bytes: request.body)
        }
        router.on(.get, "/stream") { _ in
            ServerResponse(status: .ok, body: .stream(TestChunks { $0 < 3 ? Array("piece \($0)\n".utf8) : nil }))
        }
        return router
    }()

    @Test("keeps a connection for many requests, answered on the loop or in a task", arguments: [1, 3])
    func keepAlive(eventLoops: Int) async throws {
        try await withServer(Self.router, configure: { $0.eventLoops = eventLoops }) { address in
            let clients = try (0..<4).map { _ in try TestClient(address) }
            for number in 0..<20 {
                for client in clients {
                    try client.send(request("GET", "/inline"))
                    #expect(try client.response().text == "inline")
                    try client.send(request("GET", "/number/\(number)"))
                    let response = try client.response()
                    #expect(response.text == "\(number)")
                    #expect(response["date"]?.hasSuffix("GMT") == true)
                    #expect(response["connection"] == nil)
                }
            }
        }
    }

    @Test("answers pipelined requests in order, though a client sends them all at once")
    func pipelining() async throws {
        try await withServer(Self.router) { address in
            let client = try TestClient(address)
            let paths = (0..<200).map { $0.isMultiple(of: 3) ? "/inline" : "/number/\($0)" }
            try client.send(paths.map { request("GET", $0) }.joined())
            // Half-closing behind the requests takes nothing away from them.
            client.closeWrite()
            for (number, path) in paths.enumerated() {
                #expect(try client.response().text == (path == "/inline" ? "inline" : "\(number)"))
            }
            #expect(try client.rest() == [])
        }
    }

    @Test("answers a request that was sent ahead, with the connection half-closed behind it, while a handler ran")
    func sentAhead() async throws {
        let (entered, gate) = (Signal(), Gate())
        var router = Self.router
        router.on(.get, "/wait") { _ in
            entered.send()
            await gate.wait()
            return ServerResponse("waited")
        }
        try await withServer(router) { address in
            let client = try TestClient(address)
            try client.send(request("GET", "/wait"))
            #expect(entered.wait())
            try client.send(request("GET", "/inline"))
            client.closeWrite()
            // Once another client is served, the loop has heard of both.
            let other = try TestClient(address)
            try other.send(request("GET", "/inline"))
            #expect(try other.response().status == 200)
            gate.open()
            #expect(try client.response().text == "waited")
            #expect(try client.response().text == "inline")
            #expect(try client.rest() == [])
        }
    }

    @Test("takes large bodies by length and in chunks")
    func uploads() async throws {
        try await withServer(Self.router) { address in
            let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
            let client = try TestClient(address)
            try client.send(request("POST", "/echo", "Content-Length: \(body.count)\r\n"))
            try client.send(body)
            #expect(try client.response().body == body)
            try client.send(request("POST", "/echo", "Transfer-Encoding: chunked\r\n"))
            var rest = body[...]
            for size in [1, 2, 70_000, 3, 500_000, body.count] where !rest.isEmpty {
                let chunk = rest.prefix(size)
                rest = rest.dropFirst(size)
                try client.send(Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + [13, 10])
            }
            try client.send("0\r\n\r\n")
            #expect(try client.response().body == body)
        }
    }

    @Test("delivers a large body intact through a small window, whole or in pieces")
    func largeResponses() async throws {
        let body = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 131 &+ $0 >> 11) }
        var router = Router()
        router.on(.get, "/whole") { _ in ServerResponse(contentType: "application/octet-stream", bytes: body) }
        router.on(.get, "/pieces") { _ in
            let chunks = TestChunks { index in
                index < 8 ? Array(body[(index * 250_000)..<((index + 1) * 250_000)]) : nil
            }
            return ServerResponse(status: .ok, body: .stream(chunks))
        }
        try await withServer(router) { address in
            let client = try TestClient(address, receiveBuffer: 64 * 1024)
            for path in ["/whole", "/pieces"] {
                try client.send(request("GET", path))
                #expect(try client.response().body == body, "\(path)")
            }
        }
    }

    @Test("invites a body with 100 Continue, and refuses one without")
    func expectContinue() async throws {
        try await withServer(Self.router, configure: { $0.limits.maxBodyBytes = 10 }) { address in
            let client = try TestClient(address)
            try client.send(request("POST", "/echo", "Expect: 100-continue\r\nContent-Length: 2\r\n"))
            #expect(try client.response().status == 100)
            try client.send("ok")
            #expect(try client.response().text == "ok")
            try client.send(request("POST", "/echo", "Expect: 100-continue\r\nContent-Length: 11\r\n"))
            #expect(try client.response().status == 413)
            #expect(try client.rest() == [])
        }
    }

    @Test("answers HEAD like GET without the body, OPTIONS with Allow, and other methods with 405")
    func methods() async throws {
        try await withServer(Self.router) { address in
            let client = try TestClient(address)
            try client.send(request("HEAD", "/number/123"))
            #expect(try client.response(toHead: true)["content-length"] == "3")
            try client.send(request("HEAD", "/stream"))
            #expect(try client.response(toHead: true)["transfer-encoding"] == "chunked")
            try client.send(request("OPTIONS", "/echo"))
            #expect(try client.response()["allow"] == "OPTIONS, POST")
            try client.send(request("OPTIONS", "*"))
            #expect(try client.response().status == 204)
            try client.send(request("DELETE", "/stream"))
            let refused = try client.response()
            #expect(refused.status == 405)
            #expect(refused["allow"] == "GET, HEAD, OPTIONS")
            try client.send(request("GET", "/nothing"))
            #expect(try client.response().status == 404)
            try client.send(request("GET", "/number/..%2fx"))
            #expect(try client.response().status == 400)
        }
    }

    @Test("streams in chunks to HTTP/1.1 and until the end to HTTP/1.0")
    func streams() async throws {
        try await withServer(Self.router) { address in
            let client = try TestClient(address)
            try client.send(request("GET", "/stream"))
            #expect(try client.response().text == "piece 0\npiece 1\npiece 2\n")
            try client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let old = try client.response()
            #expect(old["connection"] == "close")
            #expect(old.text == "piece 0\npiece 1\npiece 2\n")
        }
    }

    @Test("listens on IPv6")
    func ipv6() async throws {
        do {
            try await withServer(Self.router, configure: { $0.host = "::1" }) { address in
                #expect(address.url == "http://[::1]:\(address.port)")
                let client = try TestClient(address)
                try client.send(request("GET", "/inline"))
                #expect(try client.response().text == "inline")
            }
        } catch let error as ServerError where error.code == .cannotListen {
            // A machine without IPv6 has nothing to test here.
        }
    }

    @Test("tells the observer what happened, by route")
    func observer() async throws {
        let observer = RecordingObserver()
        try await withServer(Self.router, observer: observer) { address in
            let client = try TestClient(address)
            try client.send(request("POST", "/echo", "Content-Length: 5\r\n", "hello"))
            _ = try client.response()
            try client.send(request("GET", "/number/7?x=1"))
            _ = try client.response()
            try client.send("nonsense\r\n")
            _ = try client.response()
            for _ in 0..<3 { #expect(observer.finished.wait()) }
        }
        let records = observer.allRecords
        #expect(records.map(\.routePattern) == ["/echo", "/number/{n}", nil])
        #expect(records.map(\.status?.code) == [200, 200, 400])
        #expect(records.map(\.requestBodyBytes) == [5, 0, 0])
        #expect(records.allSatisfy { $0.outcome == .completed && $0.responseBytes > 50 })
        #expect(records[2].failure?.status == .badRequest)
        #expect(observer.closed.wait())
    }
}
