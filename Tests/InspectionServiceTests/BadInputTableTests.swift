import Checkpoints
import Foundation
import HTTPServer
import Storage
import Testing

@testable import InspectionService

/// Values that no parameter of a kind takes, made from the description of the interface: a new parameter gets its rows by
/// being described.
private enum BadValues {
    /// For a query parameter with this schema; empty when any text can be meant.
    static func query(_ schema: JSONValue) -> [String] {
        if schema.members?["enum"] != nil { return ["", "zzz", "OK", "null"] }
        switch (schema.members?["type"]?.text, schema.members?["format"]?.text) {
        case ("integer", _): return ["", "abc", "1.5", "-1", "0", "+5", "0x10", "99999999999999999999", "1e3"]
        case ("number", _): return ["", "abc", "nan", "inf", "0x10", "1e999", "1,5", "--1"]
        case ("boolean", _): return ["", "yes", "TRUE", "1"]
        case ("string", "date-time"): return ["", "yesterday", "2026-01-01", "2026-02-30T00:00:00Z", "1767225600"]
        case ("string", _) where schema.members?["maxLength"] != nil:
            return ["", String(repeating: "a", count: 129), "a%0Ab", "%00"]
        default: return []
        }
    }

    /// Bodies that are no JSON object, or none that can be meant.
    static let json: [(name: String, bytes: [UInt8])] = [
        ("nothing", []), ("half an object", Array("{".utf8)), ("a list", Array("[]".utf8)),
        ("null", Array("null".utf8)),
        ("a number", Array("7".utf8)), ("a member twice", Array(#"{"noun":"a","noun":"b"}"#.utf8)),
        ("no UTF-8", Array(#"{"noun":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8)),
        ("text behind the end", Array("{} {}".utf8)), ("an unknown member", Array(#"{"nuon":"cable"}"#.utf8)),
        ("100 levels", Array((String(repeating: "[", count: 100) + String(repeating: "]", count: 100)).utf8)),
        ("a NUL", Array(#"{"noun":"a\u0000b"}"#.utf8)),
    ]

    /// Bodies that are no picture.
    static let pictures: [(name: String, bytes: [UInt8])] = [
        ("nothing", []), ("text", Array("hello".utf8)), ("zeros", [UInt8](repeating: 0, count: 64)),
        ("a PNG's first bytes", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        ("a JPEG's first bytes", [0xFF, 0xD8, 0xFF, 0xE0]), ("a GIF", Array("GIF89a".utf8)),
    ]

    /// Forms that cannot be taken apart, or hold the wrong parts.
    static let forms: [(name: String, bytes: [UInt8])] = [
        ("nothing", []), ("no boundary", Array("hello".utf8)), ("no part", Array("------b0undary--\r\n".utf8)),
        ("a part without a name", Array("------b0undary\r\n\r\nx\r\n------b0undary--\r\n".utf8)),
        ("a part of another name", Form.body([("picture", nil, "image/png", [1, 2])])),
        ("no closing boundary", Form.body([("image", nil, "image/png", [1, 2])]).dropLast(8)),
        ("500 parts", Form.body(Array(repeating: ("image", nil, "image/png", [1]), count: 500))),
    ]

    /// Values of a wrong kind for a member of JSON.
    static let members = [
        "true", "-1", "0", "1e400", "0.5", #""x""#, #""""#, "[]", "[[]]", "{}", "[null]", "99999999999999999999", "[1]",
        #"["\u0000"]"#, "[[[0,0],[1,1]]]", #"[{"name":"x"}]"#,
    ]
}

@Suite("Bad input on every route", .timeLimit(.minutes(5)))
struct BadInputTableTests {
    /// A path of the route that leads to something, so that it is the bad value that is refused.
    private func path(_ pattern: String) -> String {
        pattern.replacing("{id}", with: "cable").replacing("{kind}", with: "not-found")
            .replacing("{result}", with: "none").replacing("{type}", with: "bent")
            .replacing("{reference}", with: String(repeating: "0", count: 64))
            .replacing("{calibration}", with: "none").replacing("{file}", with: "app.js")
    }

    /// Requires a refusal that is the client's fault and says so.
    @discardableResult
    private func expectRefusal(_ answer: Answer, _ what: String) throws -> JSON {
        #expect((400..<500).contains(answer.status), "\(what): \(answer.status) \(answer.text.prefix(300))")
        #expect(answer["content-type"] == "application/problem+json", "\(what)")
        let problem = try answer.json()
        #expect(problem["detail"].string?.isEmpty == false, "\(what)")
        return problem
    }

    @Test("unknown parameters and methods, and paths that mean nothing, are refused", arguments: Transport.allCases)
    func everyRoute(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put("cable", cable)
            for route in service.application.routes {
                let path = path(route.pattern)
                let what = "\(route.method) \(path)"
                let other = try await service.send("BREW", path)
                #expect(try expectRefusal(other, what)["type"].string == "/problems/method-not-allowed")
                #expect(other["allow"]?.contains(route.method) == true, "\(what)")
                for ending in ["%00", "%2e%2e", "a%2Fb", "%zz", "%C3"] {
                    try expectRefusal(try await service.send(route.method, "\(path)/\(ending)"), "\(what)/\(ending)")
                }
                // Liveness has one answer, whatever it is asked.
                guard !["/livez", "/healthz", "/health", "/v2/health/live"].contains(route.pattern) else { continue }
                let answer = try await service.send(route.method, path + "?nonsense=1")
                let problem = try expectRefusal(answer, what)
                #expect(problem["type"].string == "/problems/invalid-parameter", "\(what): \(answer.text)")
                #expect(problem["errors"][0]["parameter"].string == "nonsense", "\(what)")
                #expect(problem["detail"].string?.contains("expected") == true, "\(what)")
            }
        }
    }

    @Test("no described parameter takes a value of another kind, or comes twice", arguments: Transport.allCases)
    func parameters(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put("cable", cable)
            var tried = 0
            for (pattern, item) in service.contract.document.members?["paths"]?.members ?? [:] {
                for (method, operation) in item.members ?? [:] {
                    let body = operation.members?["requestBody"] == nil ? [] : try Golden.png()
                    for parameter in operation.members?["parameters"]?.items ?? []
                    where parameter.members?["in"] == .string("query") {
                        let name = try #require(parameter.members?["name"]?.text)
                        let values = BadValues.query(try #require(parameter.members?["schema"]))
                        for query in values.map({ "\(name)=\($0)" }) + ["\(name)=1&\(name)=1"] {
                            let needed = pattern == "/results/summary" && name != "by" ? "&by=product" : ""
                            let target = "\(path(pattern))?\(query)\(needed)"
                            let answer = try await service.send(method.uppercased(), target, body: body)
                            let problem = try expectRefusal(answer, "\(method) \(target)")
                            #expect(problem["status"].int == 400, "\(method) \(target)")
                            #expect(
                                problem["errors"][0]["parameter"].string == name || query.contains("%00"),
                                "\(method) \(target): \(answer.text)")
                            tried += 1
                        }
                    }
                }
            }
            #expect(tried > 100)
        }
    }

    @Test("no route that takes a body takes a bad one", arguments: Transport.allCases)
    func bodies(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put("cable", cable)
            let before = try await service.rowCounts()
            for (pattern, item) in service.contract.document.members?["paths"]?.members ?? [:] {
                for (method, operation) in item.members ?? [:] {
                    guard let contents = operation.members?["requestBody"]?.members?["content"]?.members else {
                        continue
                    }
                    var rows = 0
                    for type in contents.keys {
                        let bodies =
                            switch type {
                            case "application/json", "application/merge-patch+json": BadValues.json
                            case "image/jpeg", "image/png": BadValues.pictures
                            case "multipart/form-data": BadValues.forms
                            default: [(name: String, bytes: [UInt8])]()
                            }
                        #expect(!bodies.isEmpty, "\(method) \(pattern) takes \(type), for which there are no rows")
                        rows += bodies.count
                        let sent = type == "multipart/form-data" ? Form.type : type
                        for body in bodies {
                            let answer = try await service.send(
                                method.uppercased(), path(pattern), ["Content-Type": sent], body: body.bytes)
                            try expectRefusal(answer, "\(method) \(pattern) with \(type): \(body.name)")
                        }
                    }
                    #expect(rows > 0, "\(method) \(pattern)")
                }
            }
            #expect(try await service.rowCounts() == before, "something of all this was stored")
        }
    }

    @Test(
        "a product whose member does not fit its schema is refused, whatever the member", arguments: ["PUT", "PATCH"])
    func members(_ method: String) async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let isPatch = method == "PATCH"
            let name = isPatch ? "ProductPatch" : "ProductSettings"
            let reference = "#/components/schemas/\(name)"
            let validator = SchemaValidator(document: service.contract.document)
            let schema = try #require(validator.resolve(reference))
            let type = isPatch ? "application/merge-patch+json" : "application/json"
            let product = try #require(try await service.store.product("cable"))
            var refused = 0
            for member in try #require(schema.members?["properties"]?.members).keys.sorted() {
                for value in BadValues.members {
                    let text = #"{\#(isPatch || member == "noun" ? "" : #""noun":"cable","#)"\#(member)":\#(value)}"#
                    let parsed = try? JSONValue(text: Array(text.utf8))
                    guard parsed.map({ !validator.faults($0, schema).isEmpty }) ?? true else { continue }
                    let answer = try await service.send(
                        method, "/products/cable", ["Content-Type": type], body: Array(text.utf8))
                    let problem = try expectRefusal(answer, "\(method) \(text)")
                    if answer.status == 422 {
                        let pointers = problem["errors"].items.compactMap { $0["pointer"].string }
                        #expect(pointers.contains { $0.hasPrefix("/\(member)") }, "\(text): \(answer.text)")
                    }
                    refused += 1
                }
            }
            #expect(refused > 60)
            #expect(try await service.store.product("cable") == product)
        }
    }

    @Test(
        "fields that a route reads are refused when they mean nothing",
        arguments: [
            ("POST", "/inspect?product=cable", "X-Request-Deadline", "soon"),
            ("POST", "/inspect?product=cable", "X-Request-Deadline", "0"),
            ("POST", "/inspect?product=cable", "X-Request-Deadline", "3601"),
            ("POST", "/inspect:batch?product=cable", "X-Request-Deadline", "-1"),
            ("POST", "/inspect?product=cable", "Accept", "text/html"),
            ("POST", "/inspect:batch?product=cable", "Accept", "application/json"),
            ("GET", "/results", "Accept", "image/png"),
            ("POST", "/inspect?product=cable", "Idempotency-Key", "two words"),
            ("PUT", "/products/cable", "If-Match", "r1"), ("DELETE", "/products/cable", "If-Match", "W/"),
            ("POST", "/products/cable/calibrate", "If-Match", "r1"),
            ("PUT", "/products/cable", "If-None-Match", "yes"), ("GET", "/products/cable", "If-None-Match", "\""),
        ])
    func fields(_ method: String, _ path: String, _ name: String, _ value: String) async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let body = method == "PUT" ? Array(cable.utf8) : try Golden.png()
            let fields = [
                name: value, "Content-Type": path.contains(":batch") ? Form.type : "application/octet-stream",
            ]
            let form = Form.body([("image", nil, "image/png", body)])
            let answer = try await service.send(
                method, path, fields, body: path.contains(":batch") ? form : body)
            try expectRefusal(answer, "\(method) \(path) with \(name): \(value)")
        }
    }

    @Test("a body that nobody announced is asked for its length")
    func length() async throws {
        try await withService(.socket) { service in
            for path in ["/inspect", "/inspect:batch", "/products/default/references"] {
                let answer = try await service.exchange(
                    Array("POST \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8))
                try answer.expectProblem(411, "length-required")
            }
        }
    }

    @Test(
        "a request that does not arrive in time is answered 408",
        arguments: ["GET /livez HT", "POST /inspect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc"])
    func slow(_ request: String) async throws {
        try await withService(.socket) {
            $0.server.deadlines.header = .milliseconds(200)
            $0.server.deadlines.body = .milliseconds(200)
            $0.server.limits.minBytesPerSecond = 1 << 30
        } _: { service in
            let connection = try service.connect()
            try connection.send(Array(request.utf8))
            let end = try await onOwnThread { try connection.receiveAll() }
            guard case .closed(let bytes) = end else { throw LiveClient.Failure(description: "reset") }
            try Answer(wire: bytes).expectProblem(408, "request-timeout")
        }
    }

    @Test("what is no HTTP is answered with problem+json, with the status that HTTP has for it")
    func wire() async throws {
        try await withService(.socket) { service in
            let long = String(repeating: "a", count: 60_000)
            for (request, status) in [
                ("GET /livez HTTP/1.1\r\nHost : x\r\n\r\n", 400), ("GET /livez HTTP/1.1\r\n\r\n", 400),
                ("GET /\(long) HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
                ("GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: \(long)\r\n\r\n", 431),
                ("GET / HTTP/3.0\r\nHost: localhost\r\n\r\n", 505),
                ("CONNECT x:1 HTTP/1.1\r\nHost: localhost\r\n\r\n", 501),
                ("POST /inspect HTTP/1.1\r\nHost: localhost\r\nContent-Length: +5\r\n\r\nhello", 400),
                ("POST /inspect HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n", 417),
                ("POST /inspect HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
                ("POST /inspect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n", 413),
            ] {
                let answer = try await service.exchange(Array(request.utf8))
                #expect(answer.status == status, "\(request.prefix(60))")
                #expect(answer["content-type"] == "application/problem+json", "\(request.prefix(60))")
                let problem = try answer.json()
                #expect(problem["status"].int == status && problem["errors"].count == 0)
                #expect(problem["requestId"].string == answer["x-request-id"], "\(request.prefix(60))")
            }
        }
    }
}
