import Foundation

/// How many descriptors the process may have, and how many connections that allows.
enum DescriptorLimit {
    /// As many as are asked for at most: some systems have no limit, and tables grow with the highest number.
    static let most = 65_536
    /// Kept back for connections that are taken in only to be refused, and for the store, files and the service itself.
    static let reserve = 64 + 64

    /// Raises the soft limit to the hard one, which every process may do.
    ///
    /// - Returns: The limit in force; nil where the system does not tell.
    static func raise() -> Int? {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard getrlimit(resource, &limit) == 0 else { return nil }
        let wanted = min(limit.rlim_max, rlim_t(most))
        if limit.rlim_cur < wanted {
            var raised = rlimit(rlim_cur: wanted, rlim_max: limit.rlim_max)
            if setrlimit(resource, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }

    /// The connections that fit.
    ///
    /// - Parameters:
    ///   - wanted: As configured.
    ///   - limit: Descriptors the process may have.
    /// - Returns: `wanted`, or fewer; at least 1.
    static func connections(_ wanted: Int, within limit: Int) -> Int { min(wanted, max(1, limit - reserve)) }
}
