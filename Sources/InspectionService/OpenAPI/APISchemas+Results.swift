import AnomalyDetection
import Storage

// Schemas of inspections and results.
extension APISchemas {
    static var results: [(String, JSONTree)] {
        [
            ("Result", result), ("Defect", defect), ("Region", region), ("RankedType", rankedType),
            ("BatchLine", batchLine), ("ResultPage", APISchema.page(of: APISchema.reference("Result"))),
            ("ResultSummary", summary), ("Label", label), ("NewLabel", newLabel),
        ]
    }

    private static var result: JSONTree {
        APISchema.object(
            [
                "id": ["type": "string", "format": "uuid", "description": "A UUID of version 7: ids sort by time."],
                "product": APISchema.string, "createdAt": APISchema.moment,
                "verdict": APISchema.choice(Storage.Verdict.allCases.map(\.rawValue)),
                "faults": [
                    "type": "array",
                    "items": APISchema.object([
                        "type": APISchema.choice(PictureFault.Kind.allCases.map(\.rawValue)),
                        "detail": APISchema.string,
                    ]),
                    "description": "Why the verdict is undecidable; empty for others.",
                ],
                "score": [
                    "type": "number", "minimum": 0, "maximum": 2,
                    "description":
                        "The image score; from the threshold on the part is not ok. With references it may exceed 1.",
                ],
                "scoreRaw": APISchema.object([
                    "global": APISchema.unit,
                    "mapMax": [
                        "type": "number",
                        "description": "Largest value of the map that the score is made of, before any refinement.",
                    ],
                ]),
                "threshold": APISchema.unit, "reviewThreshold": APISchema.nullable(APISchema.unit),
                "mapThreshold": APISchema.unit,
                "calibrationId": [
                    "type": ["string", "null"],
                    "description": "The calibration that vouches for the thresholds, if one does.",
                ],
                "mode": APISchema.choice(InspectionMode.allCases.map(\.rawValue)), "shots": APISchema.count,
                "partId": APISchema.name, "camera": APISchema.name,
                "metadata": ["type": "object", "additionalProperties": true, "description": "As it was sent."],
                "defects": APISchema.array(of: APISchema.reference("Defect")),
                "image": APISchema.object(
                    [
                        "width": ["type": "integer", "minimum": 1], "height": ["type": "integer", "minimum": 1],
                        "sha256": APISchema.sha256, "brightness": APISchema.unit, "contrast": APISchema.unit,
                        "sharpness": ["type": "number", "minimum": 0],
                    ], optional: ["brightness", "contrast", "sharpness"],
                    description: "Look: of the square that the network sees; results of earlier versions have none."),
                "heatmap": ["type": ["string", "null"], "description": "Its address; null in a dry run."],
                "provenance": APISchema.object([
                    "engine": APISchema.string, "weights": APISchema.string, "adapter": APISchema.string,
                    "references": ["type": ["string", "null"]], "precision": APISchema.string,
                ]),
                "timings": APISchema.object(
                    [
                        "decode": APISchema.seconds, "queue": APISchema.seconds, "encode": APISchema.seconds,
                        "score": APISchema.seconds, "store": APISchema.seconds, "total": APISchema.seconds,
                    ], description: "Seconds spent in each step."),
                "dryRun": [
                    "const": true,
                    "description": "Present in a dry run only: nothing is stored, and nothing has an address.",
                ],
            ], optional: ["partId", "camera", "metadata", "dryRun", "faults", "reviewThreshold"],
            description: "One inspection. Boxes, contours, masks and areas are in pixels of the picture that was sent.")
    }

    private static var defect: JSONTree {
        APISchema.object(
            [
                "type": APISchema.string, "score": APISchema.unit, "areaPixels": APISchema.count,
                "areaFraction": APISchema.unit,
                "areaMm2": ["type": ["number", "null"], "description": "Known where the product has mmPerPixel."],
                "mask": ["type": ["string", "null"], "description": "Its address; null in a dry run."],
                "regions": ["type": "array", "minItems": 1, "items": APISchema.reference("Region")],
            ], description: "All regions of one defect type.")
    }

    private static var region: JSONTree {
        let point: JSONTree = ["type": "array", "minItems": 2, "maxItems": 2, "items": APISchema.count]
        return APISchema.object(
            [
                "box": APISchema.object([
                    "x": APISchema.count, "y": APISchema.count, "width": ["type": "integer", "minimum": 1],
                    "height": ["type": "integer", "minimum": 1],
                ]),
                "areaPixels": ["type": "integer", "minimum": 1],
                "peak": ["type": ["number", "null"], "description": "Largest value of the anomaly map inside."],
                "types": [
                    "type": "array", "minItems": 1, "maxItems": 3, "items": APISchema.reference("RankedType"),
                    "description": "The likeliest types, the region's own first.",
                ],
                "contour": [
                    "type": "array", "minItems": 1, "items": point,
                    "description": "Simplified outer border as [x, y], closed implicitly.",
                ],
            ], description: "One 8-connected part of a defect's mask.")
    }

    private static var rankedType: JSONTree {
        APISchema.object([
            "type": APISchema.string,
            "score": [
                "type": "number", "minimum": 0, "maximum": 1,
                "description": "Mean probability of the type over the region.",
            ],
        ])
    }

    private static var label: JSONTree {
        APISchema.object([
            "result": APISchema.string, "verdict": labelVerdict, "types": APISchema.array(of: APISchema.string),
            "note": ["type": ["string", "null"]], "labeledAt": APISchema.moment,
        ])
    }

    private static var labelVerdict: JSONTree { APISchema.choice(ResultLabel.Verdict.allCases.map(\.rawValue)) }

    private static var newLabel: JSONTree {
        let ignored: JSONTree = ["description": "Ignored, so that an answer may be sent back."]
        return [
            "type": "object", "required": ["verdict"], "additionalProperties": false,
            "properties": [
                "verdict": labelVerdict,
                "types": APISchema.nullable([
                    "type": "array", "maxItems": 64,
                    "items": ["type": "string", "minLength": 1, "maxLength": 64],
                    "description": "Of a part that is not ok, each once.",
                ]),
                "note": APISchema.nullable([
                    "type": "string", "minLength": 1, "maxLength": 500, "description": "One line of at most 512 bytes.",
                ]),
                "result": ignored, "labeledAt": ignored,
            ],
        ]
    }

    private static var batchLine: JSONTree {
        APISchema.object(
            [
                "index": [
                    "type": "integer", "minimum": 0, "description": "Which part “image” of the form, from 0.",
                ],
                "name": ["type": "string", "description": "The part's file name."],
                "status": ["type": "integer", "minimum": 200, "maximum": 599],
                "result": APISchema.reference("Result"), "problem": APISchema.reference("ProblemSummary"),
            ], optional: ["name", "result", "problem"],
            description: "One line of a batch's answer: a result for status 200, else a problem.")
    }

    private static var summary: JSONTree {
        let verdicts = Storage.Verdict.allCases.map {
            JSONTree.Member(name: $0.rawValue, value: APISchema.count)
        }
        let keys = ResultGroup.Key.allCases.map(\.rawValue)
        var properties = keys.map { JSONTree.Member(name: $0, value: APISchema.string) }
        properties += [
            .init(name: "total", value: APISchema.count),
            .init(name: "verdicts", value: ["type": "object", "properties": .object(verdicts)]),
            .init(
                name: "score",
                value: APISchema.object([
                    "min": ["type": "number"], "mean": ["type": "number"], "max": ["type": "number"],
                ])),
        ]
        return APISchema.object([
            "by": APISchema.choice(keys),
            "items": APISchema.array(of: [
                "type": "object", "properties": .object(properties), "required": ["total", "verdicts", "score"],
            ]),
            "truncated": APISchema.boolean,
        ])
    }
}
