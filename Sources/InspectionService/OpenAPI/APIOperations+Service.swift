// The service itself.
extension APIOperations {
    static var service: [APIOperation] {
        ["/livez", "/healthz", "/health", "/v2/health/live"].map(alive)
            + ["/readyz", "/v2/health/ready"].map(ready) + [metrics, openAPI, problemKind, console, consoleFile]
    }

    /// `/v2/health/live` as `getV2HealthLive`.
    private static func id(_ path: String) -> String {
        "get" + path.split(separator: "/").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private static func alive(_ path: String) -> APIOperation {
        APIOperation(
            method: "get", path: path, id: id(path), tag: "Service", summary: "Whether the process answers",
            responses: [
                APIResponse(
                    200, "It does.", [.json(APISchema.reference("Status"), #"{"status":"alive"}"#)],
                    headers: ["Cache-Control"])
            ])
    }

    private static func ready(_ path: String) -> APIOperation {
        APIOperation(
            method: "get", path: path, id: id(path), tag: "Service", summary: "Whether pictures can be sent",
            description: "Ready once the model is verified, warmed and tested, until the service shuts down.",
            parameters: [
                APIParameter("verbose", ["type": "string"], "With or without a value: shows model, queue and store.")
            ],
            responses: [
                APIResponse(
                    200, "They can.", [.json(APISchema.reference("Readiness"), #"{"status":"ready"}"#)],
                    headers: ["Cache-Control"]),
                APIResponse(
                    503, "Not yet, or no more. With `verbose`, the figures; else a problem.",
                    [
                        .json(APISchema.reference("Readiness")),
                        APIContent("application/problem+json", APISchema.reference("Problem")),
                    ], headers: ["Retry-After"]),
            ])
    }

    private static var metrics: APIOperation {
        APIOperation(
            method: "get", path: "/metrics", id: "getMetrics", tag: "Service", summary: "Figures for Prometheus",
            responses: [
                APIResponse(
                    200, "The text format, version 0.0.4.", [.bytes("text/plain")], headers: ["Cache-Control"])
            ])
    }

    private static var openAPI: APIOperation {
        APIOperation(
            method: "get", path: "/openapi.json", id: "getOpenAPI", tag: "Service", summary: "This description",
            responses: [APIResponse(200, "OpenAPI 3.1.", [.json(APISchema.anyObject)])])
    }

    private static let consoleHeaders = [
        "ETag", "Cache-Control", "Content-Security-Policy", "Referrer-Policy",
    ]

    private static var console: APIOperation {
        APIOperation(
            method: "get", path: "/", id: "getConsole", tag: "Service", summary: "The operator console, for a browser",
            parameters: [ifNoneMatch],
            responses: [
                APIResponse(200, "The page.", [.bytes("text/html")], headers: consoleHeaders),
                APIResponse(304, "It has not changed.", headers: consoleHeaders),
            ])
    }

    private static var consoleFile: APIOperation {
        APIOperation(
            method: "get", path: "/console/{file}", id: "getConsoleFile", tag: "Service",
            summary: "What the operator console loads",
            parameters: [
                APIParameter("file", in: .path, APISchema.choice(ConsoleFile.all.map(\.name)), "A file's name."),
                ifNoneMatch,
            ],
            responses: [
                APIResponse(
                    200, "The file.", ["text/html", "text/javascript", "text/css", "image/svg+xml"].map { .bytes($0) },
                    headers: consoleHeaders),
                APIResponse(304, "It has not changed.", headers: consoleHeaders),
            ], problems: [.notFound])
    }

    private static var problemKind: APIOperation {
        APIOperation(
            method: "get", path: "/problems/{kind}", id: "getProblemKind", tag: "Service",
            summary: "What a kind of problem means",
            parameters: [
                APIParameter(
                    "kind", in: .path, APISchema.choice(ProblemKind.allCases.map(\.rawValue)),
                    "The last part of a problem's `type`.")
            ],
            responses: [APIResponse(200, "The kind.", [.json(APISchema.reference("ProblemKind"))])],
            problems: [.notFound])
    }
}
