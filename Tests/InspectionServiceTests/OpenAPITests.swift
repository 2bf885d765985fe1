import Checkpoints
import Foundation
import Storage
import Synchronization
import Testing

@testable import InspectionService

@Suite("The description of the interface", .timeLimit(.minutes(2)))
struct OpenAPITests {
    /// Gathers which responses of which operations were seen.
    private final class Seen: Sendable {
        private let seen = Mutex(Set<String>())
        var all: Set<String> { seen.withLock { $0 } }

        func note(_ operation: String, _ status: Int) { seen.withLock { _ = $0.insert("\(operation) \(status)") } }
    }

    @Test("describes every route, and no other")
    func routes() async throws {
        try await withService(.inProcess) { service in
            let routes = Set(service.application.routes.map { "\($0.method) \($0.pattern)" })
            let described = Set(service.contract.operations.map { "\($0.method) \($0.path)" })
            #expect(routes.subtracting(described) == [], "routes without an operation in OpenAPI/")
            #expect(described.subtracting(routes) == [], "operations without a route")
        }
    }

    @Test("is given out as it was made, and holds together")
    func document() async throws {
        try await withService { service in
            let answer = try await service.send("GET", "/openapi.json")
            let contract = try Contract(answer.body)
            #expect(contract.document == service.contract.document)
            #expect(contract.document.members?["openapi"] == .string("3.1.0"))
            let ids = contract.operations.map(\.id)
            #expect(Set(ids).count == ids.count && !ids.contains(""))
            var references: [String] = []
            func walk(_ value: JSONValue) {
                if case .string(let reference)? = value.members?["$ref"] { references.append(reference) }
                for member in value.members ?? [:] { walk(member.value) }
                for item in value.items ?? [] { walk(item) }
            }
            walk(contract.document)
            let validator = SchemaValidator(document: contract.document)
            for operation in contract.operations {
                for response in operation.responses.values {
                    for link in (response.members?["links"]?.members ?? [:]).values {
                        #expect(ids.contains(link.members?["operationId"]?.text ?? ""), "\(operation.id): \(link)")
                    }
                }
            }
            #expect(references.count > 100)
            for reference in Set(references) { #expect(validator.resolve(reference) != nil, "\(reference)") }
            // Every schema is used: what nothing refers to is left over.
            let schemas = contract.document.members?["components"]?.members?["schemas"]?.members ?? [:]
            for name in schemas.keys { #expect(references.contains("#/components/schemas/\(name)"), "\(name)") }
        }
    }

    @Test("has examples that fit their schemas, and parameters for what paths leave open")
    func examples() async throws {
        try await withService { service in
            let validator = SchemaValidator(document: service.contract.document)
            var examples = 0
            func check(_ contents: JSONValue?, _ place: String) {
                for (type, content) in contents?.members ?? [:] {
                    guard let example = content.members?["example"], let schema = content.members?["schema"] else {
                        continue
                    }
                    examples += 1
                    #expect(validator.faults(example, schema) == [], "\(place) \(type)")
                }
            }
            for (path, item) in service.contract.document.members?["paths"]?.members ?? [:] {
                for (method, operation) in item.members ?? [:] {
                    check(operation.members?["requestBody"]?.members?["content"], "\(method) \(path)")
                    for response in (operation.members?["responses"]?.members ?? [:]).values {
                        check(response.members?["content"], "\(method) \(path)")
                    }
                    let open = Set(path.matches(of: /{([^}]+)}/).map { String($0.1) })
                    let named = (operation.members?["parameters"]?.items ?? []).filter {
                        $0.members?["in"] == .string("path")
                    }.compactMap { $0.members?["name"]?.text }
                    #expect(Set(named) == open, "\(method) \(path)")
                }
            }
            #expect(examples > 10)
        }
    }

    @Test("promises no success that does not happen")
    func exercised() async throws {
        try await withDataFolder { folder in
            try await withService(.inProcess, in: folder, isStarted: false) { service in
                let seen = Seen()
                @discardableResult
                func send(
                    _ method: String, _ path: String, _ fields: [String: String] = [:], body: [UInt8] = []
                ) async throws -> Answer {
                    let answer = try await service.send(method, path, fields, body: body)
                    if let operation = service.contract.operation(method, path) {
                        seen.note(operation.id, answer.status)
                    }
                    return answer
                }
                for path in ["/readyz", "/v2/health/ready"] { try await send("GET", path) }
                try await service.application.start()
                for operation in service.contract.operations
                where operation.method == "GET" && !operation.path.contains("{") {
                    let isSummary = operation.path == "/results/summary"
                    try await send("GET", operation.path + (isSummary ? "?by=product" : ""))
                }
                try await send("GET", "/problems/not-found")
                for path in ["/", "/console/app.js"] {
                    let tag = try #require(try await send("GET", path)["ETag"])
                    try await send("GET", path, ["If-None-Match": tag])
                }
                try await exerciseProducts(service, send)
                try await exerciseResults(service, send)
                try await send("DELETE", "/products/cable")
                var promised: Set<String> = []
                for operation in service.contract.operations {
                    for status in operation.responses.keys where status.hasPrefix("2") || status.hasPrefix("3") {
                        promised.insert("\(operation.id) \(status)")
                    }
                }
                #expect(promised.subtracting(seen.all).sorted() == [], "described, but not seen by this test")
            }
        }
    }

    private typealias Send = (String, String, [String: String], [UInt8]) async throws -> Answer

    private func exerciseProducts(_ service: Service, _ send: Send) async throws {
        let json = ["Content-Type": "application/json"]
        for _ in 0..<2 { _ = try await send("PUT", "/products/cable", json, Array(keeping.utf8)) }
        _ = await (try service.core.registry.preparation(of: try #require(try await service.store.product("cable"))))
            .finalState()
        let tag = try #require(try await send("GET", "/products/cable", [:], [])["etag"])
        _ = try await send("GET", "/products/cable", ["If-None-Match": tag], [])
        _ = try await send(
            "PATCH", "/products/cable", ["Content-Type": "application/merge-patch+json"],
            Array(#"{"mmPerPixel":1}"#.utf8))
        let references = "/products/cable/references"
        let added = try await send("POST", references, [:], try Golden.png("reference_0"))
        _ = try await send("POST", references, [:], try Golden.png("reference_0"))
        for name in ["reference_1", "query"] { _ = try await send("POST", references, [:], try Golden.png(name)) }
        _ = try await send("POST", "/products/cable/calibrate?dryRun=true", [:], [])
        let calibrated = try await send("POST", "/products/cable/calibrate", [:], [])
        let drift = "/products/cable/drift"
        for path in ["/products/cable/calibrations", drift, try #require(calibrated["location"])] {
            _ = try await send("GET", path, [:], [])
        }
        _ = try await send("PUT", "/products/cable", json, Array(keeping.utf8))
        let id = try #require(try added.json()["items"][0]["id"].string)
        for path in [references, references + "/versions"] { _ = try await send("GET", path, [:], []) }
        _ = try await send("GET", "\(references)/\(id)", [:], [])
        _ = try await send("DELETE", "\(references)/\(id)", [:], [])
        _ = try await send("POST", references + ":rollback", json, Array(#"{"version":1}"#.utf8))
    }

    private func exerciseResults(_ service: Service, _ send: Send) async throws {
        let json = ["Content-Type": "application/json"]
        let inspected = try await send("POST", "/inspect?product=cable", [:], try Golden.png())
        let batch = Form.body([("image", "a.png", "image/png", try Golden.png())])
        _ = try await send("POST", "/inspect:batch?product=cable", ["Content-Type": Form.type], batch)
        let result = try inspected.json()
        let path = "/results/\(try #require(result["id"].string))"
        _ = try await send("GET", path, [:], [])
        _ = try await send("POST", "\(path)/label", json, Array(#"{"verdict":"ok"}"#.utf8))
        for method in ["GET", "DELETE"] { _ = try await send(method, "\(path)/label", [:], []) }
        _ = try await send("POST", "/products/cable/thresholds:simulate?threshold=0.5", [:], [])
        let pictures = ["heatmap.png", "overlay.png", "image"].map { "\(path)/\($0)" }
        for picture in pictures + [try #require(result["defects"][0]["mask"].string)] {
            let whole = try await send("GET", picture, [:], [])
            _ = try await send("GET", picture, ["Range": "bytes=0-9"], [])
            _ = try await send("GET", picture, ["If-None-Match": try #require(whole["etag"])], [])
        }
        for form in ["application/x-ndjson", "text/csv"] {
            #expect(try await send("GET", "/results", ["Accept": form], [])["content-type"]?.hasPrefix(form) == true)
        }
        _ = try await send("DELETE", path, [:], [])
    }

    private var keeping: String { cable.dropLast() + #","keepImages":"all"}"# }

    @Test("is held against answers by a validator that notices what is wrong")
    func validator() throws {
        let text = #"""
            {"components":{"schemas":{"Part":{"type":"object","required":["id","sizes"],"properties":{
              "id":{"type":"string","pattern":"^[a-z]+$","maxLength":3},
              "sizes":{"type":"array","minItems":1,"items":{"type":"integer","minimum":1,"multipleOf":2}},
              "colour":{"anyOf":[{"enum":["red","blue"]},{"type":"null"}]}}}}}}
            """#
        let document = try JSONValue(text: Array(text.utf8))
        let validator = SchemaValidator(document: document)
        let schema = JSONValue.object(["$ref": .string("#/components/schemas/Part")])
        func faults(_ text: String) throws -> Int {
            validator.faults(try JSONValue(text: Array(text.utf8)), schema).count
        }
        #expect(try faults(#"{"id":"abc","sizes":[2,4],"colour":null}"#) == 0)
        for wrong in [
            #"{"id":"abc"}"#, #"{"id":"abcd","sizes":[2]}"#, #"{"id":"AB","sizes":[2]}"#, #"{"id":"a","sizes":[]}"#,
            #"{"id":"a","sizes":[0]}"#, #"{"id":"a","sizes":[3]}"#, #"{"id":"a","sizes":[2.5]}"#,
            #"{"id":"a","sizes":[2],"colour":"green"}"#, #"{"id":"a","sizes":[2],"more":1}"#, #"{"id":7,"sizes":[2]}"#,
        ] { #expect(try faults(wrong) > 0, "\(wrong)") }
        let unknown = JSONValue.object(["minProperties": .number("1")])
        #expect(!validator.faults(.object([:]), unknown).isEmpty)
    }
}

@Suite("HEAD and OPTIONS", .timeLimit(.minutes(2)))
struct HeadAndOptionsTests {
    @Test("HEAD says what GET would, without a body, wherever there is GET")
    func head() async throws {
        try await withService(.socket) { service in
            for route in service.application.routes where route.method == "GET" {
                // What is unknown is answered too; the path of a route with parameters is one of those.
                let path = route.pattern.replacing(/{[^}]+}/, with: "unknown")
                let get = try await service.send("GET", path)
                let head = try await service.send("HEAD", path)
                #expect(head.status == get.status && head.body.isEmpty, "\(path)")
                #expect(head["content-type"] == get["content-type"], "\(path)")
                #expect(head["x-request-id"] != nil && head["content-length"] != nil, "\(path)")
            }
        }
    }

    @Test("OPTIONS names the methods of every path, and comes with a request id", arguments: Transport.allCases)
    func options(_ transport: Transport) async throws {
        try await withService(transport) { service in
            let routes = service.application.routes
            for pattern in Set(routes.map(\.pattern)) {
                let path = pattern.replacing(/{[^}]+}/, with: "unknown")
                let answer = try await service.send("OPTIONS", path, ["X-Request-ID": "o-1"])
                #expect(answer.status == 204 && answer.body.isEmpty, "\(path)")
                #expect(answer["x-request-id"] == "o-1", "\(path)")
                let allowed = Set((answer["allow"] ?? "").components(separatedBy: ", "))
                let own = Set(routes.filter { $0.pattern == pattern }.map(\.method))
                #expect(allowed.isSuperset(of: own.union(["OPTIONS"])), "\(path): \(allowed)")
                #expect(allowed.contains("HEAD") == allowed.contains("GET"), "\(path)")
            }
        }
    }
}
