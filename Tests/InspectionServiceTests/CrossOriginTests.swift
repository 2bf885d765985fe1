import HTTPServer
import HTTPTypes
import Logging
import Testing

@testable import InspectionService

@Suite("Pages of other sites", .timeLimit(.minutes(2)))
struct CrossOriginTests {
    /// A request that changes something.
    private func delete(_ service: Service, _ fields: [String: String]) async throws -> Answer {
        try await service.send("DELETE", "/products/none", fields)
    }

    @Test("cannot change anything, own pages and programs can", arguments: Transport.allCases)
    func origins(_ transport: Transport) async throws {
        try await withService(transport) { service in
            for fields in [
                ["Origin": "http://evil.example", "Host": "localhost:8080"],
                ["Origin": "null", "Host": "localhost:8080"],
                ["Origin": "http://localhost:8081", "Host": "localhost:8080"],
                ["Origin": "http://127.0.0.1:8080", "Host": "localhost:8080"], ["Origin": ""], ["Origin": "evil"],
                ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"], ["Sec-Fetch-Site": "Cross-Site"],
                ["Origin": "http://localhost", "Sec-Fetch-Site": "same-site"],
            ] {
                let problem = try await delete(service, fields).expectProblem(403, "cross-origin")
                #expect(problem["detail"].string?.contains("server.hostNames") == true, "\(fields)")
            }
            for fields in [
                [:], ["Origin": "http://localhost:8080", "Host": "localhost:8080"], ["Origin": "http://localhost"],
                ["Origin": "https://localhost", "Host": "localhost"],
                ["Origin": "http://localhost", "Host": "localhost:80", "Sec-Fetch-Site": "same-origin"],
                ["Sec-Fetch-Site": "none"], ["Sec-Fetch-Site": "same-origin"],
                ["Origin": "http://[::1]:9", "Host": "[::1]:9"],
            ] {
                try await delete(service, fields).expectProblem(404, "unknown-product")
            }
        }
    }

    @Test("cannot change anything on any route, and may ask for what they cannot read")
    func everyRoute() async throws {
        try await withService { service in
            let foreign = ["Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"]
            for route in service.application.routes {
                let path = route.pattern.replacing("{kind}", with: "not-found").replacing(/{[^}]+}/, with: "none")
                let answer = try await service.send(route.method, path, foreign, body: [1])
                if route.method == "GET" {
                    #expect(answer.status != 403, "\(path)")
                } else {
                    try answer.expectProblem(403, "cross-origin")
                }
                #expect(answer["access-control-allow-origin"] == nil)
                let preflight = try await service.send(
                    "OPTIONS", path, foreign.merging(["Access-Control-Request-Method": route.method]) { $1 })
                #expect(preflight.status == 204)
                #expect(!preflight.fields.contains { $0.name.lowercased().hasPrefix("access-control-") })
            }
        }
    }

    @Test("may not embed answers, nor take them for another type", arguments: Transport.allCases)
    func fields(_ transport: Transport) async throws {
        try await withService(transport) { service in
            for (method, path) in [
                ("GET", "/livez"), ("GET", "/products"), ("GET", "/nowhere"), ("OPTIONS", "/products"),
                ("PUT", "/livez"),
                ("POST", "/inspect"),
            ] {
                let answer = try await service.send(method, path)
                #expect(answer["cross-origin-resource-policy"] == "same-origin", "\(method) \(path)")
                #expect(answer["x-content-type-options"] == "nosniff", "\(method) \(path)")
            }
        }
    }
}

@Suite("Names of the service", .timeLimit(.minutes(2)))
struct HostNameTests {
    private static let own = ["localhost", "localhost:8080", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080", "LOCALHOST."]
    private static let foreign = ["evil.example", "evil.example:8080", "localhost.evil.example", "10.0.0.1", "[::2]"]

    @Test("are those of its machine, without keys on a loopback address", arguments: Transport.allCases)
    func loopback(_ transport: Transport) async throws {
        try await withService(transport) { service in
            for host in Self.own {
                #expect(try await service.send("GET", "/products", ["Host": host]).status == 200, "\(host)")
            }
            for host in Self.foreign {
                for path in ["/products", "/openapi.json", "/readyz?verbose"] {
                    let problem = try await service.send("GET", path, ["Host": host])
                        .expectProblem(403, "unknown-host")
                    #expect(problem["detail"].string?.contains("server.hostNames") == true)
                    #expect(problem["detail"].string?.contains("“\(host)”") == true)
                }
                // Who only asks whether it lives may know it by an address.
                for path in ["/livez", "/readyz"] {
                    #expect(try await service.send("GET", path, ["Host": host]).status == 200, "\(host)")
                }
            }
        }
    }

    @Test("need not be said by HTTP/1.0")
    func none() async throws {
        try await withService(.socket) { service in
            let answer = try await service.exchange(Array("GET /products HTTP/1.0\r\n\r\n".utf8))
            #expect(answer.status == 200)
            let foreign = try await service.exchange(
                Array("DELETE /products/none HTTP/1.0\r\nOrigin: http://localhost\r\n\r\n".utf8))
            try foreign.expectProblem(403, "cross-origin")
        }
    }

    @Test("are any, where other machines reach it", arguments: Transport.allCases)
    func everywhere(_ transport: Transport) async throws {
        try await withService(transport, { $0.server.host = "0.0.0.0" }) { service in
            for host in Self.own + Self.foreign {
                let answer = try await service.send("GET", "/products", ["Host": host])
                #expect(answer.status == 200, "\(host)")
            }
        }
    }

    @Test(
        "are those that are configured, and the machine's own, wherever it listens",
        arguments: ["127.0.0.1", "0.0.0.0"])
    func configured(_ address: String) async throws {
        try await withService(
            .inProcess,
            {
                $0.server.host = address
                $0.hostNames = ["inspect.plant.example", "10.0.0.1:8080"]
            }
        ) { service in
            for host in Self.own + ["inspect.plant.example", "Inspect.Plant.Example:99", "10.0.0.1:8080"] {
                #expect(try await service.send("GET", "/products", ["Host": host]).status == 200, "\(host)")
            }
            for host in Self.foreign {
                try await service.send("GET", "/products", ["Host": host]).expectProblem(403, "unknown-host")
            }
            // A proxy that says an inner name is told by the outer one, with its usual port.
            for (origin, status) in [
                ("https://inspect.plant.example", 404), ("http://inspect.plant.example", 404),
                ("https://inspect.plant.example:8443", 403), ("http://10.0.0.1:8080", 404), ("http://10.0.0.1", 403),
            ] {
                let answer = try await service.send("DELETE", "/products/none", ["Origin": origin])
                #expect(answer.status == status, "\(origin)")
            }
        }
    }

    @Test("are not looked at where keys are demanded")
    func withKeys() async throws {
        try await withDataFolder { folder in
            let file = AccessKeyFile(inDataFolder: folder)
            try file.update { _ throws(AccessKeyError) in }
            try await withService(in: folder, keys: file) { service in
                for host in Self.foreign {
                    try await service.send("GET", "/products", ["Host": host]).expectProblem(401, "unauthorized")
                }
            }
        }
    }

    @Test("of a service without keys that others reach are warned of in the log")
    func warning() async throws {
        for (host, count) in [("0.0.0.0", 1), ("127.0.0.1", 0)] {
            let log = LogCapture()
            try await withDataFolder { folder in
                try await withService(.socket, in: folder, log: log) {
                    $0.server.host = host
                } _: { _ in
                }
            }
            #expect(log.lines.count { $0.level == .warning && $0.message.hasPrefix("no access keys") } == count)
        }
    }
}
