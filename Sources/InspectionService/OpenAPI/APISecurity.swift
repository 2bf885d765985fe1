/// What an operation demands of its clients, as OpenAPI says it.
struct APISecurity {
    let access: RouteAccess
    /// Whether the operation does more than answer, so that pages of other sites are refused.
    let changes: Bool

    private static let scheme = "accessKey"

    /// The one way to show a key.
    static var schemes: JSONTree {
        let roles = AccessRole.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
        return [
            scheme: [
                "type": "http", "scheme": "bearer", "bearerFormat": "mads_ and 43 characters of base64url",
                "description": .string(
                    "A key made by `multiads keys add`. It has one of the roles \(roles); each may do all that those before "
                        + "it may. A service without keys asks nobody."),
            ]
        ]
    }

    /// The members of the operation.
    var members: [JSONTree.Member] {
        switch access {
        case .everyone, .probe(verbose: nil): [.init(name: "security", value: [])]
        case .probe(let role?): [.init(name: "security", value: [.object([]), Self.requirement(role)])]
        case .role(let role):
            [
                .init(name: "security", value: [Self.requirement(role)]),
                .init(name: "x-required-role", value: .string(role.rawValue)),
            ]
        }
    }

    /// Whom it is for, in words.
    var description: String? {
        switch access {
        case .everyone, .probe(verbose: nil): nil
        case .probe(let role?): "With `verbose`, for keys of role `\(role.rawValue)`\(Self.orHigher(role))."
        case .role(let role): "For keys of role `\(role.rawValue)`\(Self.orHigher(role))."
        }
    }

    /// How requests are refused by their head.
    var problems: [ProblemKind] {
        let byOrigin: [ProblemKind] = changes ? [.crossOrigin] : []
        return switch access {
        case .probe(verbose: nil): byOrigin
        case .everyone: byOrigin + [.unknownHost]
        case .role(let role), .probe(let role?):
            [.unauthorized] + (role > .line ? [.forbidden] : []) + byOrigin + [.unknownHost]
        }
    }

    /// OpenAPI 3.1 names roles where other schemes have scopes.
    private static func requirement(_ role: AccessRole) -> JSONTree { [scheme: [.string(role.rawValue)]] }

    private static func orHigher(_ role: AccessRole) -> String { role == .admin ? "" : " or higher" }
}
