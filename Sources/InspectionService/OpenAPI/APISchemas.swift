/// The schemas that operations share.
struct APISchemas {
    let configuration: InspectionServiceConfiguration
    let patchSize: Int

    /// All schemas by name, in the order of their names.
    var tree: JSONTree {
        let all = Self.results + products + calibrations + Self.service
        return .object(all.sorted { $0.0 < $1.0 }.map { .init(name: $0.0, value: $0.1) })
    }

    /// Schemas of problems and of the service itself.
    private static var service: [(String, JSONTree)] {
        [
            ("Problem", problem), ("ProblemSummary", problemSummary), ("ProblemFault", fault),
            ("ProblemKind", APISchema.object(["type": APISchema.string, "title": APISchema.string, "status": status])),
            ("Status", APISchema.object(["status": APISchema.choice(["alive", "ready"])])),
            ("Readiness", readiness),
        ]
    }

    private static let status: JSONTree = ["type": "integer", "minimum": 400, "maximum": 599]
    private static let type: JSONTree = [
        "type": "string", "enum": .array(ProblemKind.allCases.map { .string($0.type) }),
        "description": "The stable name of the kind; `GET` on it explains it.",
    ]

    private static var problem: JSONTree {
        APISchema.object(
            [
                "type": type, "title": APISchema.string, "status": status,
                "detail": ["type": "string", "description": "What was expected and what was found."],
                "instance": ["type": "string", "description": "The request's path."],
                "requestId": APISchema.string, "errors": APISchema.array(of: APISchema.reference("ProblemFault")),
            ], optional: ["instance"], description: "A failure (RFC 9457).")
    }

    private static var problemSummary: JSONTree {
        APISchema.object(
            ["type": type, "title": APISchema.string, "status": status, "detail": APISchema.string],
            description: "A failure that is part of a larger answer.")
    }

    private static var fault: JSONTree {
        APISchema.object(
            [
                "pointer": ["type": "string", "description": "JSON Pointer into the body (RFC 6901)."],
                "parameter": ["type": "string", "description": "Name of a query parameter."],
                "header": ["type": "string", "description": "Name of a header field."], "detail": APISchema.string,
            ], optional: ["pointer", "parameter", "header"],
            description: "One place in the request and what is wrong there.")
    }

    private static var readiness: JSONTree {
        let figures = APISchema.anyObject
        return [
            "type": "object", "required": ["status"],
            "properties": [
                "status": APISchema.choice(["starting", "ready", "draining", "failed"]), "engine": APISchema.string,
                "kernel": APISchema.string, "threads": APISchema.count, "model": figures, "queue": figures,
                "store": figures,
            ],
            "additionalProperties": true,
            "description": "With `verbose`, figures for people; more may be added.",
        ]
    }
}
