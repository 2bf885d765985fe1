import AnomalyDetection
import Storage

// Results.
extension APIOperations {
    static var results: [APIOperation] {
        [list, summary, show, delete, label, showLabel, deleteLabel]
            + [
                drawn("masks/{type}.png", "getMask", "Where a defect type was found", [type]),
                drawn("heatmap.png", "getHeatMap", "The anomaly map in colours that are tied to the threshold"),
                drawn("overlay.png", "getOverlay", "The picture with everything drawn on it", [], [.pictureNotKept]),
                image,
            ]
    }

    static let filters: [APIParameter] = [
        APIParameter("product", APISchema.name, "Results of this product."),
        APIParameter(
            "verdict", APISchema.choice(Storage.Verdict.allCases.map(\.rawValue)), "Results with this verdict."),
        APIParameter(
            "review", APISchema.boolean,
            "`true`: undecidable results that people are to decide; `false`: those whose picture was not judged."),
        APIParameter("defect", APISchema.name, "Results in which this defect type was found."),
        APIParameter("since", APISchema.moment, "Results made at this time or later."),
        APIParameter("until", APISchema.moment, "Results made before this time."),
        APIParameter("minScore", ["type": "number"], "Results with at least this score."),
        APIParameter("partId", APISchema.name, "Results of this part."),
        APIParameter("camera", APISchema.name, "Results of this camera."),
        APIParameter(
            "mode", APISchema.choice(InspectionMode.allCases.map(\.rawValue)), "Results inspected in this mode."),
        APIParameter(
            "label", APISchema.choice(ResultFilter.Label.allCases.map(\.rawValue)),
            "Results with this label; `none`: those without."),
    ]
    static let metadata = """
        A member of the metadata is searched for with `metadata.NAME=VALUE`, up to eight of them.
        """
    private static let result = APIParameter("result", in: .path, APISchema.string, "The result's id.")
    private static let type = APIParameter("type", in: .path, APISchema.string, "The defect type.")

    private static var list: APIOperation {
        APIOperation(
            method: "get", path: "/results", id: "listResults", tag: "Results", summary: "List or export results",
            description: """
                Newest first; pages stay put while results arrive. With `Accept: application/x-ndjson` or `text/csv` all results of the \
                filter are streamed, and there are no pages. \(metadata)
                """,
            parameters: filters + pages,
            responses: [
                APIResponse(
                    200, "A page, or all results of the filter.",
                    [
                        .json(APISchema.reference("ResultPage")),
                        APIContent("application/x-ndjson", APISchema.reference("Result")), .bytes("text/csv"),
                    ], headers: ["Vary"])
            ], problems: [.notAcceptable, .storeUnavailable, .overloaded])
    }

    private static var summary: APIOperation {
        APIOperation(
            method: "get", path: "/results/summary", id: "summarizeResults", tag: "Results",
            summary: "Count results by product, defect type or hour", description: metadata,
            parameters: [
                APIParameter(
                    "by", APISchema.choice(ResultGroup.Key.allCases.map(\.rawValue)),
                    "What the counted have in common; required.")
            ] + filters,
            responses: [
                APIResponse(
                    200, "The groups.", [.json(APISchema.reference("ResultSummary"), APIExamples.summary)],
                    headers: ["Cache-Control"])
            ], problems: [.storeUnavailable])
    }

    private static var show: APIOperation {
        APIOperation(
            method: "get", path: "/results/{result}", id: "getResult", tag: "Results",
            summary: "Show a result, in the bytes of its answer", parameters: [result],
            responses: [APIResponse(200, "The result.", [.json(APISchema.reference("Result"), APIExamples.result)])],
            problems: [.unknownResult, .storeUnavailable, .overloaded])
    }

    private static var delete: APIOperation {
        APIOperation(
            method: "delete", path: "/results/{result}", id: "deleteResult", tag: "Results",
            summary: "Remove a result with its pictures", parameters: [result],
            responses: [APIResponse(204, "Removed.")],
            problems: [.unknownResult, .notReady, .draining, .storeUnavailable])
    }

    private static let labelPath = "/results/{result}/label"
    private static let labelAnswer = APIContent.json(APISchema.reference("Label"), APIExamples.label)

    private static var label: APIOperation {
        APIOperation(
            method: "post", path: labelPath, id: "labelResult", tag: "Results",
            summary: "Say what the part is, in place of what was said before", parameters: [result],
            body: [.json(APISchema.reference("NewLabel"), #"{"verdict":"notOk","types":["scratch"]}"#)],
            responses: [APIResponse(200, "The label.", [labelAnswer])],
            problems: [
                .unknownResult, .malformedJSON, .invalidBody, .bodyTooLarge, .requestTimeout, .notReady, .draining,
                .storeFull, .storeUnavailable, .overloaded,
            ])
    }

    private static var showLabel: APIOperation {
        APIOperation(
            method: "get", path: labelPath, id: "getLabel", tag: "Results", summary: "Show a result's label",
            parameters: [result],
            responses: [APIResponse(200, "The label.", [labelAnswer], headers: ["Cache-Control"])],
            problems: [.unknownResult, .storeUnavailable])
    }

    private static var deleteLabel: APIOperation {
        APIOperation(
            method: "delete", path: labelPath, id: "deleteLabel", tag: "Results", summary: "Take a result's label away",
            parameters: [result], responses: [APIResponse(204, "Removed.")],
            problems: [.unknownResult, .notReady, .draining, .storeUnavailable])
    }

    private static func drawn(
        _ name: String, _ id: String, _ summary: String, _ more: [APIParameter] = [], _ problems: [ProblemKind] = []
    ) -> APIOperation {
        picture("/results/{result}/\(name)", id, summary, more, [.bytes("image/png")], problems + [.queueFull])
    }

    private static var image: APIOperation {
        picture(
            "/results/{result}/image", "getImage", "The picture as it was received, where it was kept", [],
            [.bytes("image/jpeg"), .bytes("image/png")], [.pictureNotKept])
    }

    private static func picture(
        _ path: String, _ id: String, _ summary: String, _ more: [APIParameter], _ contents: [APIContent],
        _ problems: [ProblemKind]
    ) -> APIOperation {
        let headers = ["ETag", "Cache-Control"]
        return APIOperation(
            method: "get", path: path, id: id, tag: "Results", summary: summary,
            parameters: [result] + more + [
                ifNoneMatch, APIParameter("Range", in: .header, APISchema.string, "One range of bytes."),
            ],
            responses: [
                APIResponse(200, "The picture.", contents, headers: headers),
                APIResponse(206, "The part that was asked for.", contents, headers: headers + ["Content-Range"]),
                APIResponse(304, "The picture is known already.", headers: headers),
            ],
            problems: [.unknownResult, .rangeNotSatisfiable, .storeUnavailable, .overloaded]
                + problems)
    }
}
