/// What a result scored, and when.
public struct TimedScore: Sendable, Equatable {
    /// The image score.
    public let score: Double
    /// When the result was made.
    public let createdAt: Timestamp

    /// Makes a score from its parts.
    public init(score: Double, createdAt: Timestamp) {
        self.score = score
        self.createdAt = createdAt
    }
}
