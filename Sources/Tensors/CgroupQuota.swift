import FoundationEssentials

/// Reads the CPU quota that a container runtime or a service manager set.
enum CgroupQuota {
    /// The tightest quota of the process's control group and of all groups around it.
    ///
    /// `cgroups(7)`: the process's group stands in `/proc/self/cgroup`, where groups are mounted in `/proc/self/mountinfo`. Version 2 keeps
    /// "quota period" (or "max period") in `cpu.max`, version 1 two files. Inside a container the mount often begins at the
    /// container's own group; groups outside it are then out of sight.
    ///
    /// - Parameter root: Put before every path, for tests.
    /// - Returns: Processors (0.5 is half a core); nil when there is no quota.
    static func processors(root: String = "") -> Double? {
        let groups = lines(root + "/proc/self/cgroup").map {
            $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        }
        var quotas: [Double] = []
        for mount in lines(root + "/proc/self/mountinfo").compactMap(Mount.init) {
            let group = groups.first { fields in
                fields.count == 3
                    && (mount.isUnified
                        ? fields[0] == "0" && fields[1].isEmpty : fields[1].split(separator: ",").contains("cpu"))
            }
            guard let group else { continue }
            for folder in mount.folders(of: String(group[2])) {
                let path = root + folder
                if let quota = mount.isUnified ? unified(path) : separate(path) { quotas.append(quota) }
            }
        }
        return quotas.min()
    }

    /// A mounted hierarchy of groups that may limit processors: version 2's, or version 1's with the controller `cpu`.
    struct Mount {
        let isUnified: Bool
        /// The group that is seen at the mount point.
        let group: String
        let point: String

        /// Reads a line of `mountinfo`: "id parent device root point options … - type source options".
        init?(_ line: Substring) {
            let halves = line.split(separator: " - ", maxSplits: 1)
            guard halves.count == 2 else { return nil }
            let (fields, rest) = (halves[0].split(separator: " "), halves[1].split(separator: " "))
            guard fields.count >= 5, rest.count >= 3 else { return nil }
            isUnified = rest[0] == "cgroup2"
            guard isUnified || rest[0] == "cgroup" && rest[2].split(separator: ",").contains("cpu") else { return nil }
            (group, point) = (String(fields[3]), String(fields[4]))
        }

        /// Folders of a group and of those around it, as far as they are mounted.
        func folders(of path: String) -> [String] {
            let outer = group.split(separator: "/")
            var inner = path.split(separator: "/")
            // A group beyond the mount, as in some containers: what is mounted is all there is to see.
            inner = inner.starts(with: outer) && !inner.contains("..") ? Array(inner.dropFirst(outer.count)) : []
            return (0...inner.count).map { ([point] + inner.prefix($0).map(String.init)).joined(separator: "/") }
        }
    }

    private static func unified(_ folder: String) -> Double? {
        guard let fields = lines(folder + "/cpu.max").first?.split(separator: " "), fields.count == 2 else {
            return nil
        }
        return ratio(fields[0], fields[1])
    }

    private static func separate(_ folder: String) -> Double? {
        guard let quota = lines(folder + "/cpu.cfs_quota_us").first,
            let period = lines(folder + "/cpu.cfs_period_us").first
        else { return nil }
        return ratio(quota, period)
    }

    /// nil for "max" and for version 1's −1, which mean no limit.
    private static func ratio(_ quota: Substring, _ period: Substring) -> Double? {
        guard let quota = Double(quota), let period = Double(period), quota > 0, period > 0 else { return nil }
        return quota / period
    }

    private static func lines(_ path: String) -> [Substring] {
        guard let contents = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        return contents.split(separator: "\n")
    }
}
