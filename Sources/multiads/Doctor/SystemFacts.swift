import Foundation

/// What the operating system says about the machine, with paths passed in for tests.
struct SystemFacts {
    /// Root of the file system to read from.
    var root = ""

    /// Instruction sets of the first processor, in the kernel's names; empty where it does not tell.
    var processorFlags: Set<String> {
        for line in lines("/proc/cpuinfo") where line.hasPrefix("flags") || line.hasPrefix("Features") {
            let fields = line.split(separator: ":", maxSplits: 1)
            return Set((fields.count > 1 ? fields[1] : "").split(separator: " ").map(String.init))
        }
        return []
    }

    /// The processor's name.
    var processorName: String {
        for line in lines("/proc/cpuinfo") where line.hasPrefix("model name") {
            return line.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) } ?? ""
        }
        return "unknown processor"
    }

    /// Memory this process may still take, in bytes: the machine's, lowered to what the container has left.
    var availableMemory: Int? {
        var machine: Int?
        for line in lines("/proc/meminfo") where line.hasPrefix("MemAvailable:") {
            machine = line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
        }
        guard let limit = number("/sys/fs/cgroup/memory.max"), let used = number("/sys/fs/cgroup/memory.current")
        else { return machine }
        // Pages of files that were read and are not used count as the container's, and make room when they must.
        let idle =
            lines("/sys/fs/cgroup/memory.stat").first { $0.hasPrefix("inactive_file ") }
            .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) } ?? 0
        let left = max(0, limit - max(0, used - idle))
        return machine.map { min($0, left) } ?? left
    }

    private func lines(_ path: String) -> [Substring] {
        guard let bytes = try? InputFile.read(root + path, maximumBytes: 4 << 20) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    private func number(_ path: String) -> Int? { lines(path).first.flatMap { Int($0) } }
}
