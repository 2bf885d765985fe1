// References: pictures of good parts.
extension APIOperations {
    static var references: [APIOperation] { [add, set, versions, picture, remove, rollBack] }

    /// One raw picture, or many in a form.
    static let pictures: [APIContent] = [
        .bytes("image/jpeg"), .bytes("image/png"),
        APIContent(
            "multipart/form-data",
            [
                "type": "object", "required": ["image"],
                "properties": [
                    "image": [
                        "type": "array", "minItems": 1,
                        "items": ["type": "string", "contentMediaType": "application/octet-stream"],
                    ]
                ],
            ], encoding: ["image": ["contentType": "image/jpeg, image/png"]]),
    ]

    private static let path = "/products/{id}/references"
    private static let reference = APIParameter(
        "reference", in: .path, APISchema.sha256, "SHA-256 of the picture, in hexadecimal.")
    private static let change = APIContent.json(
        APISchema.reference("ReferenceChange"), #"{"references":{"version":3,"count":4}}"#)
    private static let changes: [ProblemKind] = [
        .unknownProduct, .notReady, .draining, .storeFull, .storeUnavailable, .overloaded,
    ]

    private static var add: APIOperation {
        APIOperation(
            method: "post", path: path, id: "addReferences", tag: "References",
            summary: "Add pictures of good parts",
            description: "One raw picture, or a form with many parts `image`. The next inspection uses them.",
            parameters: [
                productID,
                APIParameter("atomic", APISchema.boolean, "`true`: either all pictures are added or none."),
            ],
            body: pictures,
            responses: [
                APIResponse(
                    200, "None of the pictures is new.", [.json(APISchema.reference("ReferenceReport"))]),
                APIResponse(
                    201, "What became of each picture.",
                    [.json(APISchema.reference("ReferenceReport"), APIExamples.referenceReport)],
                    links: ["getReference", "removeReference"].map {
                        ($0, ["id": "$request.path.id", "reference": "$response.body#/items/0/id"])
                    }),
            ],
            problems: changes + [
                .emptyBody, .malformedMultipart, .bodyTooLarge, .imageTooLarge, .notAnImage, .unusableImage,
                .referenceLimit, .queueFull, .preparationFailed, .requestTimeout, .lengthRequired,
            ])
    }

    private static var set: APIOperation {
        APIOperation(
            method: "get", path: path, id: "getReferences", tag: "References", summary: "Show a version of the set",
            parameters: [
                productID,
                APIParameter("version", ["type": "integer", "minimum": 1], "The current one when absent."),
            ],
            responses: [APIResponse(200, "The set.", [.json(APISchema.reference("ReferenceSet"))])],
            problems: [.unknownProduct, .unknownReferenceVersion, .storeUnavailable])
    }

    private static var versions: APIOperation {
        APIOperation(
            method: "get", path: path + "/versions", id: "listReferenceVersions", tag: "References",
            summary: "List the versions of the set, newest first", parameters: [productID] + pages,
            responses: [APIResponse(200, "A page.", [.json(APISchema.reference("ReferenceVersionPage"))])],
            problems: [.unknownProduct, .storeUnavailable])
    }

    private static var picture: APIOperation {
        APIOperation(
            method: "get", path: path + "/{reference}", id: "getReference", tag: "References",
            summary: "Fetch a picture as it was received", parameters: [productID, reference],
            responses: [
                APIResponse(
                    200, "The picture.", [.bytes("image/jpeg"), .bytes("image/png")], headers: ["Cache-Control"])
            ], problems: [.unknownProduct, .unknownReference, .storeUnavailable, .overloaded])
    }

    private static var remove: APIOperation {
        APIOperation(
            method: "delete", path: path + "/{reference}", id: "removeReference", tag: "References",
            summary: "Take a picture out of the set, which makes a new version", parameters: [productID, reference],
            responses: [APIResponse(200, "The new version.", [change])], problems: changes + [.unknownReference])
    }

    private static var rollBack: APIOperation {
        APIOperation(
            method: "post", path: path + ":rollback", id: "rollBackReferences", tag: "References",
            summary: "Make an earlier version current again, as a new version", parameters: [productID],
            body: [
                .json(
                    [
                        "type": "object", "required": ["version"], "additionalProperties": false,
                        "properties": ["version": ["type": "integer", "minimum": 1]],
                    ], #"{"version":2}"#)
            ],
            responses: [APIResponse(200, "The new version.", [change])],
            problems: changes + [
                .unknownReferenceVersion, .malformedJSON, .invalidBody, .bodyTooLarge, .referenceLimit,
                .preparationFailed, .requestTimeout,
            ])
    }
}
