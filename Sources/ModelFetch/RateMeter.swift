/// Speed of a transfer over the last seconds.
struct RateMeter {
    /// Length of the window; short enough to follow a changing line, long enough not to flicker.
    private static let window: Duration = .seconds(5)

    private var samples: [(time: Duration, bytes: Int)] = []

    /// Notes that `bytes` in all had arrived at `time`.
    mutating func note(_ bytes: Int, at time: Duration) {
        // Ten samples a second suffice, however small the pieces are.
        if let last = samples.last, samples.count > 1, time - last.time < .milliseconds(100) {
            samples[samples.count - 1].bytes = bytes
        } else {
            samples.append((time, bytes))
        }
        while samples.count > 2, time - samples[1].time >= Self.window { samples.removeFirst() }
    }

    /// Bytes per second, or nil before two samples lie a tenth of a second apart.
    var bytesPerSecond: Double? {
        guard let first = samples.first, let last = samples.last, last.time - first.time >= .milliseconds(100) else {
            return nil
        }
        return Double(last.bytes - first.bytes) / ((last.time - first.time) / .seconds(1))
    }
}
