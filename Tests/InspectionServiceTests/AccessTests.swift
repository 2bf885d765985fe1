import Foundation
import HTTPServer
import Storage
import Testing

@testable import InspectionService

/// A service with a key of each role.
private struct Guarded {
    let service: Service
    let keys: [AccessRole: AccessKey]
    let log: LogCapture

    func send(
        _ method: String, _ path: String, as role: AccessRole?, _ fields: [String: String] = [:], body: [UInt8] = []
    ) async throws -> Answer {
        var fields = fields
        if let role { fields["Authorization"] = "Bearer \(try #require(keys[role]).secret)" }
        return try await service.send(method, path, fields, body: body)
    }
}

private func withGuarded(
    _ transport: Transport = .inProcess, _ configure: (inout InspectionServiceConfiguration) -> Void = { _ in },
    _ body: (Guarded) async throws -> Void
) async throws {
    try await withDataFolder { folder in
        let file = AccessKeyFile(inDataFolder: folder)
        var keys: [AccessRole: AccessKey] = [:]
        for role in AccessRole.allCases {
            let key = AccessKey(random: ServiceEnvironment.system.random)
            let record = try AccessKeyRecord(
                name: "the-\(role.rawValue)", role: role, key: key, at: Timestamp(microseconds: 0))
            try file.update { text throws(AccessKeyError) in try text.add(record) }
            keys[role] = key
        }
        let log = LogCapture()
        try await withService(transport, in: folder, log: log, keys: file, configure) { service in
            try await body(Guarded(service: service, keys: keys, log: log))
            // Whatever a test does: no key is ever logged.
            for line in log.lines {
                for key in keys.values { #expect(!"\(line)".contains(key.secret.dropFirst(5).prefix(12))) }
            }
        }
    }
}

@Suite("Access", .timeLimit(.minutes(2)))
struct AccessTests {
    /// Who may use what, as it is promised: written down a second time, so that a slip in the first is noticed.
    private static let promised: [String: AccessRole] = [
        "POST /inspect": .line, "POST /inspect:batch": .line, "GET /products": .line, "GET /products/{id}": .line,
        "GET /metrics": .line, "GET /defect-types": .line, "GET /products/{id}/drift": .operator,
        "GET /results": .operator, "GET /results/summary": .operator, "GET /results/{result}": .operator,
        "GET /results/{result}/masks/{type}.png": .operator, "GET /results/{result}/heatmap.png": .operator,
        "GET /results/{result}/overlay.png": .operator, "GET /results/{result}/image": .operator,
        "GET /results/{result}/label": .operator, "POST /results/{result}/label": .operator,
        "DELETE /results/{result}/label": .operator, "GET /products/{id}/references": .operator,
        "GET /products/{id}/references/versions": .operator, "GET /products/{id}/references/{reference}": .operator,
        "GET /products/{id}/calibrations": .operator, "GET /products/{id}/calibrations/{calibration}": .operator,
        "POST /products/{id}/thresholds:simulate": .operator,
    ]
    private static let open: Set = [
        "GET /livez", "GET /healthz", "GET /health", "GET /v2/health/live", "GET /readyz", "GET /v2/health/ready",
        "GET /problems/{kind}", "GET /openapi.json", "GET /", "GET /console/{file}",
    ]

    @Test("needs a key everywhere but where it is said, and one of the promised role", arguments: Transport.allCases)
    func everyRoute(_ transport: Transport) async throws {
        try await withGuarded(transport) { guarded in
            let routes = guarded.service.application.routes
            #expect(routes.count > 30)
            for route in routes {
                let name = "\(route.method) \(route.pattern)"
                let path = route.pattern.replacing("{kind}", with: "not-found").replacing(/{[^}]+}/, with: "none")
                if Self.open.contains(name) {
                    let answer = try await guarded.send(route.method, path, as: nil)
                    #expect(answer.status != 401 && answer.status != 403, "\(name)")
                    continue
                }
                // Whatever is not promised to others is the administrator's.
                let needed = Self.promised[name] ?? .admin
                let refused = try await guarded.send(route.method, path, as: nil, body: [1])
                try refused.expectProblem(401, "unauthorized")
                #expect(refused["www-authenticate"] == "Bearer realm=\"multiads\"", "\(name)")
                for role in AccessRole.allCases {
                    let answer = try await guarded.send(route.method, path, as: role)
                    guard role < needed else {
                        #expect(answer.status != 401 && answer.status != 403, "\(name) \(role): \(answer.text)")
                        continue
                    }
                    let problem = try answer.expectProblem(403, "forbidden")
                    let higher = needed == .admin ? "" : " or higher"
                    #expect(
                        problem["detail"].string
                            == "expected a key of role \(needed.rawValue)\(higher), found one of role \(role.rawValue)")
                    #expect(
                        answer["www-authenticate"]
                            == "Bearer realm=\"multiads\", error=\"insufficient_scope\", scope=\"\(needed.rawValue)\"")
                }
            }
        }
    }

    @Test("to every method of a path is that of its own route; HEAD is GET")
    func head() async throws {
        try await withGuarded(.socket) { guarded in
            let cases: [(String, String, AccessRole?, Int)] = [
                ("HEAD", "/results", nil, 401), ("HEAD", "/results", .line, 403), ("HEAD", "/results", .operator, 200),
                ("OPTIONS", "/results", nil, 204), ("GET", "/nowhere", nil, 404), ("PUT", "/results", nil, 405),
            ]
            for (method, path, role, status) in cases {
                let answer = try await guarded.send(method, path, as: role)
                #expect(answer.status == status, "\(method) \(path)")
            }
        }
    }

    @Test("to details of readiness needs a key, readiness itself none", arguments: ["/readyz", "/v2/health/ready"])
    func verbose(_ path: String) async throws {
        try await withGuarded { guarded in
            #expect(try await guarded.send("GET", path, as: nil).status == 200)
            for query in ["?verbose", "?verbose=true", "?verbose=false", "?%76erbose"] {
                try await guarded.send("GET", path + query, as: nil).expectProblem(401, "unauthorized")
                #expect(try await guarded.send("GET", path + query, as: .line).status == 200, "\(query)")
            }
            #expect(try await guarded.send("GET", path + "?verbose", as: .line).json()["access"]["keys"].int == 3)
            #expect(try await guarded.send("GET", "/livez?verbose", as: nil).status == 200)
        }
    }

    @Test("is told apart: no key, none that is known, none that can be one", arguments: Transport.allCases)
    func credentials(_ transport: Transport) async throws {
        try await withGuarded(transport) { guarded in
            let secret = try #require(guarded.keys[.line]).secret
            func send(_ value: String) async throws -> Answer {
                try await guarded.service.send("GET", "/products", ["Authorization": value])
            }
            for value in ["Bearer \(secret)", "bearer \(secret)", "BEARER   \(secret)"] {
                #expect(try await send(value).status == 200, "\(value)")
            }
            for value in ["Basic bWFkczp4", "Basic", "Digest x", secret, "BearerX \(secret)"] {
                let answer = try await send(value)
                try answer.expectProblem(401, "unauthorized")
                #expect(answer["www-authenticate"] == "Bearer realm=\"multiads\"", "\(value)")
            }
            let other = AccessKey(random: ServiceEnvironment.system.random).secret
            for value in ["Bearer", "Bearer \(other)", "Bearer \(secret)x", "Bearer \(secret), x", "Bearer x"] {
                let answer = try await send(value)
                try answer.expectProblem(401, "unauthorized")
                #expect(answer["www-authenticate"] == "Bearer realm=\"multiads\", error=\"invalid_token\"", "\(value)")
                #expect(!answer.text.contains(other) && !answer.text.contains(secret))
            }
        }
    }

    @Test("is refused before the body is read, at once, and without asking for it")
    func beforeBody() async throws {
        try await withGuarded(.socket) { guarded in
            let head = "POST /inspect:batch HTTP/1.1\r\nHost: localhost\r\nContent-Length: 134000000\r\n"
            for (more, status) in [
                ("", 401), ("Expect: 100-continue\r\n", 401), ("Sec-Fetch-Site: cross-site\r\n", 403),
                ("Origin: https://evil.example\r\n", 403),
            ] {
                let connection = try guarded.service.connect()
                try await onOwnThread {
                    try connection.send(Array((head + more + "\r\n").utf8))
                    let text = String(decoding: try connection.receive(until: [13, 10, 13, 10]), as: UTF8.self)
                    #expect(text.hasPrefix("HTTP/1.1 \(status) "), "\(text)")
                    #expect(text.contains("Connection: close"))
                }
                connection.close()
            }
        }
    }

    @Test("stands in the log with the key's name, and in the metrics with the reason of a refusal")
    func books() async throws {
        try await withGuarded { guarded in
            for role in AccessRole.allCases { _ = try await guarded.send("GET", "/results", as: role) }
            _ = try await guarded.send("POST", "/inspect", as: nil)
            let unknown = AccessKey { 5 }.secret
            _ = try await guarded.service.send("POST", "/inspect", ["Authorization": "Bearer \(unknown)"])
            _ = try await guarded.send("DELETE", "/results/x", as: .admin, ["Origin": "null"])
            let lines = guarded.log.lines("request").map(\.fields)
            #expect(lines.map { $0["key"] } == ["the-line", "the-operator", "the-admin", nil, nil, nil])
            #expect(
                lines.map { $0["problem"] } == ["forbidden", nil, nil, "unauthorized", "unauthorized", "cross-origin"])
            #expect(lines.map { $0["route"] }.suffix(2) == ["/inspect", "/results/{result}"])
            let text = try await guarded.send("GET", "/metrics", as: .line).text
            for (reason, count) in [("role-too-low", 1), ("missing-key", 1), ("unknown-key", 1), ("cross-origin", 1)] {
                #expect(text.contains("http_server_refused_total{reason=\"\(reason)\"} \(count)\n"), "\(reason)")
            }
            #expect(text.contains("inspect_rejected_total{reason=\"unauthorized\"} 2\n"))
            #expect(text.contains("access_keys 3\n") && text.contains("access_key_file_failing 0\n"))
        }
    }

    @Test("shows no key, wherever a client puts it", arguments: Transport.allCases)
    func secrecy(_ transport: Transport) async throws {
        try await withGuarded(transport) { guarded in
            let secret = try #require(guarded.keys[.admin]).secret
            var answers = [
                try await guarded.send("GET", "/products/\(secret)", as: .admin),
                try await guarded.send("GET", "/products?\(secret)=1", as: .admin),
                try await guarded.send("GET", "/products?pageSize=\(secret)", as: .admin),
                try await guarded.send("GET", "/\(secret)", as: nil),
                try await guarded.send("PUT", "/products/a", as: .admin, body: Array("{\"\(secret)\":1}".utf8)),
            ]
            if transport == .socket {
                for line in ["Authorization Bearer \(secret)", "Authorization: Bearer\r\n \(secret)", "A : \(secret)"] {
                    answers.append(
                        try await guarded.service.exchange(
                            Array("GET /products HTTP/1.1\r\nHost: localhost\r\n\(line)\r\n\r\n".utf8)))
                }
            }
            for answer in answers {
                #expect((400..<500).contains(answer.status))
                #expect(!answer.text.contains(secret.dropFirst(5).prefix(12)), "\(answer.text)")
            }
        }
    }

    @Test("ends while the service runs, when the key is revoked")
    func revoking() async throws {
        try await withDataFolder { folder in
            let file = AccessKeyFile(inDataFolder: folder)
            try await withService(.socket, in: folder, keys: file) { service in
                #expect(try await service.send("GET", "/products").status == 200)
                let key = AccessKey(random: ServiceEnvironment.system.random)
                let record = try AccessKeyRecord(name: "a", role: .line, key: key, at: Timestamp(microseconds: 0))
                try file.update { text throws(AccessKeyError) in try text.add(record) }
                service.clock.ringAlarms()
                await service.eventually { service.core.doorkeeper.keys.count == 1 }
                let shown = ["Authorization": "Bearer \(key.secret)"]
                #expect(try await service.send("GET", "/products").status == 401)
                #expect(try await service.send("GET", "/products", shown).status == 200)
                try file.update { text throws(AccessKeyError) in try text.remove("a") }
                await service.eventually { service.clock.pendingAlarms > 0 }
                service.clock.ringAlarms()
                await service.eventually { service.core.doorkeeper.keys.count == 0 }
                #expect(try await service.send("GET", "/products", shown).status == 401)
            }
        }
    }

    @Test("is described: which operations need a key, of which role, and how they refuse")
    func described() async throws {
        try await withGuarded { guarded in
            let document = try await guarded.send("GET", "/openapi.json", as: nil).json()
            let scheme = document["components"]["securitySchemes"]["accessKey"]
            #expect(scheme["type"].string == "http" && scheme["scheme"].string == "bearer")
            for route in guarded.service.application.routes {
                let name = "\(route.method) \(route.pattern)"
                let operation = document["paths"][route.pattern][route.method.lowercased()]
                let security = operation["security"]
                if route.pattern == "/readyz" || route.pattern == "/v2/health/ready" {
                    #expect(security.count == 2 && security[0].keys.isEmpty && !operation["responses"]["401"].isNull)
                } else if Self.open.contains(name) {
                    #expect(!security.isNull && security.count == 0, "\(name)")
                    #expect(operation["responses"]["401"].isNull && operation["x-required-role"].isNull, "\(name)")
                } else {
                    let role = (Self.promised[name] ?? .admin).rawValue
                    #expect(security.count == 1 && security[0]["accessKey"].items.map(\.string) == [role], "\(name)")
                    #expect(operation["x-required-role"].string == role, "\(name)")
                    #expect(!operation["responses"]["401"].isNull && !operation["responses"]["403"].isNull, "\(name)")
                    #expect(operation["description"].string?.contains("keys of role `\(role)`") == true, "\(name)")
                }
            }
        }
    }
}
