import Foundation
import TestSupport
import Testing

/// The built program, run as a user runs it.
@Suite("The program", .timeLimit(.minutes(2)))
struct ProgramTests {
    let tiny = Fixtures.path("CLIP/tiny")

    /// Beside the test bundle, wherever the build folder is.
    private static var program: URL? {
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") || $0.contains(".xctest/") }
        guard let bundle else { return nil }
        let path = bundle.split(separator: ".xctest", maxSplits: 1).first.map(String.init) ?? bundle
        let url = URL(filePath: path).deletingLastPathComponent().appending(path: "multiads")
        return FileManager.default.isExecutableFile(atPath: url.path) ? url : nil
    }

    private func process(_ arguments: [String]) throws -> (process: Process, output: Pipe, errors: Pipe) {
        let process = Process()
        let program = try #require(Self.program, "the program was not found beside the test bundle")
        process.executableURL = program
        process.arguments = arguments
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("MULTIADS_") }
        environment["XDG_CACHE_HOME"] = FileManager.default.temporaryDirectory.path
        process.environment = environment
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        return (process, output, errors)
    }

    private func run(_ arguments: [String]) throws -> (code: Int32, output: String, errors: String) {
        let (process, output, errors) = try process(arguments)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let messages = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text, messages)
    }

    /// One request on a connection of its own; the whole answer.
    private static func get(_ path: String, port: UInt16) throws -> String {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        let request = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
        try handle.write(contentsOf: Data(request.utf8))
        return String(decoding: try handle.readToEnd() ?? Data(), as: UTF8.self)
    }

    @Test(
        "inspect ends with 0 for ok, 1 for not ok, 2 for no picture, 64 for a wrong command line",
        arguments: [
            (["--threshold", "1.5"], "query.png", 0), (["--threshold", "0.01"], "query.png", 1), ([], "states.json", 2),
            (["--threshold", "-1"], "query.png", 64),
        ] as [([String], String, Int32)])
    func exitCodes(options: [String], file: String, code: Int32) throws {
        let result = try run(["inspect", "\(tiny)/\(file)", "--model", tiny, "--defects", "scratch"] + options)
        #expect(result.code == code, "\(result.errors)")
        #expect(result.output.isEmpty == (code >= 2))
        #expect(result.errors.isEmpty == (code < 2))
    }

    @Test("several pictures as JSON are one line each")
    func lines() throws {
        let result = try run([
            "inspect", tiny + "/query.png", tiny + "/merges.txt", "--model", tiny, "--defects", "hole", "--json",
        ])
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 2)
        let objects = try lines.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
        let first = try #require(objects[0])
        #expect(Set(first.keys).isSuperset(of: ["verdict", "score", "defects", "provenance"]))
        #expect(objects[1]?["verdict"] as? String == "undecidable")
    }

    @Test("serve prints its address, answers, keeps its folder to itself, and ends in order")
    func serve() throws {
        let data = FileManager.default.temporaryDirectory.appending(path: "multiads-serve-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: data) }
        let arguments = ["serve", "--port", "0", "--data", data, "--model", tiny]
        let (process, output, errors) = try process(arguments)
        try process.run()
        // Read all the time, so that a full pipe cannot stop the service.
        errors.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
        var line = ""
        while !line.contains("\n") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { break }
            line += String(decoding: data, as: UTF8.self)
        }
        let address = line.firstMatch(of: /^multiads is ready at (http:\/\/127\.0\.0\.1:\d+) \(model .*\)\n$/)
        let url = String(try #require(address?.1, "\(line)"))
        let port = try #require(url.split(separator: ":").last.flatMap { UInt16($0) })
        #expect(try Self.get("/readyz", port: port).hasPrefix("HTTP/1.1 200 "))

        let second = try run(arguments)
        #expect(second.code == 1)
        #expect(second.errors.hasPrefix("multiads: data folder \(data): "))
        #expect(second.errors.split(separator: "\n").count == 1)
        let third = try run([
            "serve", "--port", "\(port)", "--data", data + "/other", "--model", tiny, "--log-level", "error",
        ])
        #expect(third.code == 1)
        #expect(third.errors.contains("Address already in use"))

        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 0)
    }

    @Test("a missing model ends serve with one line")
    func missingModel() throws {
        let data = FileManager.default.temporaryDirectory.appending(path: "multiads-serve-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: data) }
        let result = try run(["serve", "--port", "0", "--data", data, "--model", data + "/none"])
        #expect(result.code == 1)
        #expect(result.errors == "multiads: expected a model folder at \(data)/none, found nothing there\n")
    }
}
