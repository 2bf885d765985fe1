/// A moment, in microseconds since 1970-01-01T00:00:00Z.
///
/// An integer, so that comparing, sorting and paging are exact.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Microseconds since 1970-01-01T00:00:00Z; negative before.
    public let microseconds: Int64

    /// Makes a moment from its count of microseconds.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Orders moments by time.
    public static func < (a: Timestamp, b: Timestamp) -> Bool {
        a.microseconds < b.microseconds
    }
}
