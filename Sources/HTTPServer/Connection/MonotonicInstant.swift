/// A moment on a clock that never goes back, in nanoseconds from an arbitrary zero.
///
/// The state machine is given moments and never asks for one, so that tests move time by hand.
package struct MonotonicInstant: Sendable, Comparable, Hashable {
    /// Nanoseconds since the clock's zero.
    package let nanoseconds: Int64

    /// A moment so many nanoseconds after the clock's zero.
    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// The moment `duration` later.
    package func advanced(by duration: Duration) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: nanoseconds + duration.wholeNanoseconds)
    }

    /// The time from `earlier` until this moment.
    package func elapsed(since earlier: MonotonicInstant) -> Duration {
        .nanoseconds(nanoseconds - earlier.nanoseconds)
    }

    /// Whether this moment comes before another.
    package static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

extension Duration {
    /// The duration in nanoseconds, held at about 146 years so that sums with instants cannot overflow.
    package var wholeNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let bound: Int64 = .max / 2
        guard abs(seconds) < bound / 1_000_000_000 else { return seconds < 0 ? -bound : bound }
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
