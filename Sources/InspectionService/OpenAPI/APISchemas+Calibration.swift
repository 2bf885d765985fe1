import AnomalyDetection
import Storage

// Schemas of calibrations.
extension APISchemas {
    var calibrations: [(String, JSONTree)] {
        [
            ("Calibration", Self.calibration), ("ThresholdSimulation", Self.simulation), ("Drift", Self.drift),
            ("CalibrationPage", APISchema.page(of: APISchema.reference("Calibration"))),
        ]
    }

    private static var simulation: JSONTree {
        let verdicts = APISchema.object(["ok": APISchema.count, "review": APISchema.count, "notOk": APISchema.count])
        let share = APISchema.object([
            "count": APISchema.count, "rate": APISchema.nullable(APISchema.unit),
            "interval": APISchema.nullable(interval),
        ])
        let shares = APISchema.object(["now": share, "then": share])
        return APISchema.object([
            "product": APISchema.string, "threshold": APISchema.unit,
            "reviewThreshold": APISchema.nullable(APISchema.unit), "results": APISchema.count,
            "notJudged": [
                "type": "integer", "minimum": 0,
                "description": "Those whose pictures had faults, which other thresholds do not change.",
            ],
            "verdicts": APISchema.object(["now": verdicts, "then": verdicts]),
            "changed": APISchema.object([
                "okToReview": APISchema.count, "okToNotOk": APISchema.count, "reviewToOk": APISchema.count,
                "reviewToNotOk": APISchema.count, "notOkToOk": APISchema.count, "notOkToReview": APISchema.count,
            ]),
            "labeled": APISchema.object([
                "good": APISchema.count, "defective": APISchema.count, "falseRejects": shares, "escapes": shares,
                "goodInReview": shares, "defectiveInReview": shares,
            ]),
        ])
    }

    private static var drift: JSONTree {
        let moment = APISchema.nullable(APISchema.moment)
        return APISchema.object([
            "product": APISchema.string, "calibrationId": APISchema.nullable(APISchema.string),
            "status": APISchema.choice(DriftReport.Status.allCases.map(\.rawValue)), "window": APISchema.count,
            "results": [
                "type": "integer", "minimum": 0,
                "description": "Judged ones since the calibration, with its threshold; at most `window`.",
            ],
            "since": moment, "until": moment,
            "calibration": APISchema.nullable(
                APISchema.object(["pictures": APISchema.count, "median": ["type": "number"]])),
            "above": APISchema.nullable(APISchema.count),
            "steady": APISchema.nullable(
                APISchema.object(
                    ["from": APISchema.count, "to": APISchema.count],
                    description: "Counts above the median that are no drift.")),
            "defectShare": APISchema.unit, "falseAlarmRate": APISchema.unit,
        ])
    }

    private static var interval: JSONTree {
        APISchema.object(["lower": APISchema.unit, "upper": APISchema.unit, "confidence": APISchema.unit])
    }

    private static var calibration: JSONTree {
        APISchema.object(
            [
                "id": APISchema.string, "product": APISchema.string, "createdAt": APISchema.moment,
                "method": APISchema.choice(["leaveOneOut", "pictures"]),
                "decision": APISchema.choice(Decision.allCases.map(\.rawValue)),
                "references": APISchema.reference("ReferenceCount"),
                "pictures": [
                    "type": "integer", "minimum": .integer(ScoreThreshold.minimumCount),
                    "description": "How many different ones were scored.",
                ],
                "falseRejectRate": [
                    "type": ["number", "null"], "description": "What was asked for.",
                ],
                "expectedFalseRejectRate": [
                    "type": "number", "minimum": 0, "maximum": 1,
                    "description":
                        "Share of good parts that these thresholds refuse, on average over such calibrations.",
                ],
                "interval": interval, "threshold": APISchema.unit,
                "review": APISchema.nullable(
                    APISchema.object(
                        [
                            "rate": APISchema.unit, "expectedRate": APISchema.unit, "interval": interval,
                            "threshold": APISchema.unit,
                        ],
                        description:
                            "From its threshold on, and below that of rejection, people decide; the share of good parts that they look at."
                    )),
                "mapThreshold": APISchema.unit,
                "scores": APISchema.array(
                    of: APISchema.object(
                        [
                            "id": APISchema.sha256, "name": APISchema.string, "score": ["type": "number"],
                            "mapMax": [
                                "type": "number",
                                "description":
                                    "Largest value of the map that is marked, refined where the adapter asks for it: what mapThreshold is found from.",
                            ],
                        ], optional: ["name"], description: "What one picture scores, the highest first.")),
                "dryRun": APISchema.boolean,
            ], optional: ["review", "dryRun"])
    }
}
