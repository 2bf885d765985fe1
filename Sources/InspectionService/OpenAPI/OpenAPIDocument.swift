import AnomalyDetection
import CLIP
import HTTPServer
import HTTPTypes

/// The description of the HTTP interface in OpenAPI 3.1.
///
/// Made from the same values that the service works with (kinds of problem, modes, bounds), so that those cannot differ.
struct OpenAPIDocument {
    let schemas: APISchemas
    let engine: String
    /// Who may use which route, as they were registered.
    let access: [APIRoute: RouteAccess]

    /// A method, in lower case, on a path.
    struct APIRoute: Hashable {
        let method: String
        let path: String
    }

    init(configuration: InspectionServiceConfiguration, patchSize: Int, routes: [RouteTable.Entry]) {
        access = Dictionary(
            routes.map { (APIRoute(method: $0.method.lowercased(), path: $0.pattern), $0.access) },
            uniquingKeysWith: { first, _ in first })
        schemas = APISchemas(configuration: configuration, patchSize: patchSize)
        engine = configuration.engineName
    }

    var tree: JSONTree {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "MultiADS visual inspection", "version": "1.0.0",
                "summary":
                    "Send a picture of a part; get back whether it is good, where it is not, and which kind of defect it is.",
                "description": .string(Self.description),
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"], "x-engine": .string(engine),
            ],
            "servers": [["url": "/"]],
            "tags": [
                ["name": "Inspection", "description": "Pictures in, verdicts out."],
                ["name": "Products", "description": "What is inspected, and how."],
                ["name": "References", "description": "Pictures of good parts."],
                ["name": "Calibration", "description": "Thresholds from pictures of good parts."],
                ["name": "Results", "description": "Every answer that was given."],
                ["name": "Service", "description": "Health, metrics, and this description."],
            ],
            "paths": paths,
            "components": [
                "schemas": schemas.tree, "parameters": Self.parameters, "headers": Self.headers,
                "securitySchemes": APISecurity.schemes,
            ],
        ]
    }

    private static let description = """
        JSON names are camelCase, times RFC 3339 in UTC, durations seconds. Unknown query parameters and members are refused. \
        Every path answers OPTIONS with `Allow`, and HEAD wherever it answers GET. Where the service has keys, `Authorization: Bearer` \
        shows one; where it has none, nobody is asked. Errors are RFC 9457 `application/problem+json`. \
        Any request may get 400, 405, 408, 413, 414, 417, 431, 501, 503 or 505 from the server itself, in the same form.
        """

    private var paths: JSONTree {
        var order: [String] = []
        var operations: [String: [JSONTree.Member]] = [:]
        for operation in APIOperations.all {
            if operations[operation.path] == nil { order.append(operation.path) }
            let access = access[APIRoute(method: operation.method, path: operation.path)] ?? .admin
            operations[operation.path, default: []].append(
                .init(name: operation.method, value: operation.tree(for: access)))
        }
        return .object(order.map { .init(name: $0, value: .object(operations[$0] ?? [])) })
    }

    private static let parameters: JSONTree = [
        "RequestID": APIParameter(
            "X-Request-ID", in: .header, ["type": "string"],
            "Comes back on the answer if it is 1 to 128 characters of `A-Z a-z 0-9 + - . / : = @ _`; else one is made."
        ).tree,
        "Traceparent": APIParameter(
            "traceparent", in: .header, ["type": "string"], "W3C Trace Context; comes back on the answer."
        ).tree,
    ]

    private static let headers: JSONTree = {
        let all: KeyValuePairs = [
            "X-Request-ID": "The request's id, for logs and questions.",
            "traceparent": "The client's, where it sent a valid one.",
            "Retry-After": "Whole seconds after which trying again makes sense.",
            "ETag": "What to send as If-Match or If-None-Match.", "Location": "The address of what was made.",
            "Link": "The address of the result, as `rel=\"describedby\"`.",
            "Content-Location": "The address of the same bytes.",
            "Server-Timing": "The steps in milliseconds (W3C Server Timing).", "Vary": "Accept.",
            "Idempotent-Replayed": "`true` when the answer was given before for the same Idempotency-Key.",
            "Content-Security-Policy": "What a browser may load with it: nothing but the service's own files.",
            "Referrer-Policy": "`no-referrer`.",
            "Cache-Control": "How long the answer may be kept.", "Content-Range": "Which part this is.",
            "WWW-Authenticate": "`Bearer`, and what was wrong with the key that was shown (RFC 6750).",
        ]
        return .object(
            all.map {
                .init(
                    name: $0.key,
                    value: ["description": .string($0.value), "schema": ["type": "string"]])
            })
    }()
}

extension ServiceCore {
    /// The description of this service.
    func openAPI(routes: [RouteTable.Entry]) -> OpenAPIDocument {
        OpenAPIDocument(
            configuration: configuration, patchSize: model.clip.configuration.vision.patchSize, routes: routes)
    }
}

/// `GET /openapi.json`.
struct OpenAPIEndpoint {
    let core: ServiceCore

    /// Comes last: it describes the routes that are there by then, and itself.
    func register(in table: inout RouteTable) {
        let own = RouteTable.Entry(method: "GET", pattern: "/openapi.json", access: .everyone)
        let bytes = core.openAPI(routes: table.entries + [own]).tree.bytes
        table.add(.get, own.pattern, for: own.access) { request, _ in
            _ = try QueryReader(request, known: [])
            return ServerResponse(contentType: "application/json", bytes: bytes)
        }
    }
}
