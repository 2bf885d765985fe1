import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import multiads

/// A log whose reader stops until it is let go on.
private final class StalledLog: Sendable {
    private let gate = DispatchSemaphore(value: 0)
    private let kept = Mutex<[String]>([])
    let entered = DispatchSemaphore(value: 0)

    var text: String { kept.withLock { $0.joined() } }
    func goOn() { gate.signal() }

    func write(_ text: String) {
        entered.signal()
        gate.wait()
        gate.signal()
        kept.withLock { $0.append(text) }
    }
}

@Suite("The log's queue", .timeLimit(.minutes(2)))
struct LogQueueTests {
    private func queue(_ log: StalledLog, lines: Int = 4, bytes: Int = 1000) -> LogQueue {
        LogQueue(bounds: .init(lines: lines, bytes: bytes), report: { "\($0) lost\n" }, write: log.write)
    }

    @Test("never makes anybody wait, counts what does not fit, and says so when there is room again")
    func stalled() {
        let log = StalledLog()
        let queue = queue(log)
        queue.add("1\n")
        #expect(log.entered.wait(timeout: .now() + 60) == .success)
        for number in 2...9 { queue.add("\(number)\n") }
        #expect(queue.lost == 5, "what is being written counts too")
        #expect(!queue.flush(within: .milliseconds(20)))
        log.goOn()
        #expect(queue.flush(within: .seconds(60)))
        #expect(log.text == "1\n2\n3\n4\n5 lost\n")
        queue.add("10\n")
        #expect(queue.flush(within: .seconds(60)))
        #expect(log.text.hasSuffix("5 lost\n10\n") && queue.lost == 5)
    }

    @Test("is bounded in bytes too")
    func bytes() {
        let log = StalledLog()
        let queue = queue(log, lines: 1000, bytes: 10)
        for text in ["1234\n", "12345\n", "123\n", "\n"] { queue.add(text) }
        #expect(queue.lost == 1, "the second did not fit")
        log.goOn()
        #expect(queue.flush(within: .seconds(60)))
        #expect(log.text.contains("1234\n") && log.text.contains("1 lost\n"))
    }

    @Test("keeps the order of many lines, and writes what is left when nobody needs it any more")
    func order() {
        let log = StalledLog()
        log.goOn()
        var queue: LogQueue? = queue(log, lines: 100_000, bytes: 1 << 30)
        let lines = (0..<5000).map { "line \($0) " + String(repeating: "x", count: $0 % 50) + "\n" }
        for line in lines { queue?.add(line) }
        queue = nil
        let all = lines.joined()
        for _ in 0..<6000 where log.text.utf8.count < all.utf8.count { usleep(10_000) }
        #expect(log.text == all)
    }

    @Test("keeps a service alive, and lets it end, whose log nobody reads")
    func service() throws {
        let data = FileManager.default.temporaryDirectory.appending(path: "multiads-log-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: data) }
        let service = try RunningService(
            data: data, model: Fixtures.path("CLIP/tiny"), ["--log-level", "info"], readsLog: false)
        defer { service.kill() }
        // A pipe holds 64 KiB; a line has some 250 bytes.
        let id = String(repeating: "x", count: 128)
        for _ in 0..<600 {
            guard service.send("GET", "/nothing", ["X-Request-ID": id])?.status == 404 else {
                Issue.record("no answer once the log's pipe is full")
                return
            }
        }
        #expect(service.send("GET", "/livez")?.status == 200)
        service.process.terminate()
        for _ in 0..<6000 where service.process.isRunning { usleep(10_000) }
        #expect(!service.process.isRunning && service.process.terminationStatus == 0)
    }
}

@Suite("Descriptors")
struct DescriptorLimitTests {
    @Test(
        "bound the connections, less what else needs some",
        arguments: [(1024, 65_536, 1024), (1024, 1024, 896), (1024, 100, 1), (10, 256, 10), (.max, 65_536, 65_408)])
    func connections(wanted: Int, limit: Int, expected: Int) {
        #expect(DescriptorLimit.connections(wanted, within: limit) == expected)
    }

    @Test("are as many as the system gives")
    func raise() async {
        // In a process of its own, whose limit may be lowered.
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 64, rlim_max: 500)
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            guard DescriptorLimit.raise() == 500 else { exit(2) }
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            guard limit.rlim_cur == 500, DescriptorLimit.raise() == 500 else { exit(3) }
        }
    }
}
