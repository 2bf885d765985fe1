import Checkpoints
import Foundation
import HTTPServer
import Storage

/// Data folder, store, access keys and port.
struct ServiceChecks {
    /// Below this a full disk is near.
    private static let minimumFreeBytes = 1 << 30

    let data: String
    let keys: String?
    let host: String
    let port: Int

    /// All of them; a folder that does not exist yet is not made.
    func run() async -> [DoctorCheck] {
        var checks = [folder]
        if FileManager.default.fileExists(atPath: data + "/" + SQLiteStore.fileName) { checks.append(await store()) }
        return checks + [KeyCheck(data: data, keys: keys, host: host).run(), listening()]
    }

    private var folder: DoctorCheck {
        guard !data.isEmpty else {
            return .fail("data folder", "expected a folder, found no name", hint: "name one with --data")
        }
        var place = URL(filePath: data)
        let exists = FileManager.default.fileExists(atPath: place.path)
        while !FileManager.default.fileExists(atPath: place.path), place.path != "/" { place.deleteLastPathComponent() }
        guard access(place.path, W_OK | X_OK) == 0 else {
            return .fail(
                "data folder", "\(data): \(exists ? "not writable" : "cannot be made in \(place.path)")",
                hint: "choose another with --data, or change its owner")
        }
        let state = exists ? "writable" : "will be made on the first start"
        guard let free = DiskSpace.freeBytes(in: place.path) else {
            return .ok("data folder", "\(data): \(state)")
        }
        let finding = "\(data): \(state), \(TextLayout.bytes(free)) free"
        if free >= Self.minimumFreeBytes { return .ok("data folder", finding) }
        return .warn("data folder", finding, hint: "make room: results are refused when the disk is full")
    }

    private func store() async -> DoctorCheck {
        do {
            let store = try await SQLiteStore.open(directory: data)
            let health = await store.health()
            try await store.close()
            if let failure = health.failure {
                return .fail("store", "\(failure)", hint: "check the disk, and the rights of the data folder")
            }
            return .ok(
                "store",
                "opens and takes writes, schema \(health.schemaVersion), \(TextLayout.bytes(health.databaseBytes))")
        } catch {
            if error.code == .inUse {
                return .warn(
                    "store", "in use by another process, probably a running service",
                    hint: "ask it: curl http://\(host):\(port)/readyz?verbose")
            }
            return .fail("store", error.explanation, hint: error.hint)
        }
    }

    /// Asks for the address with the service's own code.
    private func listening() -> DoctorCheck {
        var configuration = ServerConfiguration()
        configuration.host = host
        configuration.port = port
        do {
            try HTTPServer.checkAddress(of: configuration)
            return .ok("port", "\(host) port \(port) is free")
        } catch {
            guard error.errno == EADDRINUSE else {
                return .fail("port", "\(error)", hint: "choose another address with --host, or another --port")
            }
            return .warn("port", "\(error)", hint: "stop what listens there, or choose another with --port")
        }
    }
}
