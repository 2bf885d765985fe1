import Foundation
import Synchronization
import Testing

/// The built program, run as a user runs it.
enum Program {
    /// Beside the test bundle, wherever the build folder is; or the one that `MULTIADS_PROGRAM` names.
    private static var url: URL? {
        if let path = ProcessInfo.processInfo.environment["MULTIADS_PROGRAM"] { return URL(filePath: path) }
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") || $0.contains(".xctest/") }
        guard let bundle else { return nil }
        let path = bundle.split(separator: ".xctest", maxSplits: 1).first.map(String.init) ?? bundle
        let url = URL(filePath: path).deletingLastPathComponent().appending(path: "multiads")
        return FileManager.default.isExecutableFile(atPath: url.path) ? url : nil
    }

    /// A process that is not started yet, with pipes for what it says.
    static func process(
        _ arguments: [String], _ variables: [String: String] = [:]
    ) throws -> (process: Process, output: Pipe, errors: Pipe) {
        let process = Process()
        let program = try #require(url, "the program was not found beside the test bundle")
        process.executableURL = program
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MULTIADS_") }
        environment["XDG_CACHE_HOME"] = FileManager.default.temporaryDirectory.path
        process.environment = environment.merging(variables) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        return (process, output, errors)
    }

    /// Runs a command to its end.
    static func run(
        _ arguments: [String], in folder: String? = nil
    ) throws -> (code: Int32, output: String, errors: String) {
        let (process, output, errors) = try process(arguments)
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let messages = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text, messages)
    }
}

/// Text that grows while others read it.
private final class LogText: Sendable {
    private let kept = Mutex("")

    var text: String { kept.withLock { $0 } }
    func append(_ more: String) { kept.withLock { $0 += more } }
}

/// A running `multiads serve`.
struct RunningService {
    let process: Process
    let port: UInt16
    /// What it printed when it was ready.
    let line: String
    private let errors = LogText()
    /// Kept open, also where nobody reads.
    private let errorPipe: Pipe

    /// Starts the service and waits until it is ready.
    ///
    /// - Parameters:
    ///   - data: Its data folder.
    ///   - model: Its model folder.
    ///   - arguments: More of them.
    ///   - variables: Of its environment.
    ///   - readsLog: Whether somebody reads its log.
    /// - Throws: When it does not become ready.
    init(
        data: String, model: String, _ arguments: [String] = [], _ variables: [String: String] = [:],
        readsLog: Bool = true
    ) throws {
        let (process, output, errors) = try Program.process(
            ["serve", "--port", "0", "--data", data, "--model", model] + arguments, variables)
        try process.run()
        // Read all the time, so that a full pipe cannot stop the service.
        if readsLog {
            errors.fileHandleForReading.readabilityHandler = { [log = self.errors] handle in
                let data = handle.availableData
                if data.isEmpty { handle.readabilityHandler = nil }
                log.append(String(decoding: data, as: UTF8.self))
            }
        }
        errorPipe = errors
        var line = ""
        while !line.contains("\n") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { break }
            line += String(decoding: data, as: UTF8.self)
        }
        let address = line.firstMatch(of: /^multiads is ready at http:\/\/127\.0\.0\.1:(\d+) \(model .*\)\n$/)
        port = try #require(address.flatMap { UInt16($0.1) }, "\(line)")
        self.process = process
        self.line = line
    }

    /// What it has logged so far.
    var log: String { errors.text }

    /// Ends it as a user does.
    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    /// Ends it as a power failure does, as far as a process can.
    func kill() {
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// One request on a connection of its own.
    ///
    /// - Returns: The whole answer; nil when the connection broke before its end.
    func send(
        _ method: String, _ path: String, _ fields: [String: String] = [:], body: [UInt8] = []
    ) -> (status: Int, body: [UInt8])? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        // Only a hang takes this long.
        var timeout = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { return nil }
        let fields = fields.map { "\($0.key): \($0.value)\r\n" }.joined() + "Content-Length: \(body.count)\r\n"
        let head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(fields)\r\n"
        var rest = (Array(head.utf8) + body)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return nil }
            rest = rest.dropFirst(count)
        }
        var received: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &piece, piece.count, 0)
            guard count >= 0 else { return nil }
            if count == 0 { break }
            received += piece[..<count]
        }
        guard let end = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: received[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let length =
            lines.lazy.filter { $0.lowercased().hasPrefix("content-length: ") }
            .compactMap { Int($0.dropFirst(16)) }.first ?? 0
        let content = Array(received[end.upperBound...])
        guard content.count == length, let code = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return (code, content)
    }
}
