import AnomalyDetection
import Storage

/// References as answers show them.
enum ReferenceDocument {
    /// A set in two numbers.
    static func summary(_ set: ReferenceSetSummary) -> JSONTree {
        ["version": .integer(set.version), "count": .integer(set.count)]
    }

    /// A version in the list of versions.
    static func version(_ version: ReferenceVersion, current: Int) -> JSONTree {
        [
            "version": .integer(version.references.version), "count": .integer(version.references.count),
            "createdAt": .string(RFC3339.text(version.createdAt)),
            "current": .bool(version.references.version == current),
        ]
    }

    /// A version with its pictures.
    static func set(_ set: ReferenceSet?) -> JSONTree {
        let items = (set?.members ?? []).map { member -> JSONTree in
            [
                "id": .string(member.id.hex), "format": .string(member.format), "width": .integer(member.width),
                "height": .integer(member.height), "bytes": .integer(member.byteCount),
                "createdAt": .string(RFC3339.text(member.createdAt)),
            ]
        }
        return [
            "version": .integer(set?.version ?? 0), "count": .integer(items.count),
            "createdAt": .string(set.map { RFC3339.text($0.createdAt) }), "items": .array(items),
            "nextPageToken": .null,
        ]
    }

    /// What became of an upload.
    static func report(_ report: ReferenceIntake.Report) -> JSONTree {
        ["items": .array(report.outcomes.map(outcome)), "references": summary(report.references)]
    }

    private static func outcome(_ outcome: ReferenceIntake.Outcome) -> JSONTree {
        var members: [JSONTree.Member] = []
        func add(_ name: String, _ value: JSONTree) { members.append(.init(name: name, value: value)) }
        add("index", .integer(outcome.index))
        if let name = outcome.name { add("name", .string(name)) }
        add("status", .string(outcome.status.rawValue))
        if let id = outcome.id { add("id", .string(id.hex)) }
        if let size = outcome.size {
            add("width", .integer(size.width))
            add("height", .integer(size.height))
        }
        if let problem = outcome.problem { add("problem", problem.tree) }
        if outcome.status == .created {
            add("similarity", outcome.hygiene.map(similarity) ?? .null)
            add("warnings", .array(outcome.warnings.map(warning)))
        }
        return .object(members)
    }

    private static func similarity(_ hygiene: ReferenceHygiene) -> JSONTree {
        [
            "nearest": [
                "id": .string(hygiene.nearest.to.hex), "meanDistance": figure(hygiene.nearest.mean),
                "peakDistance": figure(hygiene.nearest.peak),
            ],
            "meanDistance": figure(hygiene.overall.mean), "peakDistance": figure(hygiene.overall.peak),
            "peakAt": ["x": figure(hygiene.farthest.x), "y": figure(hygiene.farthest.y)],
            "typical": hygiene.typical.map {
                ["meanDistance": figure($0.mean), "peakDistance": figure($0.peak), "count": .integer($0.count)]
            } ?? .null,
        ]
    }

    private static func warning(_ warning: ReferenceHygiene.Warning) -> JSONTree {
        ["type": .string(warning.kind.rawValue), "detail": .string(warning.detail)]
    }

    /// Six decimals: more would be noise.
    private static func figure(_ value: Double) -> JSONTree { .number((value * 1e6).rounded() / 1e6) }
}
