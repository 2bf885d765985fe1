import Dispatch
import FoundationEssentials
public import Storage

/// Time and randomness as the service sees them; tests put their own in.
public struct ServiceEnvironment: Sendable {
    /// The time of day.
    public var now: @Sendable () -> Timestamp
    /// Time since any fixed moment; never goes back.
    public var uptime: @Sendable () -> Duration
    /// 64 unpredictable bits.
    public var random: @Sendable () -> UInt64
    /// Calls the function once, after that time, on a thread of its own.
    public var alarm: @Sendable (Duration, @escaping @Sendable () -> Void) -> Void

    /// Uses these sources.
    public init(
        now: @escaping @Sendable () -> Timestamp, uptime: @escaping @Sendable () -> Duration,
        random: @escaping @Sendable () -> UInt64,
        alarm: @escaping @Sendable (Duration, @escaping @Sendable () -> Void) -> Void
    ) {
        self.now = now
        self.uptime = uptime
        self.random = random
        self.alarm = alarm
    }

    /// Serial, so that it has a thread even while kernels occupy the shared ones.
    private static let alarms = DispatchQueue(label: "inspection.alarms")

    /// The computer's own clocks and generator.
    public static let system = ServiceEnvironment(
        now: { Timestamp(microseconds: Int64((Date().timeIntervalSince1970 * 1e6).rounded())) },
        uptime: { .nanoseconds(Int64(clamping: DispatchTime.now().uptimeNanoseconds)) },
        random: { UInt64.random(in: .min ... .max) },
        alarm: { duration, call in alarms.asyncAfter(deadline: .now() + duration / .seconds(1), execute: call) })

    /// Waits for work, which goes on when it takes longer.
    ///
    /// - Parameters:
    ///   - limit: Longest time to wait.
    ///   - work: Begins at once.
    func wait(atMost limit: Duration, for work: @escaping @Sendable () async -> Void) async {
        let (events, event) = AsyncStream.makeStream(of: Void.self)
        Task {
            await work()
            event.yield()
        }
        alarm(limit) { event.yield() }
        for await _ in events { break }
    }

    /// An identifier that sorts by time: a UUID of version 7 (RFC 9562, section 5.7).
    ///
    /// The 12 bits after the milliseconds hold the fraction of the millisecond (section 6.2, method 3); 62 bits are random.
    func identifier(at moment: Timestamp) -> String {
        let microseconds = UInt64(max(0, moment.microseconds))
        let fraction = (microseconds % 1000) * 4096 / 1000
        let high = (microseconds / 1000) << 16 | 0x7000 | fraction
        let low = random() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits = Array((Self.hexadecimal(high) + Self.hexadecimal(low)).utf8)
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return groups.map { String(decoding: digits[$0], as: UTF8.self) }.joined(separator: "-")
    }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
