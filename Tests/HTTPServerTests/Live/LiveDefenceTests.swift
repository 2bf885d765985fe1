import HTTPServer
import HTTPTypes
import Testing

@Suite("Live server: defences", .timeLimit(.minutes(3)))
struct LiveDefenceTests {
    private static let router: Router = {
        var router = Router()
        router.onInline(.get, "/secret") { _ in ServerResponse("SECRET") }
        router.on(.post, "/small", limits: RouteLimits(maxBodyBytes: 1000)) { ServerResponse("\($0.body.count)") }
        router.on(.post, "/large", limits: RouteLimits(maxBodyBytes: 1 << 30)) { ServerResponse("\($0.body.count)") }
        return router
    }()

    @Test("answer every hostile request once, with its status, and hang up", arguments: [false, true])
    func hostile(bytewise: Bool) async throws {
        var router = Router()
        router.on(.post, "/") { ServerResponse("\($0.body.count)") }
        router.on(.get, "/") { _ in ServerResponse("ok") }
        try await withServer(router) { address in
            for hostile in HostileRequest.corpus {
                let client = try TestClient(address)
                if bytewise {
                    // The server may answer and close before the last byte.
                    for byte in hostile.bytes.utf8 { try? client.send([byte]) }
                } else {
                    try client.send(hostile.bytes)
                }
                let response = try client.response()
                #expect(response.status == hostile.code.status.code, "\(hostile.name)")
                #expect(response["connection"] == "close", "\(hostile.name)")
                #expect(try client.rest(toleratingReset: true) == [], "\(hostile.name): answered twice")
            }
        }
    }

    @Test("never read the body of a refused request as a request")
    func smuggling() async throws {
        try await withServer(Self.router) { address in
            let inner = request("GET", "/secret")
            let padded = inner + String(repeating: " ", count: 2_000_000)
            for (path, body) in [("/nothing", inner), ("/nothing", padded), ("/small", padded), ("/secret", inner)] {
                let client = try TestClient(address)
                try client.send(request("POST", path, "Content-Length: \(body.utf8.count)\r\n"))
                try client.send(body)
                #expect([404, 405, 413].contains(try client.response().status))
                client.closeWrite()
                #expect(try client.rest(toleratingReset: true) == [], "POST \(path)")
            }
        }
    }

    @Test("go on with the next request behind a short refused body")
    func resynchronised() async throws {
        try await withServer(Self.router) { address in
            let client = try TestClient(address)
            try client.send(request("POST", "/nothing", "Content-Length: 5\r\n", "hello") + request("GET", "/secret"))
            #expect(try client.response().status == 404)
            #expect(try client.response().text == "SECRET")
        }
    }

    @Test("refuse a long body before it is sent")
    func tooLarge() async throws {
        try await withServer(Self.router) { address in
            let client = try TestClient(address)
            try client.send(request("POST", "/small", "Content-Length: 1000000000\r\n"))
            #expect(try client.response().status == 413)
            // A client that sends all the same is let finish, so that it can read the answer.
            let stubborn = try TestClient(address)
            try stubborn.send(request("POST", "/small", "Content-Length: 4000000\r\n"))
            try stubborn.send([UInt8](repeating: 0x20, count: 4_000_000))
            #expect(try stubborn.response().status == 413)
        }
    }

    @Test("close a connection whose header does not come, with 408 if it began")
    func slowHeader() async throws {
        try await withServer(Self.router, configure: { $0.deadlines.header = .milliseconds(150) }) { address in
            let silent = try TestClient(address)
            #expect(try silent.rest() == [])
            let dripping = try TestClient(address)
            var sent = 0
            try dripping.send("GET / HTTP/1.1\r\nA: ")
            while !dripping.isReadable(within: 10), sent < 2000 {
                try? dripping.send("a")
                sent += 1
            }
            #expect(try dripping.response().status == 408)
        }
    }

    @Test("close a connection whose body does not come, and one that stays idle")
    func slowBody() async throws {
        try await withServer(
            Self.router,
            configure: {
                $0.deadlines.body = .milliseconds(100)
                $0.deadlines.idle = .milliseconds(100)
            }
        ) { address in
            let slow = try TestClient(address)
            try slow.send(request("POST", "/small", "Content-Length: 10\r\n", "12345"))
            #expect(try slow.response().status == 408)
            let idle = try TestClient(address)
            try idle.send(request("GET", "/secret"))
            #expect(try idle.response().status == 200)
            #expect(try idle.rest() == [])
        }
    }

    @Test("may all be as large as numbers are")
    func largestLimits() async throws {
        try await withServer(
            Self.router,
            configure: { configuration in
                for limit: WritableKeyPath<ServerConfiguration.Limits, Int> in [
                    \.maxRequestLineBytes, \.maxHeaderBytes, \.maxHeaderCount, \.maxBodyBytes, \.maxBufferedBodyBytes,
                    \.maxBufferedResponseBytes, \.maxConnections, \.maxDiscardedBytes, \.maxLingerBytes,
                    \.minBytesPerSecond,
                ] { configuration.limits[keyPath: limit] = .max }
            }
        ) { address in
            let client = try TestClient(address)
            try client.send(request("GET", "/secret"))
            #expect(try client.response().status == 200)
        }
    }

    @Test("refuse connections above the cap with 503, and take new ones when others leave")
    func connectionCap() async throws {
        try await withServer(Self.router, configure: { $0.limits.maxConnections = 2 }) { address in
            let kept = try (0..<2).map { _ in try TestClient(address) }
            for client in kept {
                try client.send(request("GET", "/secret"))
                #expect(try client.response().status == 200)
            }
            let extra = try TestClient(address)
            let refused = try extra.response()
            #expect(refused.status == 503)
            #expect(refused["retry-after"] == "1")
            kept[0].close()
            extra.close()
            // The server learns of it in its own time.
            var status = 503
            for _ in 0..<1000 where status == 503 {
                let next = try TestClient(address)
                try? next.send(request("GET", "/secret"))
                status = (try? next.response().status) ?? 503
            }
            #expect(status == 200)
        }
    }

    @Test("bound what slow readers keep in memory, and give the room back when they are gone")
    func responseMemory() async throws {
        var router = Router()
        // More than the kernel's buffers hold, so that the server has to keep the rest.
        router.on(.get, "/large") { _ in
            ServerResponse(status: .ok, body: .bytes([UInt8](repeating: 0x61, count: 24 << 20)))
        }
        router.on(.get, "/small") { _ in ServerResponse("small") }
        try await withServer(router, configure: { $0.limits.maxBufferedResponseBytes = 30 << 20 }) { address in
            let slow = try TestClient(address, receiveBuffer: 4096)
            try slow.send(request("GET", "/large"))
            _ = try slow.take(1)
            let client = try TestClient(address)
            try client.send(request("GET", "/large"))
            let refused = try client.response()
            #expect(refused.status == 503 && refused["retry-after"] == "1")
            try client.send(request("GET", "/small"))
            #expect(try client.response().text == "small", "on the same connection")
            slow.close()
            // The server learns of it in its own time.
            var response = refused
            for _ in 0..<1000 where response.status == 503 {
                try client.send(request("GET", "/large"))
                response = try client.response()
            }
            #expect(response.status == 200 && response.body.count == 24 << 20)
            // What was read is not counted any more.
            try client.send(request("GET", "/large"))
            #expect(try client.response().status == 200)
        }
    }

    @Test("bound the memory of all bodies together, until handlers let go of them")
    func bodyMemory() async throws {
        let (entered, gate) = (Signal(), Gate())
        var router = Router()
        router.on(.post, "/hold") { request in
            entered.send()
            await gate.wait()
            return ServerResponse("\(request.body.count)")
        }
        router.on(.post, "/pass") { ServerResponse("\($0.body.count)") }
        try await withServer(router, configure: { $0.limits.maxBufferedBodyBytes = 1000 }) { address in
            let body = String(repeating: "x", count: 800)
            let holding = try TestClient(address)
            try holding.send(request("POST", "/hold", "Content-Length: 800\r\n", body))
            #expect(entered.wait())
            let client = try TestClient(address)
            try client.send(request("POST", "/pass", "Content-Length: 100\r\n", String(repeating: "x", count: 100)))
            #expect(try client.response().status == 200)
            try client.send(request("POST", "/pass", "Content-Length: 800\r\n", body))
            #expect(try client.response().status == 503)
            gate.open()
            #expect(try holding.response().text == "800")
            // The handler's task ends a moment after its answer.
            var status = 503
            for _ in 0..<1000 where status == 503 {
                let again = try TestClient(address)
                try again.send(request("POST", "/pass", "Content-Length: 800\r\n", body))
                status = try again.response().status
            }
            #expect(status == 200)
        }
    }
}
