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

    /// The time of a line that is made now.
    static var time: String { Date.now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)) }

    func log(event: LogEvent) {
        let pairs = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        write(Self.line(format, Self.time, event.level, "\(event.message)", pairs.map { ($0.key, "\($0.value)") }))
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
            return visible(OutputJSON.object(members).compact) + "\n"
        case .text:
            let words = pairs.map { "\($0.0)=\(isPlain($0.1) ? $0.1 : visible(quotedJSON($0.1)))" }
            let text = message.unicodeScalars.contains(where: isObeyed) ? visible(quotedJSON(message)) : message
            return ([time, level.rawValue, text] + words).joined(separator: " ") + "\n"
        }
    }

    private static func isPlain(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { !isObeyed($0) && $0 != " " && $0 != "\"" && $0 != "=" }
    }

    /// Whether a terminal or a viewer obeys the scalar instead of showing it: control characters (C0, DEL and C1), line and
    /// paragraph separators, and what changes the direction of text (Unicode, annex 9).
    private static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// JSON text with escapes for what JSON itself lets stand.
    private static func visible(_ json: String) -> String {
        guard json.unicodeScalars.contains(where: isObeyed) else { return json }
        return json.unicodeScalars.reduce(into: "") { text, scalar in
            guard isObeyed(scalar) else { return text.unicodeScalars.append(scalar) }
            let digits = String(scalar.value, radix: 16)
            text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
}
