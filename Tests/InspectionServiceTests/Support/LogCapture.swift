import Logging
import Synchronization

/// Keeps what is logged.
final class LogCapture: LogHandler {
    struct Line: Sendable {
        let level: Logger.Level
        let message: String
        let fields: [String: String]
    }

    private let kept = Mutex<[Line]>([])

    /// All lines so far.
    var lines: [Line] { kept.withLock { $0 } }

    /// The lines with a message.
    func lines(_ message: String) -> [Line] { lines.filter { $0.message == message } }

    func log(event: LogEvent) {
        let fields = (event.metadata ?? [:]).mapValues { "\($0)" }
        kept.withLock { $0.append(Line(level: event.level, message: "\(event.message)", fields: fields)) }
    }

    // Everything is kept, whatever a logger is told.
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
}
