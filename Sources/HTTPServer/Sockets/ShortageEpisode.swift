/// Tells the first failure of a shortage from those that follow, so that an operator hears of it once.
package struct ShortageEpisode: Sendable {
    /// How long everything must go well before the next failure is news.
    package static let quietTime = Duration.seconds(10)

    private var last: MonotonicInstant?

    /// No shortage yet.
    package init() {}

    /// Something failed for want of descriptors or memory.
    ///
    /// - Parameter now: The time.
    /// - Returns: Whether it is the first of its episode.
    package mutating func failed(at now: MonotonicInstant) -> Bool {
        defer { last = now }
        guard let last else { return true }
        return now.elapsed(since: last) > Self.quietTime
    }
}
