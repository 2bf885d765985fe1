import HTTPTypes

/// A parameter of an operation.
struct APIParameter: Sendable {
    /// Where it stands.
    enum Place: String, Sendable {
        case path
        case query
        case header
    }

    let name: String
    let place: Place
    let schema: JSONTree
    let description: String

    init(_ name: String, in place: Place = .query, _ schema: JSONTree, _ description: String) {
        self.name = name
        self.place = place
        self.schema = schema
        self.description = description
    }

    var tree: JSONTree {
        [
            "name": .string(name), "in": .string(place.rawValue), "required": .bool(place == .path),
            "description": .string(description), "schema": schema,
        ]
    }
}

/// A body in one media type.
struct APIContent: Sendable {
    let mediaType: String
    let schema: JSONTree
    let example: JSONTree?
    /// Media types of the parts of a form or a multipart answer.
    let encoding: JSONTree?

    init(_ mediaType: String, _ schema: JSONTree, example: JSONTree? = nil, encoding: JSONTree? = nil) {
        self.mediaType = mediaType
        self.schema = schema
        self.example = example
        self.encoding = encoding
    }

    /// JSON with an example in JSON's own words.
    static func json(_ schema: JSONTree, _ example: String? = nil) -> APIContent {
        APIContent("application/json", schema, example: example.map { .raw(Array($0.utf8)) })
    }

    /// Bytes that are no JSON.
    static func bytes(_ mediaType: String) -> APIContent {
        APIContent(mediaType, ["type": "string", "contentMediaType": .string(mediaType)])
    }

    var member: JSONTree.Member {
        var members: [JSONTree.Member] = [.init(name: "schema", value: schema)]
        if let encoding { members.append(.init(name: "encoding", value: encoding)) }
        if let example { members.append(.init(name: "example", value: example)) }
        return .init(name: mediaType, value: .object(members))
    }
}

/// What an operation answers when it succeeds.
struct APIResponse: Sendable {
    let status: Int
    let description: String
    let contents: [APIContent]
    /// Names of shared header descriptions.
    let headers: [String]
    /// Operations that the answer leads to, with what each takes from it (OpenAPI, "Link Object").
    let links: [(operation: String, parameters: JSONTree)]

    init(
        _ status: Int, _ description: String, _ contents: [APIContent] = [], headers: [String] = [],
        links: [(operation: String, parameters: JSONTree)] = []
    ) {
        self.links = links
        self.status = status
        self.description = description
        self.contents = contents
        self.headers = headers
    }
}

/// What one route promises.
///
/// Tests compare the operations with the routes in both directions, so that none can be forgotten.
struct APIOperation: Sendable {
    let method: String
    /// The route's pattern, which is a path template as it stands.
    let path: String
    let id: String
    let tag: String
    let summary: String
    var description: String?
    var parameters: [APIParameter] = []
    var body: [APIContent] = []
    var isBodyRequired = true
    var responses: [APIResponse]
    /// Kinds of failure that belong to the operation; any request can be malformed on top.
    var problems: [ProblemKind] = []

    /// Failures of every operation.
    private static let everywhere: [ProblemKind] = [.malformedRequest, .invalidParameter, .givenUp]

    /// The operation, and who may use it.
    func tree(for access: RouteAccess) -> JSONTree {
        let security = APISecurity(access: access, changes: method != "get")
        var members: [JSONTree.Member] = [
            .init(name: "operationId", value: .string(id)), .init(name: "tags", value: [.string(tag)]),
            .init(name: "summary", value: .string(summary)),
        ]
        let words = [description, security.description].compactMap(\.self).joined(separator: " ")
        if !words.isEmpty { members.append(.init(name: "description", value: .string(words))) }
        members += security.members
        let shared = ["RequestID", "Traceparent"].map { name -> JSONTree in
            ["$ref": .string("#/components/parameters/\(name)")]
        }
        members.append(.init(name: "parameters", value: .array(parameters.map(\.tree) + shared)))
        if !body.isEmpty {
            members.append(
                .init(
                    name: "requestBody",
                    value: ["required": .bool(isBodyRequired), "content": .object(body.map(\.member))]))
        }
        members.append(
            .init(name: "responses", value: .object(responses.map(Self.member) + failures(security.problems))))
        return .object(members)
    }

    private static func member(_ response: APIResponse) -> JSONTree.Member {
        var members: [JSONTree.Member] = [
            .init(name: "description", value: .string(response.description)),
            .init(name: "headers", value: headers(response.headers)),
        ]
        if !response.contents.isEmpty {
            members.append(.init(name: "content", value: .object(response.contents.map(\.member))))
        }
        if !response.links.isEmpty {
            let links = response.links.map { operation, parameters in
                JSONTree.Member(
                    name: operation, value: ["operationId": .string(operation), "parameters": parameters])
            }
            members.append(.init(name: "links", value: .object(links)))
        }
        return .init(name: String(response.status), value: .object(members))
    }

    private static func headers(_ names: [String]) -> JSONTree {
        .object(
            (["X-Request-ID", "traceparent"] + names).map {
                .init(name: $0, value: ["$ref": .string("#/components/headers/\($0)")])
            })
    }

    /// One response per status, which says the kinds that share it.
    private func failures(_ security: [ProblemKind]) -> [JSONTree.Member] {
        let kinds = Self.everywhere + security + problems.filter { !Self.everywhere.contains($0) }
        var byStatus: [Int: [ProblemKind]] = [:]
        for kind in kinds {
            for status in [kind.status] + kind.finerStatuses { byStatus[status.code, default: []].append(kind) }
        }
        let members = byStatus.sorted { $0.key < $1.key }.map { status, kinds in
            let list = kinds.map { "`\($0.rawValue)`: \($0.title)." }.joined(separator: " ")
            let headers =
                switch status {
                case 429, 503: ["Retry-After"]
                case 401, 403: ["WWW-Authenticate"]
                default: [String]()
                }
            return JSONTree.Member(name: String(status), value: Self.problem(list, kinds, headers: headers))
        }
        let documented = Set(responses.map { String($0.status) })
        return members.filter { !documented.contains($0.name) } + [
            .init(name: "default", value: Self.problem("Any other failure; the body has the same form."))
        ]
    }

    private static func problem(
        _ description: String, _ kinds: [ProblemKind] = [], headers names: [String] = []
    ) -> JSONTree {
        var members: [JSONTree.Member] = [
            .init(name: "description", value: .string(description)), .init(name: "headers", value: headers(names)),
            .init(
                name: "content", value: ["application/problem+json": ["schema": APISchema.reference("Problem")]]),
        ]
        if !kinds.isEmpty {
            members.append(.init(name: "x-problem-kinds", value: .array(kinds.map { .string($0.rawValue) })))
        }
        return .object(members)
    }
}
