import Foundation

/// Tells what a command is busy with: a changing line on a terminal, now and then a plain line elsewhere.
///
/// Where nobody watches, steps that take less than ``quietPeriod`` leave no trace, so that scripts stay silent.
final class ProgressReporter {
    /// Time between plain lines, and before the first.
    static let quietPeriod: Duration = .seconds(5)
    /// Time between redraws of a terminal line; faster only flickers.
    private static let redrawPeriod: Duration = .milliseconds(80)

    private let terminal: Terminal
    private let now: () -> Duration
    private var lastShown: Duration
    private var hasLine = false

    /// Reports to a stream.
    ///
    /// - Parameters:
    ///   - terminal: Usually standard error, so that results can be piped.
    ///   - now: Monotonic time.
    init(terminal: Terminal = .standardError, now: @escaping () -> Duration = Stopwatch.uptime) {
        self.terminal = terminal
        self.now = now
        lastShown = now()
    }

    deinit { finish() }

    /// Shows a step, at once on a terminal.
    func step(_ text: String) { show(text, after: .zero) }

    /// Shows a step's advance; calls may come as often as they like.
    func advance(_ text: @autoclosure () -> String) { show(text(), after: Self.redrawPeriod) }

    /// Shows how much of a countable step is done, with a bar on a terminal.
    ///
    /// - Parameters:
    ///   - text: What is being done.
    ///   - done: Finished items.
    ///   - total: All items.
    ///   - note: Further words, such as the time left.
    func advance(_ text: String, _ done: Int, of total: Int, note: String = "") {
        let end = note.isEmpty ? "" : ", " + note
        guard terminal.isInteractive else { return advance("\(text) \(done) of \(total)\(end)") }
        let words = "\(done)/\(total)\(end)"
        // The bar gives way to the words: the time left stands at their end.
        let room = terminal.columns - 1 - text.count - words.count - 2
        let bar = room >= 6 ? Self.bar(done, of: total, width: min(24, room - 2)) + " " : ""
        advance("\(text) \(bar)\(words)")
    }

    /// Writes a line that stays, above the changing one.
    func note(_ line: String) {
        finish()
        terminal.write("multiads: \(Terminal.printable(line))\n")
    }

    /// Removes the changing line, so that results start on a clean one.
    func finish() {
        guard hasLine else { return }
        terminal.write("\r\u{1B}[K")
        hasLine = false
    }

    /// A bar of `width` characters between brackets.
    static func bar(_ done: Int, of total: Int, width: Int = 24) -> String {
        let filled = total > 0 ? min(width, width * done / total) : 0
        return "[" + String(repeating: "#", count: filled) + String(repeating: "·", count: width - filled) + "]"
    }

    private func show(_ text: @autoclosure () -> String, after pause: Duration) {
        let time = now()
        if terminal.isInteractive {
            guard time - lastShown >= pause || !hasLine else { return }
            terminal.write("\r\u{1B}[K" + terminal.styled(String(text().prefix(terminal.columns - 1)), .dim))
            hasLine = true
        } else {
            guard time - lastShown >= Self.quietPeriod else { return }
            terminal.write("multiads: \(text())\n")
        }
        lastShown = time
    }
}

/// Measures how long something takes.
struct Stopwatch {
    private let start = Self.uptime()

    /// Monotonic time.
    static func uptime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// Seconds since it was made.
    var seconds: Double { (Self.uptime() - start) / .seconds(1) }
}
