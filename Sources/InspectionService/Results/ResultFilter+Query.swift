import AnomalyDetection
import Storage

extension ResultFilter {
    /// The parameters that filter results; `metadata.NAME` comes on top.
    static let parameters = [
        "product", "verdict", "review", "defect", "since", "until", "minScore", "partId", "camera", "mode", "label",
    ]
    /// What the names of members of metadata begin with.
    static let metadataPrefix = "metadata."
    private static let maxMetadata = 8

    /// Reads a filter.
    ///
    /// - Throws: `Problem` of kind `invalidParameter`.
    init(_ query: QueryReader) throws(Problem) {
        let isReview = try query.optionalFlag("review")
        self.init(
            product: try query.text("product"),
            // Which an index finds.
            verdict: try query.choice("verdict", Storage.Verdict.self) ?? (isReview == nil ? nil : .undecidable),
            isReview: isReview,
            defect: try query.text("defect"), since: try query.moment("since"), until: try query.moment("until"),
            minScore: try query.number("minScore"), partID: try query.text("partId"),
            camera: try query.text("camera"), mode: try query.choice("mode", InspectionMode.self)?.rawValue,
            label: try query.choice("label", ResultFilter.Label.self),
            metadata: try query.texts(prefix: Self.metadataPrefix, atMost: Self.maxMetadata))
    }
}
