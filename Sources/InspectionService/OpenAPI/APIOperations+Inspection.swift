import AnomalyDetection

// Inspections.
extension APIOperations {
    static var inspections: [APIOperation] { [inspect, inspectBatch] }

    private static let options: [APIParameter] = [
        APIParameter(
            "product", APISchema.name,
            "What it is a picture of; `\(InspectionServiceConfiguration.defaultProduct)` when absent."),
        APIParameter(
            "mode", APISchema.choice(InspectionMode.allCases.map(\.rawValue)),
            "`multitype` (default) tells types apart, `binary` finds one type, `defect`."),
        APIParameter("camera", APISchema.name, "Searchable. Wins over metadata."),
        APIParameter(
            "deadline", ["type": "number", "exclusiveMinimum": 0, "maximum": 3600],
            "Seconds: an inspection that has not begun by then is answered 504 and never computed."),
        APIParameter(
            "dryRun", APISchema.boolean, "Computes the same and stores nothing; the answer says so."),
        APIParameter(
            "calibrated", APISchema.boolean,
            "`true`: 428 unless the product's thresholds are those of a calibration that still holds."),
        APIParameter(
            "X-Request-Deadline", in: .header, ["type": "number", "exclusiveMinimum": 0, "maximum": 3600],
            "The deadline, where the query has none."),
    ]

    private static let failures: [ProblemKind] = [
        .emptyBody, .malformedMultipart, .malformedJSON, .unknownProduct, .notAcceptable, .bodyTooLarge,
        .invalidMetadata, .noReferences, .notCalibrated, .queueFull, .notReady, .draining, .productPreparing,
        .preparationFailed, .overloaded,
        .requestTimeout, .lengthRequired,
    ]

    private static let parts: JSONTree = [
        "image": ["contentType": "image/jpeg, image/png"], "metadata": ["contentType": "application/json"],
    ]

    private static var inspect: APIOperation {
        APIOperation(
            method: "post", path: "/inspect", id: "inspect", tag: "Inspection", summary: "Inspect a picture",
            description: """
                The result is committed to the store before the first byte of the answer. `Accept` chooses the answer: the result as \
                JSON; `multipart/mixed` with the JSON first, a PNG per defect type in its order, the heat map last, each sent as soon as \
                it is drawn; or `image/png`, the picture with everything drawn on it.
                """,
            parameters: options + [
                APIParameter("partId", APISchema.name, "Searchable. Wins over metadata."),
                APIParameter(
                    "Idempotency-Key", in: .header, ["type": "string", "minLength": 1, "maxLength": 255],
                    """
                    A name for this request, made by the client: the same request with the same key is answered from the store and \
                    not inspected again. 409 while the first is being worked on, 422 when the key belongs to another request.
                    """),
            ],
            body: [
                .bytes("image/jpeg"), .bytes("image/png"),
                APIContent(
                    "multipart/form-data",
                    [
                        "type": "object", "required": ["image"],
                        "properties": [
                            "image": ["type": "string", "contentMediaType": "application/octet-stream"],
                            "metadata": APISchema.anyObject,
                        ],
                    ], encoding: parts),
            ],
            responses: [
                APIResponse(
                    200, "The result.",
                    [
                        .json(APISchema.reference("Result"), APIExamples.result),
                        APIContent(
                            "multipart/mixed",
                            [
                                "type": "string",
                                "description":
                                    "Parts named result (JSON), mask (one PNG per defect type) and heatmap (PNG).",
                            ]),
                        .bytes("image/png"),
                    ], headers: ["Link", "Content-Location", "Server-Timing", "Vary", "Idempotent-Replayed"],
                    links: ["getResult", "getHeatMap", "getOverlay", "getImage", "deleteResult"].map {
                        ($0, ["result": "$response.body#/id"])
                    } + [
                        (
                            "getMask",
                            ["result": "$response.body#/id", "type": "$response.body#/defects/0/type"]
                        )
                    ])
            ],
            problems: failures + [
                .imageTooLarge, .notAnImage, .unusableImage, .storeFull, .storeUnavailable, .deadlinePassed,
                .idempotencyKeyInFlight, .idempotencyKeyReused,
            ])
    }

    private static var inspectBatch: APIOperation {
        APIOperation(
            method: "post", path: "/inspect:batch", id: "inspectBatch", tag: "Inspection",
            summary: "Inspect many pictures",
            description: """
                One line of NDJSON per picture, as it is finished: with its index, its status, and its result or problem. \
                Two pictures of a batch are in work at a time, so that single requests keep their turn.
                """,
            parameters: options,
            body: [
                APIContent(
                    "multipart/form-data",
                    [
                        "type": "object", "required": ["image"],
                        "properties": [
                            "image": [
                                "type": "array", "minItems": 1, "maxItems": .integer(BatchUpload.maxPictures),
                                "items": ["type": "string", "contentMediaType": "application/octet-stream"],
                            ],
                            "metadata": [
                                "type": "array", "items": ["type": ["object", "null"]],
                                "description": "An object or null for each picture, in their order.",
                            ],
                        ],
                    ], encoding: parts)
            ],
            responses: [
                APIResponse(
                    200, "A line per picture.",
                    [
                        APIContent(
                            "application/x-ndjson", APISchema.reference("BatchLine"),
                            example: .raw(Array(APIExamples.batchLine.utf8)))
                    ])
            ], problems: failures)
    }
}
