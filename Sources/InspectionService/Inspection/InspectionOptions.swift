import AnomalyDetection
import HTTPServer
import HTTPTypes

/// What a client asks of an inspection, whatever picture it comes with.
struct InspectionOptions: Sendable {
    /// The query parameters that say it.
    static let parameters = ["product", "mode", "camera", "deadline", "dryRun", "calibrated"]

    let product: String
    let mode: InspectionMode
    let camera: String?
    /// How long the inspection may wait for its beginning.
    let deadline: Duration?
    /// Whether nothing is stored.
    let isDryRun: Bool
    /// Whether the verdict must be that of a calibrated product.
    let demandsCalibration: Bool

    /// Reads the options; a deadline may stand in the query or in `X-Request-Deadline`, and the query wins.
    init(_ query: QueryReader, _ fields: HTTPFields) throws(Problem) {
        product = try query.text("product") ?? InspectionServiceConfiguration.defaultProduct
        mode = try query.choice("mode", InspectionMode.self) ?? .multitype
        camera = try query.text("camera")
        isDryRun = try query.flag("dryRun")
        demandsCalibration = try query.flag("calibrated")
        let header = try fields[.requestDeadline].map { text throws(Problem) in
            guard let deadline = QueryReader.usableSeconds(text) else {
                throw Problem.header(
                    "X-Request-Deadline", "expected \(QueryReader.secondsExpected), found “\(text.prefix(60))”")
            }
            return deadline
        }
        deadline = try query.seconds("deadline") ?? header
    }
}
