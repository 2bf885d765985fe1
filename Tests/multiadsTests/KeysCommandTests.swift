import Foundation
import TestSupport
import Testing

@testable import multiads

@Suite("multiads keys", .timeLimit(.minutes(3)))
struct KeysCommandTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "multiads-keys-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("add prints the key alone, keeps its digest only, and says the rest elsewhere")
    func add() throws {
        try withFolder { folder in
            let made = try Program.run(["keys", "add", "camera-3", "--role", "line", "--data", folder])
            #expect(made.code == 0)
            let key = try #require(made.output.wholeMatch(of: /(mads_[A-Za-z0-9_-]{43})\n/)).1
            #expect(made.errors.hasPrefix("Made the key “camera-3” of role line in \(folder)/keys;"))
            #expect(made.errors.contains("It is the only key") && !made.errors.contains(key))
            let text = try String(contentsOfFile: folder + "/keys", encoding: .utf8)
            #expect(!text.contains(key) && text.contains("\ncamera-3 line sha256:"))
            #expect(try mode(folder + "/keys") == 0o600 && mode(folder) == 0o700)
            let second = try Program.run(["keys", "add", "office", "--role", "admin", "--data", folder])
            #expect(second.code == 0 && second.output != made.output && !second.errors.contains("It is the only key"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["keys"])
        }
    }

    @Test("list shows names, roles and times, for people and programs; revoke takes one away")
    func listAndRevoke() throws {
        try withFolder { folder in
            let file = folder + "/elsewhere"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let none = try Program.run(["keys", "list", "--file", file])
            #expect(none.code == 0 && none.output.isEmpty)
            #expect(none.errors == "\(file): there is no such file, so the service asks nobody for a key\n")
            let nothing = try Program.run(["keys", "list", "--file", file, "--json"])
            #expect(try json(nothing.output)["exists"] as? Bool == false)
            for (name, role) in [("a", "line"), ("long-name", "operator")] {
                #expect(try Program.run(["keys", "add", name, "--role", role, "--file", file]).code == 0)
            }
            let table = try Program.run(["keys", "list", "--file", file]).output.split(separator: "\n")
            #expect(
                table.map { $0.prefix(22) } == [
                    "NAME       ROLE      C", "a          line      2", "long-name  operator  2",
                ])
            let listed = try json(try Program.run(["keys", "list", "--file", file, "--json"]).output)
            let keys = try #require(listed["keys"] as? [[String: String]])
            #expect(keys.map { $0["name"] } == ["a", "long-name"] && keys.map { $0["role"] } == ["line", "operator"])
            #expect(keys.allSatisfy { Set($0.keys) == ["name", "role", "createdAt"] })

            let revoked = try Program.run(["keys", "revoke", "a", "--file", file])
            #expect(
                revoked.code == 0 && revoked.output == "Revoked the key “a” of role line.\n" && revoked.errors.isEmpty)
            let last = try Program.run(["keys", "revoke", "long-name", "--file", file])
            #expect(last.code == 0 && last.errors.contains("No key is left in \(file): the service lets nobody in"))
            let empty = try Program.run(["keys", "list", "--file", file])
            #expect(empty.errors == "\(file): there is no key in it, so the service lets nobody in\n")
        }
    }

    private func json(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("refuse what makes no sense in one line, and change nothing")
    func faults() throws {
        try withFolder { folder in
            #expect(try Program.run(["keys", "add", "a", "--role", "line", "--data", folder]).code == 0)
            let before = try String(contentsOfFile: folder + "/keys", encoding: .utf8)
            for (arguments, code, says) in [
                (["add", "a", "--role", "admin"], 1, "expected a new name, found “a”, which a key has already"),
                (
                    ["add", "a b", "--role", "admin"], 1,
                    "expected a name of 1 to 64 of letters, digits, “.”, “_” and “-”"
                ),
                (["revoke", "b"], 1, "expected the name of a key, found “b”, which none has"),
                (["add", "b", "--role", "boss"], 64, "line"), (["add", "b"], 64, "--role"),
                (["add", "b", "--role", "line", "--file", "x"], 64, "expected --data or --file, found both"),
            ] as [([String], Int32, String)] {
                let result = try Program.run(["keys"] + arguments + ["--data", folder])
                #expect(result.code == code && result.output.isEmpty, "\(arguments): \(result.errors)")
                #expect(result.errors.contains(says), "\(result.errors)")
                if code == 1 { #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)") }
            }
            #expect(try String(contentsOfFile: folder + "/keys", encoding: .utf8) == before)
            let missing = try Program.run(["keys", "revoke", "a", "--file", folder + "/none"])
            #expect(missing.code == 1)
            #expect(missing.errors == "multiads: key file \(folder)/none: expected a file of keys, found none\n")
            #expect(!FileManager.default.fileExists(atPath: folder + "/none"))
            try Data((before + "x\n").utf8).write(to: URL(filePath: folder + "/keys"))
            let faulty = try Program.run(["keys", "add", "b", "--role", "line", "--data", folder])
            #expect(
                faulty.code == 1 && faulty.errors.hasPrefix("multiads: key file \(folder)/keys:4: expected NAME ROLE"))
        }
    }

    @Test("add from many processes at once loses no key")
    func concurrent() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let processes = try (0..<8).map { number in
                let (process, output, errors) = try Program.process(
                    ["keys", "add", "key-\(number)", "--role", "line", "--data", folder])
                try process.run()
                return (process, output, errors)
            }
            for (process, _, _) in processes {
                process.waitUntilExit()
                #expect(process.terminationStatus == 0)
            }
            let listed = try json(try Program.run(["keys", "list", "--data", folder, "--json"]).output)
            #expect((listed["keys"] as? [Any])?.count == 8)
        }
    }

    @Test(
        "take effect while the service runs: the first key closes it, a revoked one is refused, none shows in the log")
    func whileServing() throws {
        try withFolder { folder in
            let service = try RunningService(data: folder, model: Fixtures.path("CLIP/tiny"))
            defer { service.stop() }
            #expect(service.send("GET", "/products")?.status == 200)
            func add(_ name: String, _ role: String) throws -> String {
                let made = try Program.run(["keys", "add", name, "--role", role, "--data", folder])
                #expect(made.code == 0, "\(made.errors)")
                return made.output.split(separator: "\n").joined()
            }
            /// Asks until the answer is the expected one, for as long as a busy machine may take.
            func eventually(_ status: Int, _ path: String, _ key: String?) -> Bool {
                for _ in 0..<600 {
                    let fields = key.map { ["Authorization": "Bearer \($0)"] } ?? [:]
                    if service.send("GET", path, fields)?.status == status { return true }
                    usleep(50_000)
                }
                return false
            }
            let line = try add("camera", "line")
            #expect(eventually(401, "/products", nil))
            #expect(eventually(200, "/products", line))
            #expect(service.send("GET", "/results", ["Authorization": "Bearer \(line)"])?.status == 403)
            #expect(service.send("GET", "/readyz")?.status == 200)
            let admin = try add("office", "admin")
            #expect(eventually(200, "/results", admin))
            #expect(try Program.run(["keys", "revoke", "camera", "--data", folder]).code == 0)
            #expect(eventually(401, "/products", line))
            #expect(service.send("GET", "/products", ["Authorization": "Bearer \(admin)"])?.status == 200)
            // A file that somebody spoils or takes away changes nothing.
            try FileManager.default.removeItem(atPath: folder + "/keys")
            #expect(!eventuallyLogged(service, "found none").isEmpty)
            #expect(service.send("GET", "/products", ["Authorization": "Bearer \(admin)"])?.status == 200)
            #expect(service.send("GET", "/products")?.status == 401)
            let log = service.log
            #expect(log.contains("key=camera") && log.contains("key=office"))
            #expect(!log.contains(line.dropFirst(5)) && !log.contains(admin.dropFirst(5)))
        }
    }

    /// Lines of the service's log that hold a text, once there are any.
    private func eventuallyLogged(_ service: RunningService, _ text: String) -> [Substring] {
        for _ in 0..<600 {
            let lines = service.log.split(separator: "\n").filter { $0.contains(text) }
            if !lines.isEmpty { return lines }
            usleep(50_000)
        }
        return []
    }

    @Test("that cannot be read keep the service from starting, with file and line")
    func startUp() throws {
        try withFolder { folder in
            func serve(_ arguments: [String]) throws -> (code: Int32, output: String, errors: String) {
                try Program.run(
                    ["serve", "--port", "0", "--data", folder, "--model", Fixtures.path("CLIP/tiny")] + arguments)
            }
            let missing = try serve(["--keys", folder + "/none"])
            #expect(missing.code == 1)
            #expect(missing.errors == "multiads: key file \(folder)/none: expected a file of keys, found none\n")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try Data("# mine\n\na line\n".utf8).write(to: URL(filePath: folder + "/keys"))
            for arguments in [[], ["--keys", folder + "/keys"]] {
                let faulty = try serve(arguments)
                #expect(faulty.code == 1)
                #expect(
                    faulty.errors.hasPrefix(
                        "multiads: key file \(folder)/keys:3: expected NAME ROLE sha256:HEX CREATED"))
                #expect(faulty.errors.split(separator: "\n").count == 1)
            }
        }
    }

    @Test("are looked at by doctor")
    func doctor() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            func check(_ host: String = "127.0.0.1", keys: String? = nil) -> DoctorCheck {
                KeyCheck(data: folder, keys: keys, host: host).run()
            }
            for host in ["127.0.0.1", "::1", "localhost"] { #expect(check(host).status == .ok) }
            for host in ["0.0.0.0", "::", "plant.example"] {
                #expect(check(host).status == .warn && check(host).finding.hasPrefix("none: whoever reaches \(host)"))
            }
            #expect(check(keys: folder + "/none").status == .fail)
            #expect(try Program.run(["keys", "add", "a", "--role", "line", "--data", folder]).code == 0)
            #expect(check("0.0.0.0").status == .ok)
            #expect(check().finding == "\(folder)/keys: 1 key (1 line, 0 operator, 0 admin)")
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder + "/keys")
            #expect(check().status == .warn && check().hint?.hasPrefix("chmod 600 \(folder)/keys") == true)
            #expect(try Program.run(["keys", "revoke", "a", "--data", folder]).code == 0)
            #expect(check().status == .warn && check().finding.hasSuffix("nobody is let in"))
            try Data("x\n".utf8).write(to: URL(filePath: folder + "/keys"))
            #expect(check().status == .fail && check().finding.contains("/keys:1: expected"))
        }
    }
}
