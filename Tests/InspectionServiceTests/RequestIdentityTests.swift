import HTTPTypes
import Testing

@testable import InspectionService

@Suite("Request ids", .timeLimit(.minutes(2)))
struct RequestIdentityTests {
    @Test("come back on every answer, the client's when it can be used", arguments: Transport.allCases)
    func echoed(_ transport: Transport) async throws {
        try await withService(transport) { service in
            for path in ["/livez", "/nowhere", "/results/none"] {
                let answer = try await service.send("GET", path, ["X-Request-ID": "line-4:part/77"])
                #expect(answer["x-request-id"] == "line-4:part/77")
                let made = try await service.send("GET", path, ["X-Request-ID": "two words"])
                #expect(made["x-request-id"]?.count == 36)
                let long = try await service.send("GET", path, ["X-Request-ID": String(repeating: "a", count: 129)])
                #expect(long["x-request-id"]?.count == 36)
            }
        }
    }

    @Test("come with the client's trace context, when it is one")
    func traced() async throws {
        try await withService { service in
            let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            let traced = try await service.send("GET", "/livez", ["traceparent": trace])
            #expect(traced["traceparent"] == trace)
            let damaged = try await service.send("GET", "/livez", ["traceparent": "00-xyz"])
            #expect(damaged["traceparent"] == nil)
        }
    }

    @Test("and kinds of problems are explained where their type points")
    func kinds() async throws {
        try await withService { service in
            for kind in ProblemKind.allCases {
                let answer = try await service.send("GET", kind.type)
                #expect(try answer.json()["status"].int == kind.status.code)
            }
            try await service.send("GET", "/problems/none").expectProblem(404, "not-found")
        }
    }
}
