/// What this program calls itself.
enum Version {
    /// Semantic version of the release.
    static let number = "0.1.0"
    /// Name and version, as results record it.
    static let text = "multiads \(number)"
}
