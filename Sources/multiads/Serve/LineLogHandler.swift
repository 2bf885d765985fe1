import Checkpoints
import Foundation
import Logging

/// Form of log lines.
enum LogFormat: String, CaseIterable {
    case text, json
}

/// Writes one line per event to standard error.
struct LineLogHandler: LogHandler {
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    let format: LogFormat
    let write: @Sendable (String) -> Void

    /// Logs to standard error unless told otherwise.
    init(
        format: LogFormat, level: Logger.Level,
        write: @escaping @Sendable (String) -> Void = { Terminal.standardError.write($0) }
    ) {
        self.format = format
        self.write = write
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let time = Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let pairs = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        write(Self.line(format, time, event.level, "\(event.message)", pairs.map { ($0.key, "\($0.value)") }))
    }

    /// One line with its line end; whatever the values hold, it stays one line.
    static func line(
        _ format: LogFormat, _ time: String, _ level: Logger.Level, _ message: String, _ pairs: [(String, String)]
    ) -> String {
        switch format {
        case .json:
            let members: [OutputJSON.Member] =
                [
                    .init(name: "time", value: .string(time)), .init(name: "level", value: .string(level.rawValue)),
                    .init(name: "message", value: .string(message)),
                ] + pairs.map { .init(name: $0.0, value: .string($0.1)) }
            return OutputJSON.object(members).compact + "\n"
        case .text:
            let words = pairs.map { "\($0.0)=\(isPlain($0.1) ? $0.1 : quotedJSON($0.1))" }
            let text = isOneLine(message) ? message : quotedJSON(message)
            return ([time, level.rawValue, text] + words).joined(separator: " ") + "\n"
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F && $0 != "\"" && $0 != "=" }
    }

    private static func isOneLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}
