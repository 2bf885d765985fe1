/// What of a product is not in its record.
struct ProductStatus: Sendable {
    /// How far it is.
    let preparation: Preparation.State
    /// How its thresholds stand to a calibration.
    let calibration: CalibrationState
}
