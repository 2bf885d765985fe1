import Foundation
import Logging
import Storage
import TestSupport
import Testing

@testable import InspectionService

@Suite("Keys of a running service", .timeLimit(.minutes(2)))
struct AccessKeysTests {
    /// A file, its keys as a service has them, and what was logged.
    private struct Setup: Sendable {
        let file: AccessKeyFile
        let log = LogCapture()

        var logger: Logger { Logger(label: "test") { [log] _ in log } }

        func keys(isOptional: Bool = true) throws -> AccessKeys {
            try AccessKeys(file: file, isOptional: isOptional, logger: logger)
        }

        /// Lines at a level, since the service started.
        func count(_ level: Logger.Level) -> Int { log.lines.count { $0.level == level } }

        /// Writes the file in place, as an editor does.
        func write(_ text: String) throws { try Data(text.utf8).write(to: URL(filePath: file.path)) }

        func add(_ name: String, _ role: AccessRole = .line) throws -> AccessKey {
            let key = AccessKey(random: ServiceEnvironment.system.random)
            let record = try AccessKeyRecord(name: name, role: role, key: key, at: Timestamp(microseconds: 0))
            try file.update { text throws(AccessKeyError) in try text.add(record) }
            return key
        }
    }

    private func withFile(_ body: (Setup) async throws -> Void) async throws {
        try await withDataFolder { try await body(Setup(file: AccessKeyFile(inDataFolder: $0))) }
    }

    @Test("are none without a file, and demanded from the moment there is one")
    func appearing() async throws {
        try await withFile { setup in
            let keys = try setup.keys()
            keys.look()
            #expect(keys.isOpen && keys.count == nil && setup.log.lines.isEmpty)
            let key = try setup.add("a", .admin)
            #expect(keys.isOpen)
            keys.look()
            #expect(!keys.isOpen && keys.record(of: key)?.name == "a" && keys.record(of: key)?.role == .admin)
            #expect(setup.log.lines("access keys are demanded from now on").count == 1)
            keys.look()
            #expect(setup.log.lines.count == 1)
        }
    }

    @Test("are read again when the file has changed, in any way, and a revoked one is none")
    func changing() async throws {
        try await withFile { setup in
            let first = try setup.add("a")
            let keys = try setup.keys()
            let second = try setup.add("b")
            keys.look()
            #expect(keys.record(of: first) != nil && keys.record(of: second) != nil && keys.count == 2)
            try setup.file.update { text throws(AccessKeyError) in try text.remove("a") }
            keys.look()
            #expect(keys.record(of: first) == nil && keys.record(of: second) != nil)
            // In place, the same size, and with the time set back.
            let text = try String(contentsOfFile: setup.file.path, encoding: .utf8)
            let time = try FileManager.default.attributesOfItem(atPath: setup.file.path)[.modificationDate]
            try setup.write(text.replacing("b line", with: "c line"))
            try FileManager.default.setAttributes([.modificationDate: time as Any], ofItemAtPath: setup.file.path)
            keys.look()
            #expect(keys.record(of: second)?.name == "c")
            #expect(setup.log.lines("access keys were read again").count == 3 && setup.log.lines.count == 3)
        }
    }

    @Test("are read again when a secret is mounted anew, which moves a link to another folder")
    func mountedAnew() async throws {
        try await withDataFolder { folder in
            let files = FileManager.default
            func mount(_ name: String) throws {
                try files.createSymbolicLink(atPath: folder + "/new", withDestinationPath: folder + "/" + name)
                #expect(rename(folder + "/new", folder + "/now") == 0)
            }
            var keys: [AccessKey] = []
            for name in ["one", "two"] {
                try files.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: false)
                keys.append(try Setup(file: AccessKeyFile(path: "\(folder)/\(name)/keys")).add(name))
            }
            try mount("one")
            let setup = Setup(file: AccessKeyFile(path: folder + "/now/keys"))
            let taken = try setup.keys(isOptional: false)
            #expect(taken.record(of: keys[0]) != nil && taken.record(of: keys[1]) == nil)
            try mount("two")
            taken.look()
            #expect(taken.record(of: keys[0]) == nil && taken.record(of: keys[1])?.name == "two")
        }
    }

    @Test("stay as they were when the file becomes faulty, unreadable or vanishes, with one line in the log each")
    func failing() async throws {
        try await withFile { setup in
            let key = try setup.add("a")
            let good = try String(contentsOfFile: setup.file.path, encoding: .utf8)
            let keys = try setup.keys()
            var errors = 0
            let faults: [() throws -> Void] = [
                { try setup.write(good + "x\n") },
                { try FileManager.default.removeItem(atPath: setup.file.path) },
                {
                    try FileManager.default.createDirectory(atPath: setup.file.path, withIntermediateDirectories: false)
                },
            ]
            for fault in faults {
                try fault()
                for _ in 0..<3 { keys.look() }
                errors += 1
                #expect(keys.record(of: key) != nil && keys.problem != nil && !keys.isOpen)
                #expect(setup.count(.error) == errors)
            }
            try FileManager.default.removeItem(atPath: setup.file.path)
            try setup.write(good)
            keys.look()
            #expect(keys.problem == nil && keys.count == 1)
            #expect(setup.log.lines("access keys were read again").count == 1)
            // The same fault again is news again.
            try setup.write(good + "x\n")
            keys.look()
            #expect(setup.count(.error) == errors + 1)
        }
    }

    @Test("let nobody in when none is left, and when the first file cannot be read")
    func closed() async throws {
        try await withFile { setup in
            let keys = try setup.keys()
            try setup.write("nonsense\n")
            keys.look()
            #expect(!keys.isOpen && keys.count == 0 && setup.count(.error) == 1)
            let key = try #require(try? AccessKeyText(Array("# none\n".utf8), file: "k"))
            #expect(key.records.isEmpty)
            try setup.write("# none\n")
            keys.look()
            #expect(!keys.isOpen && keys.count == 0 && keys.problem == nil && setup.count(.warning) == 1)
        }
    }

    @Test("keep a service from starting when they cannot be read, or when a named file is missing")
    func refusing() async throws {
        try await withFile { setup in
            #expect(throws: AccessKeyError.self) { try setup.keys(isOptional: false) }
            try setup.write("# a\nb\n")
            for isOptional in [false, true] {
                let error = #expect(throws: AccessKeyError.self) { try setup.keys(isOptional: isOptional) }
                #expect(error?.description.hasPrefix("key file \(setup.file.path):2: expected") == true)
            }
        }
    }

    @Test("are looked at once a second, until the service stops")
    func watching() async throws {
        try await withFile { setup in
            let keys = try setup.keys()
            let (clock, key) = (TestClock(), try setup.add("a"))
            keys.watch(clock.environment)
            keys.watch(clock.environment)
            #expect(clock.pendingAlarms == 1 && keys.isOpen)
            clock.ringAlarms()
            while clock.pendingAlarms == 0 { await Task.yield() }
            #expect(keys.record(of: key) != nil)
            keys.stop()
            clock.ringAlarms()
            _ = try setup.add("b")
            keys.look()
            #expect(clock.pendingAlarms == 0)
        }
    }

    @Test("are written with the file's comments, for the owner's eyes, and through links")
    func writing() async throws {
        try await withFile { setup in
            func mode(_ path: String) throws -> Int {
                try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? 0
            }
            _ = try setup.add("a")
            #expect(try mode(setup.file.path) == 0o600 && !setup.file.isExposed)
            try setup.write("# mine\n")
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: setup.file.path)
            #expect(setup.file.isExposed)
            let link = AccessKeyFile(path: setup.file.path + "-link")
            try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: setup.file.path)
            let linked = Setup(file: link)
            _ = try linked.add("b")
            // The group could read it, and still can; others no more.
            #expect(try mode(setup.file.path) == 0o640 && !setup.file.isExposed)
            #expect(
                try FileManager.default.attributesOfItem(atPath: link.path)[.type] as? FileAttributeType
                    == .typeSymbolicLink)
            #expect(try String(contentsOfFile: setup.file.path, encoding: .utf8).hasPrefix("# mine\nb line sha256:"))
            let names = try FileManager.default.contentsOfDirectory(
                atPath: URL(filePath: setup.file.path).deletingLastPathComponent().path)
            #expect(Set(names) == ["keys", "keys-link"])
        }
    }

    @Test("are not lost when many are added at once")
    func concurrent() async throws {
        try await withFile { setup in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for thread in 0..<4 {
                    group.addTask {
                        try await onOwnThread {
                            for number in 0..<10 { _ = try setup.add("key-\(thread)-\(number)") }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let records = try setup.file.read().records
            #expect(records.count == 40)
        }
    }

    @Test("refuse pipes, folders and files of unreasonable size, without waiting")
    func oddFiles() async throws {
        try await withFile { setup in
            mkfifo(setup.file.path, 0o600)
            #expect(throws: AccessKeyError.self) { try setup.file.read() }
            try FileManager.default.removeItem(atPath: setup.file.path)
            try setup.write(String(repeating: "#\n", count: 1 << 20))
            let error = #expect(throws: AccessKeyError.self) { try setup.file.read() }
            #expect(error?.code == .unreadable)
        }
    }
}
