/// What a key allows; each role may do all that those before it may.
public enum AccessRole: String, Sendable, CaseIterable, Comparable {
    /// Cameras and the programs beside them: inspect, and see which products there are.
    case line
    /// People at the line: read everything, and say what was right.
    case `operator`
    /// Who sets the line up: everything.
    case admin

    /// Whether a role allows less than another.
    public static func < (left: AccessRole, right: AccessRole) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .line: 0
        case .operator: 1
        case .admin: 2
        }
    }

    /// All names, for messages.
    public static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
