import HTTPServer
import HTTPTypes
import Synchronization
import Testing

/// Lets in who says a name, and counts what reaches its handlers.
private final class Door: Sendable {
    private let handled = Mutex(0)
    var count: Int { handled.withLock { $0 } }

    var router: Router {
        let admission: RouteAdmission = { request, target in
            guard let name = request.headerFields[.authorization] else {
                return .answered(ServerResponse(status: .unauthorized, body: .bytes(Array(target.path.utf8))))
            }
            return .admitted(principal: name)
        }
        var router = Router()
        router.on(.post, "/guarded/{id}", limits: RouteLimits(maxBodyBytes: 10), admission: admission) { request in
            self.handled.withLock { $0 += 1 }
            return ServerResponse("\(request.principal ?? "nobody"): \(request.body.count)")
        }
        router.onInline(.get, "/inline", admission: admission) { request in
            self.handled.withLock { $0 += 1 }
            return ServerResponse(request.principal ?? "nobody")
        }
        router.on(.post, "/open") { request in ServerResponse(request.principal ?? "nobody") }
        return router
    }
}

@Suite("Admission by the head alone", .timeLimit(.minutes(2)))
struct AdmissionTests {
    @Test("answers in the handler's place, or names who asks", arguments: [false, true])
    func inProcess(_ isInline: Bool) async throws {
        let door = Door()
        func send(_ fields: HTTPFields, body: [UInt8] = []) async -> ServerResponse {
            await door.router.respond(
                to: HTTPRequest(
                    method: isInline ? .get : .post, scheme: nil, authority: "h",
                    path: isInline ? "/inline" : "/guarded/7",
                    headerFields: fields), body: body, errorResponder: { $0.plainResponse })
        }
        let refused = await send([:])
        #expect(refused.status == .unauthorized && door.count == 0)
        // Before the length of the body is looked at.
        if !isInline { #expect(await send([:], body: Array(repeating: 0, count: 11)).status == .unauthorized) }
        let served = await send([.authorization: "eve"])
        guard case .bytes(let bytes) = served.body else { return #expect(Bool(false)) }
        #expect(String(decoding: bytes, as: UTF8.self) == (isInline ? "eve" : "eve: 0") && door.count == 1)
    }

    @Test("comes before the body, whatever length is announced, and closes when the rest would be too long")
    func beforeBody() async throws {
        let door = Door()
        try await withServer(door.router) { address in
            for framing in ["Content-Length: 5000000", "Transfer-Encoding: chunked", "Content-Length: 99"] {
                let client = try TestClient(address)
                try client.send("POST /guarded/7 HTTP/1.1\r\nHost: h\r\n\(framing)\r\n\r\n")
                let response = try client.response()
                #expect(response.status == 401 && response.text == "/guarded/7", "\(framing)")
                #expect((response["connection"] == "close") == (framing != "Content-Length: 99"), "\(framing)")
            }
        }
        #expect(door.count == 0)
    }

    @Test("comes before 100 Continue, which is not sent to who is refused")
    func expectation() async throws {
        let door = Door()
        try await withServer(door.router) { address in
            let refused = try TestClient(address)
            try refused.send("POST /guarded/7 HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            #expect(try refused.response().status == 401)
            let served = try TestClient(address)
            try served.send(
                "POST /guarded/7 HTTP/1.1\r\nHost: h\r\nAuthorization: eve\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
            )
            #expect(try served.response().status == 100)
            try served.send("abc")
            #expect(try served.response().text == "eve: 3")
        }
        #expect(door.count == 1)
    }

    @Test("keeps the connection where the rest of the request is short, and nobody's name for the next")
    func nextRequest() async throws {
        let door = Door()
        try await withServer(door.router) { address in
            let client = try TestClient(address)
            try client.send("POST /guarded/7 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")
            #expect(try client.response().status == 401)
            try client.send("GET /inline HTTP/1.1\r\nHost: h\r\nAuthorization: eve\r\n\r\n")
            #expect(try client.response().text == "eve")
            try client.send("POST /open HTTP/1.1\r\nHost: h\r\nAuthorization: eve\r\nContent-Length: 0\r\n\r\n")
            #expect(try client.response().text == "nobody")
            try client.send("HEAD /inline HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.response(toHead: true).status == 401)
        }
        #expect(door.count == 1)
    }

    @Test("leaves answers that belong to no route to the server")
    func withoutRoute() async throws {
        let door = Door()
        try await withServer(door.router) { address in
            for (line, status) in [("GET /none", 404), ("PUT /guarded/7", 405), ("OPTIONS /guarded/7", 204)] {
                let client = try TestClient(address)
                try client.send("\(line) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                #expect(try client.response().status == status, "\(line)")
            }
        }
    }
}
