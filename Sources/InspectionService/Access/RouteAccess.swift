/// Who may use a route; every route says it where it is registered.
enum RouteAccess: Hashable, Sendable {
    /// Everybody, with and without a key: what it gives away is no secret.
    case everyone
    /// Everybody, also by an address or name that the service does not know as its own, as orchestrators ask.
    ///
    /// With `verbose` in the query, only who has a key of that role, if one is stated.
    case probe(verbose: AccessRole?)
    /// Who has a key of this role or a higher one.
    case role(AccessRole)

    static let line = RouteAccess.role(.line)
    static let `operator` = RouteAccess.role(.operator)
    static let admin = RouteAccess.role(.admin)
}
