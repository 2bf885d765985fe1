import Foundation
import Testing

@testable import Tensors

@Suite("CPU quotas of control groups")
struct CgroupQuotaTests {
    static let unifiedMount = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
    static let separateMount = "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct\n"

    /// A tree of files, and what the quota should be.
    struct Case: CustomTestStringConvertible {
        let name: String
        var files: [String: String]
        let quota: Double?

        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "a container of its own, version 2",
            files: [
                "proc/self/cgroup": "0::/\n", "proc/self/mountinfo": unifiedMount,
                "sys/fs/cgroup/cpu.max": "150000 100000\n",
            ], quota: 1.5),
        Case(
            name: "a service without a limit, version 2",
            files: [
                "proc/self/cgroup": "0::/system.slice/multiads.service\n", "proc/self/mountinfo": unifiedMount,
                "sys/fs/cgroup/system.slice/multiads.service/cpu.max": "max 100000\n",
            ], quota: nil),
        Case(
            name: "a service in a slice that is tighter, version 2",
            files: [
                "proc/self/cgroup": "0::/system.slice/multiads.service\n", "proc/self/mountinfo": unifiedMount,
                "sys/fs/cgroup/system.slice/cpu.max": "50000 100000\n",
                "sys/fs/cgroup/system.slice/multiads.service/cpu.max": "300000 100000\n",
            ], quota: 0.5),
        Case(
            name: "a group whose name begins like the mounted one's",
            files: [
                "proc/self/cgroup": "0::/podone\n",
                "proc/self/mountinfo": "29 23 0:26 /pod /sys/fs/cgroup rw - cgroup2 cgroup rw\n",
                "sys/fs/cgroup/cpu.max": "200000 100000\n", "sys/fs/cgroup/one/cpu.max": "100000 100000\n",
            ], quota: 2),
        Case(
            name: "both versions beside each other; the quota is in version 1's",
            files: [
                "proc/self/cgroup": "4:cpuset:/\n3:cpu,cpuacct:/jobs\n0::/\n",
                "proc/self/mountinfo": separateMount + "33 31 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
                "sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_quota_us": "250000\n",
                "sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_period_us": "100000\n",
            ], quota: 2.5),
        Case(
            name: "a container of version 1, which sees its own group at the mount point",
            files: [
                "proc/self/cgroup": "3:cpu,cpuacct:/docker/0123\n",
                "proc/self/mountinfo":
                    "32 31 0:29 /docker/0123 /sys/fs/cgroup/cpu,cpuacct ro - cgroup cgroup rw,cpu,cpuacct\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "75000\n",
                "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "50000\n",
            ], quota: 1.5),
        Case(
            name: "a group beyond the container's mount",
            files: [
                "proc/self/cgroup": "0::/../../elsewhere\n", "proc/self/mountinfo": unifiedMount,
                "sys/fs/cgroup/cpu.max": "400000 100000\n",
            ], quota: 4),
        Case(
            name: "rubbish",
            files: [
                "proc/self/cgroup": "0::/\nx\n", "proc/self/mountinfo": "x - y\n- cgroup2\n" + unifiedMount,
                "sys/fs/cgroup/cpu.max": "many few\n",
            ], quota: nil),
        Case(name: "nothing at all", files: [:], quota: nil),
    ]

    @Test("are the tightest of the process's own group and of those around it", arguments: cases)
    func quota(_ example: Case) throws {
        let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: root) }
        for (path, contents) in example.files {
            let file = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try contents.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(CgroupQuota.processors(root: root.path) == example.quota)
    }

    @Test("lower the number of workers, rounded up, to at least one")
    func workers() {
        let quotas: [(Double?, Int)] = [(nil, 8), (0.1, 1), (1, 1), (1.01, 2), (2.5, 3), (64, 8), (.infinity, 8)]
        for (quota, expected) in quotas {
            #expect(ComputeThreads.available(schedulable: 8, quota: quota).count == expected)
        }
        #expect(ComputeThreads.available().count >= 1)
    }
}
