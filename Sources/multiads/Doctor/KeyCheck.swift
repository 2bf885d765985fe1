import HTTPServer
import InspectionService

/// Whether the service knows whom it serves.
struct KeyCheck {
    let data: String
    let keys: String?
    let host: String

    func run() -> DoctorCheck {
        let name = "access keys"
        let file = keys.map(AccessKeyFile.init(path:)) ?? AccessKeyFile(inDataFolder: data)
        let records: [AccessKeyRecord]
        do {
            records = try file.read().records
        } catch {
            guard keys == nil, error.code == .notFound else {
                return .fail(name, "\(error)", hint: "mend the file; the service does not start with it")
            }
            guard Authority(host)?.isLoopback ?? Authority.isLoopbackAddress(host) ?? false else {
                return .warn(
                    name, "none: whoever reaches \(host) may do everything",
                    hint: "make one with `multiads keys add NAME --role admin`, or listen on 127.0.0.1")
            }
            return .ok(name, "none: whoever is on this machine may do everything")
        }
        let counts = AccessRole.allCases.map { role in "\(records.count { $0.role == role }) \(role.rawValue)" }
        let finding = "\(file.path): \(TextLayout.counted(records.count, "key")) (\(counts.joined(separator: ", ")))"
        if records.isEmpty {
            return .warn(name, "\(finding): nobody is let in", hint: "make one with `multiads keys add`")
        }
        guard !file.isExposed else {
            return .warn(
                name, "\(finding), which others than its owner may read or change",
                hint: "chmod 600 \(file.path): it holds digests only, but who changes it lets himself in")
        }
        return .ok(name, finding)
    }
}
