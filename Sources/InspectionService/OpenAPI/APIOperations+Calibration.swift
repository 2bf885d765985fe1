import Storage

// Calibration: thresholds from pictures of good parts.
extension APIOperations {
    static var calibration: [APIOperation] { [calibrate, calibrations, oneCalibration, drift, simulate] }

    private static let document = APIContent.json(APISchema.reference("Calibration"), APIExamples.calibration)
    private static let id = APIParameter(
        "calibration", in: .path, APISchema.string, "The id that the calibration was answered with.")

    private static var calibrate: APIOperation {
        APIOperation(
            method: "post", path: "/products/{id}/calibrate", id: "calibrateProduct", tag: "Calibration",
            summary: "Find the product's thresholds from pictures of good parts",
            description: """
                Without a body each reference is scored against the others; else the pictures sent are: one raw picture, or a \
                form with parts `image`. They are not kept. The product gets the thresholds found, `reviewThreshold` with `reviewRate` only, unless it is a dry run.
                """,
            parameters: [
                productID, ifMatch, ifNoneMatch,
                APIParameter(
                    "falseRejectRate", ["type": "number", "minimum": .number(0.0001), "maximum": .number(0.5)],
                    "Largest share of good parts to refuse; the smallest that the pictures can vouch for when absent."),
                APIParameter(
                    "reviewRate", ["type": "number", "minimum": .number(0.0001), "maximum": .number(0.5)],
                    "Largest share of good parts that people are to look at, besides those refused; none when absent."),
                APIParameter(
                    "decision", APISchema.choice(Decision.allCases.map(\.rawValue)),
                    "What is to decide from then on; as the product has it when absent."),
                APIParameter("dryRun", APISchema.boolean, "`true`: nothing is stored and the product stays as it is."),
            ],
            body: pictures,
            isBodyRequired: false,
            responses: [
                APIResponse(200, "What a dry run found.", [document]),
                APIResponse(
                    201, "What was found; the product has it.", [document], headers: ["ETag", "Location"],
                    links: [
                        ("getCalibration", ["id": "$request.path.id", "calibration": "$response.body#/id"])
                    ]),
            ],
            problems: [
                .unknownProduct, .emptyBody, .malformedMultipart, .bodyTooLarge, .imageTooLarge, .notAnImage,
                .unusableImage,
                .noReferences, .calibrationImpossible, .preconditionFailed, .preconditionRequired, .calibrationRunning,
                .productPreparing, .preparationFailed, .notReady, .draining, .storeFull, .storeUnavailable, .overloaded,
                .requestTimeout,
            ])
    }

    private static var simulate: APIOperation {
        APIOperation(
            method: "post", path: "/products/{id}/thresholds:simulate", id: "simulateThreshold", tag: "Calibration",
            summary: "Count what other thresholds would have done to stored results",
            description: "Beside it what labels say of false rejects and escapes, now and then. \(metadata)",
            parameters: [
                productID, APIParameter("threshold", APISchema.unit, "The other threshold of the score; required."),
                APIParameter(
                    "reviewThreshold", APISchema.unit,
                    "The other threshold of reviews, below `threshold`, or that for none; the product's own, where it is below, when absent."
                ),
            ] + filters.filter { ["since", "until", "camera", "mode"].contains($0.name) },
            responses: [
                APIResponse(
                    200, "The counts.", [.json(APISchema.reference("ThresholdSimulation"))], headers: ["Cache-Control"])
            ],
            problems: [.unknownProduct, .invalidBody, .bodyTooLarge, .requestTimeout, .storeUnavailable])
    }

    private static var drift: APIOperation {
        APIOperation(
            method: "get", path: "/products/{id}/drift", id: "getDrift", tag: "Calibration",
            summary: "Whether the newest scores still lie as those of the calibration did",
            description: """
                Counted is how many of the newest results since the calibration score above the median of its good parts. `status` is \
                `higher` or `lower` where so many or so few would come by chance in one of a thousand windows, if defective parts have no \
                larger share than `defectShare`.
                """,
            parameters: [
                productID,
                APIParameter(
                    "window", ["type": "integer", "minimum": 10, "maximum": 1000],
                    "Results that are looked at; \(DriftMonitor.window) when absent."),
                APIParameter(
                    "defectShare", ["type": "number", "minimum": 0, "maximum": .number(0.5)],
                    "Share of defective parts that is no drift; \(DriftMonitor.defectShare) when absent."),
            ],
            responses: [
                APIResponse(200, "What can be said.", [.json(APISchema.reference("Drift"))], headers: ["Cache-Control"])
            ], problems: [.unknownProduct, .storeUnavailable])
    }

    private static var calibrations: APIOperation {
        APIOperation(
            method: "get", path: "/products/{id}/calibrations", id: "listCalibrations", tag: "Calibration",
            summary: "List the product's calibrations, newest first", parameters: [productID] + pages,
            responses: [APIResponse(200, "A page.", [.json(APISchema.reference("CalibrationPage"))])],
            problems: [.unknownProduct, .storeUnavailable])
    }

    private static var oneCalibration: APIOperation {
        APIOperation(
            method: "get", path: "/products/{id}/calibrations/{calibration}", id: "getCalibration", tag: "Calibration",
            summary: "Show a calibration as it was answered", parameters: [productID, id],
            responses: [APIResponse(200, "The calibration.", [document])],
            problems: [.unknownProduct, .unknownCalibration, .storeUnavailable])
    }
}
