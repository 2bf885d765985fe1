import Foundation
import Synchronization

/// One of the process's output streams and what it can show.
struct Terminal: Sendable {
    /// Results.
    static let standardOutput = Terminal(descriptor: 1)
    /// Progress and failures.
    static let standardError = Terminal(descriptor: 2)

    /// The file descriptor written to.
    let descriptor: Int32
    /// Whether a person watches: cursor movement and changing lines make sense.
    let isInteractive: Bool
    /// Whether colours are wanted; off when `NO_COLOR` is set to anything (no-color.org) or the terminal is dumb.
    let showsColor: Bool

    /// The text without control characters other than line ends and tabs: names of files may hold what a terminal obeys.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
                    return isControl && scalar != "\n" && scalar != "\t" ? "\u{FFFD}" : scalar
                }))
    }

    /// Looks at a descriptor and the environment.
    init(descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) {
        self.init(descriptor: descriptor, isInteractive: isatty(descriptor) == 1, environment: environment)
    }

    /// States what the descriptor is instead of asking the system.
    init(descriptor: Int32, isInteractive: Bool, environment: [String: String]) {
        self.descriptor = descriptor
        self.isInteractive = isInteractive && environment["TERM"] != "dumb"
        showsColor = self.isInteractive && (environment["NO_COLOR"] ?? "").isEmpty
    }

    /// Columns of the terminal, 80 when it does not tell.
    var columns: Int {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// The system's number of the failure that cut standard output short, such as a full disk; 0 for none.
    ///
    /// A reader who left is no failure.
    static let outputFailure = Atomic<Int32>(0)

    /// Writes all bytes of a text; a closed pipe ends the output silently, as for any filter, and other failures are kept in ``outputFailure``.
    func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else {
                if descriptor == 1, errno != EPIPE { Self.outputFailure.store(errno, ordering: .relaxed) }
                return
            }
            rest = rest.dropFirst(written)
        }
    }

    /// A colour for words that must stand out.
    enum Style: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case dim = "2"
        case bold = "1"
    }

    /// The text in a style, or as it is where colours are not wanted.
    func styled(_ text: String, _ styles: Style...) -> String {
        guard showsColor, !styles.isEmpty else { return text }
        return "\u{1B}[\(styles.map(\.rawValue).joined(separator: ";"))m\(text)\u{1B}[0m"
    }
}
