/// Counts observations by their size.
struct Histogram: Sendable {
    /// Seconds of requests and steps: OpenTelemetry's advice for `http.server.request.duration`, with room for slow models.
    static let seconds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
    /// Scores, 0…1.
    static let scores = (1...20).map { Double($0) / 20 }

    /// Upper bounds, growing, each included in its bucket.
    let bounds: [Double]
    /// Observations per bucket, the last one beyond all bounds.
    private(set) var counts: [Int]
    private(set) var sum = 0.0

    init(_ bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// Observations in all.
    var count: Int { counts.reduce(0, +) }

    mutating func observe(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }
}
