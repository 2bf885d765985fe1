import Glibc

extension MonotonicInstant {
    /// The system's monotonic clock, read now.
    ///
    /// Only the socket layer reads it.
    static var now: MonotonicInstant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
