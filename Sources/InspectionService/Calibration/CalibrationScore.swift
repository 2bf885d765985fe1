import Storage

/// What one picture of a good part scores.
struct CalibrationScore: Sendable {
    /// Of the picture.
    let id: Storage.SHA256Digest
    /// The file name that the client gave.
    let name: String?
    let score: Float
    /// Largest value of the map that decides.
    let mapMaximum: Float
}
