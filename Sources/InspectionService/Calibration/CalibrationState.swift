/// How a product's thresholds stand to a calibration.
enum CalibrationState: Sendable, Equatable {
    /// They were set by hand, or never.
    case none
    /// They are those that this calibration found, and what it was made with is what inspections use.
    case current(String)
    /// They are those that this calibration found, but scores are made otherwise now: its promise does not hold.
    case outdated(String)

    /// The calibration that found the thresholds.
    var id: String? {
        switch self {
        case .none: nil
        case .current(let id), .outdated(let id): id
        }
    }

    /// The calibration whose promise holds.
    var currentID: String? { if case .current(let id) = self { id } else { nil } }

    /// As answers name it.
    var name: String {
        switch self {
        case .none: "none"
        case .current: "current"
        case .outdated: "outdated"
        }
    }

    /// Refuses where a calibrated verdict is demanded and the thresholds are no calibration's.
    ///
    /// - Throws: `Problem` of kind `notCalibrated`.
    func demand(of product: String) throws(Problem) {
        let found =
            switch self {
            case .current: nil as String?
            case .none: "thresholds that no calibration found"
            case .outdated(let id):
                "calibration \(id), since which the references, the model or settings that scores depend on have changed"
            }
        guard let found else { return }
        throw Problem(
            .notCalibrated,
            "expected product “\(product)” to be calibrated, found \(found); POST /products/\(product)/calibrate does it",
            faults: [.init(.parameter, "calibrated", "the product is not calibrated")])
    }
}
