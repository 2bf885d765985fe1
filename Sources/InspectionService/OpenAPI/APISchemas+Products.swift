import Storage

// Schemas of products and references.
extension APISchemas {
    var products: [(String, JSONTree)] {
        [
            ("ProductSettings", settings), ("ProductPatch", patch), ("Product", product),
            ("KnownDefectType", Self.knownType),
            ("DefectTypePage", APISchema.page(of: APISchema.reference("KnownDefectType"))),
            ("DefectType", Self.defectType), ("Polygons", Self.polygons), ("ReferenceCount", Self.referenceCount),
            ("ProductPage", APISchema.page(of: APISchema.reference("Product"))),
            ("Reference", Self.reference), ("ReferenceSet", Self.referenceSet), ("ReferenceReport", Self.report),
            ("ReferenceChange", APISchema.object(["references": APISchema.reference("ReferenceCount")])),
            ("ReferenceVersionPage", APISchema.page(of: Self.version)),
        ]
    }

    private var imageSide: JSONTree {
        [
            "type": "integer", "minimum": .integer(patchSize), "maximum": .integer(configuration.maxImageSide),
            "multipleOf": .integer(patchSize), "description": "Side of the square that the network sees.",
        ]
    }

    private var settingsProperties: [(String, JSONTree)] {
        [
            ("noun", ["type": "string", "minLength": 1, "maxLength": 100, "description": "What prompts call it."]),
            (
                "defectTypes",
                ["type": "array", "minItems": 1, "maxItems": 64, "items": APISchema.reference("DefectType")]
            ),
            ("threshold", APISchema.unit),
            (
                "reviewThreshold",
                [
                    "type": "number", "exclusiveMinimum": 0, "maximum": 1,
                    "description":
                        "Scores from here on, and below the threshold, are undecidable: somebody must look. None when null.",
                ]
            ),
            (
                "mapThreshold",
                [
                    "type": "number", "minimum": 0, "maximum": 1,
                    "description": "Map values from here on are marked; the threshold when null.",
                ]
            ),
            (
                "decision",
                [
                    "type": "string", "enum": .array(Decision.allCases.map { .string($0.rawValue) }),
                    "description": "What decides: texts and references, or the distance from references alone.",
                ]
            ),
            (
                "pictureCheck",
                [
                    "type": "string", "enum": .array(Storage.PictureCheck.allCases.map { .string($0.rawValue) }),
                    "description":
                        "Which pictures are not judged: none, those that show nothing, or also those that look unlike all references.",
                ]
            ), ("imageSide", imageSide), ("ignore", APISchema.reference("Polygons")),
            ("include", APISchema.reference("Polygons")),
            ("mmPerPixel", ["type": "number", "minimum": .number(0.000001), "maximum": 1_000_000]),
            ("keepImages", APISchema.choice(KeepImages.allCases.map(\.rawValue))),
            ("maxBankRows", ["type": "integer", "minimum": 16, "maximum": 1_000_000]),
        ]
    }

    /// Members that answers show and that are no settings: sending an answer back is no mistake.
    private static let derived = [
        "id", "status", "progress", "problem", "references", "calibrationId", "calibrationStatus", "createdAt",
        "updatedAt",
    ]

    private var settings: JSONTree {
        let own = settingsProperties.map { name, schema in
            JSONTree.Member(name: name, value: name == "noun" ? schema : APISchema.nullable(schema))
        }
        let derived = Self.derived.map {
            JSONTree.Member(name: $0, value: ["description": "Ignored, so that an answer may be sent back."])
        }
        return [
            "type": "object", "required": ["noun"], "properties": .object(own + derived),
            "additionalProperties": false,
        ]
    }

    private var patch: JSONTree {
        let own = settingsProperties.map { JSONTree.Member(name: $0, value: APISchema.nullable($1)) }
        let derived = Self.derived.map { JSONTree.Member(name: $0, value: [:]) }
        return [
            "type": "object", "properties": .object(own + derived), "additionalProperties": false,
            "description": "A merge patch (RFC 7396): null gives a member its default back.",
        ]
    }

    private var product: JSONTree {
        let settings = settingsProperties.map { name, schema in
            switch name {
            case "mmPerPixel", "maxBankRows", "reviewThreshold", "mapThreshold":
                JSONTree.Member(name: name, value: APISchema.nullable(schema))
            // Bounds of what may be set are no bounds of what a model brings along.
            case "imageSide": JSONTree.Member(name: name, value: ["type": "integer", "minimum": 1])
            default: JSONTree.Member(name: name, value: schema)
            }
        }
        let others: KeyValuePairs<String, JSONTree> = [
            "status": APISchema.choice(["ready", "preparing", "failed"]), "progress": APISchema.unit,
            "references": APISchema.reference("ReferenceCount"), "calibrationId": ["type": ["string", "null"]],
            "calibrationStatus": APISchema.choice(["none", "current", "outdated"]), "createdAt": APISchema.moment,
            "updatedAt": APISchema.moment,
        ]
        let required =
            [.init(name: "id", value: APISchema.string)] + settings
            + others.map { JSONTree.Member(name: $0.key, value: $0.value) }
        return [
            "type": "object",
            "properties": .object(required + [.init(name: "problem", value: APISchema.reference("ProblemSummary"))]),
            "required": .array(required.map { .string($0.name) }),
        ]
    }

    private static var knownType: JSONTree {
        APISchema.object([
            "name": APISchema.name, "title": APISchema.string, "dataset": APISchema.string,
            "phrases": APISchema.array(of: APISchema.string),
        ])
    }

    private static var defectType: JSONTree {
        [
            "anyOf": [
                ["type": "string", "description": "A type of the knowledge base."],
                APISchema.object([
                    "name": ["type": "string", "minLength": 1, "maxLength": 64],
                    "phrases": [
                        "type": "array", "minItems": 1, "maxItems": 64, "items": APISchema.string,
                        "description": "Each with `{}` for the noun.",
                    ],
                ]),
            ]
        ]
    }

    private static var polygons: JSONTree {
        let point: JSONTree = ["type": "array", "minItems": 2, "maxItems": 2, "items": ["type": "number"]]
        return [
            "type": "array", "maxItems": 64,
            "items": ["type": "array", "minItems": 3, "maxItems": 1000, "items": point],
            "description": "Lists of [x, y] in pixels of the picture.",
        ]
    }

    private static var referenceCount: JSONTree {
        APISchema.object(["version": APISchema.count, "count": APISchema.count])
    }

    private static var reference: JSONTree {
        APISchema.object([
            "id": APISchema.sha256, "format": APISchema.choice(["jpeg", "png"]), "width": APISchema.count,
            "height": APISchema.count, "bytes": APISchema.count, "createdAt": APISchema.moment,
        ])
    }

    private static var referenceSet: JSONTree {
        APISchema.object([
            "version": APISchema.count, "count": APISchema.count,
            "createdAt": ["type": ["string", "null"], "format": "date-time"],
            "items": APISchema.array(of: APISchema.reference("Reference")), "nextPageToken": ["type": "null"],
        ])
    }

    private static var version: JSONTree {
        APISchema.object([
            "version": APISchema.count, "count": APISchema.count, "createdAt": APISchema.moment,
            "current": APISchema.boolean,
        ])
    }

    private static var report: JSONTree {
        let distances: KeyValuePairs<String, JSONTree> = [
            "meanDistance": ["type": "number"], "peakDistance": ["type": "number"],
        ]
        func figures(_ more: KeyValuePairs<String, JSONTree>) -> JSONTree {
            let all = (Array(more) + Array(distances)).map { JSONTree.Member(name: $0.key, value: $0.value) }
            return [
                "type": "object", "properties": .object(all), "required": .array(all.map { .string($0.name) }),
            ]
        }
        let similarity = figures([
            "nearest": figures(["id": APISchema.sha256]),
            "peakAt": APISchema.object(["x": ["type": "number"], "y": ["type": "number"]]),
            "typical": APISchema.nullable(figures(["count": APISchema.count])),
        ])
        let item = APISchema.object(
            [
                "index": APISchema.count, "name": APISchema.string,
                "status": ["type": "string", "description": "`created`, `duplicate` or `rejected`, among others."],
                "id": APISchema.sha256, "width": APISchema.count, "height": APISchema.count,
                "problem": APISchema.reference("ProblemSummary"), "similarity": APISchema.nullable(similarity),
                "warnings": APISchema.array(
                    of: APISchema.object([
                        "type": APISchema.choice(ReferenceHygiene.Warning.Kind.allCases.map(\.rawValue)),
                        "detail": APISchema.string,
                    ])),
            ],
            optional: ["name", "id", "width", "height", "problem", "similarity", "warnings"])
        return APISchema.object([
            "items": APISchema.array(of: item), "references": APISchema.reference("ReferenceCount"),
        ])
    }
}
