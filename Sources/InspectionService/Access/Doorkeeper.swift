import HTTPServer
import HTTPTypes

/// Decides by a request's head whether it is served.
struct Doorkeeper: Sendable {
    let keys: AccessKeys
    let hosts: HostRule

    /// Why a request is not served, and what its client is told.
    struct Refusal: Error {
        /// What is counted.
        enum Reason: String, CaseIterable {
            case missingKey = "missing-key"
            case unknownKey = "unknown-key"
            case roleTooLow = "role-too-low"
            case crossOrigin = "cross-origin"
            case unknownHost = "unknown-host"
        }

        let reason: Reason
        let problem: Problem
        /// Whose key it was, if it is known.
        var keyName: String?
    }

    /// Lets a request in or refuses it.
    ///
    /// - Returns: The name of its key; nil where none was asked for.
    /// - Throws: The refusal.
    func admit(_ request: HTTPRequest, _ target: RequestTarget, _ access: RouteAccess) throws(Refusal) -> String? {
        try checkOrigin(request)
        switch access {
        case .everyone:
            try checkHost(request)
            return nil
        case .role(let role):
            try checkHost(request)
            return try checkKey(request, role)
        case .probe(let role):
            guard let role, target.query.contains(where: { $0.name == "verbose" }) else { return nil }
            try checkHost(request)
            return try checkKey(request, role)
        }
    }

    /// Without CORS no page of another site can read an answer, and these methods change nothing.
    private static let harmless: Set<HTTPRequest.Method> = [.get, .head, .options]

    /// A browser says whose page a request comes from (Fetch, section 3.2; Fetch Metadata, section 2.4); others need not.
    private func checkOrigin(_ request: HTTPRequest) throws(Refusal) {
        guard !Self.harmless.contains(request.method) else { return }
        let fields = request.headerFields
        let foreign: String
        if let origin = fields[.origin], !hosts.isOwn(origin, of: request.authority) {
            foreign = "Origin: \(origin.prefix(100))"
        } else if let site = fields[.secFetchSite]?.lowercased(), site == "cross-site" || site == "same-site" {
            foreign = "Sec-Fetch-Site: \(site)"
        } else {
            return
        }
        throw Refusal(
            reason: .crossOrigin,
            problem: Problem(
                .crossOrigin,
                "expected a request from no web page, or from one of \(request.authority ?? "this service") itself, found "
                    + "\(foreign); behind a proxy, let it pass Host on, or put the name that browsers use into server.hostNames"
            ))
    }

    private func checkHost(_ request: HTTPRequest) throws(Refusal) {
        guard !hosts.allows(request.authority, withoutKeys: keys.isOpen) else { return }
        throw Refusal(
            reason: .unknownHost,
            problem: Problem(
                .unknownHost,
                "expected localhost, a loopback address or a name in server.hostNames as Host, found "
                    + "“\((request.authority ?? "").prefix(100))”; if this service is meant, put it into server.hostNames"
            ))
    }

    private func checkKey(_ request: HTTPRequest, _ role: AccessRole) throws(Refusal) -> String? {
        guard !keys.isOpen else { return nil }
        let key: AccessKey
        switch Credentials(request.headerFields) {
        case .none:
            throw Refusal(
                reason: .missingKey,
                problem: Self.unauthorized("expected a key, as in “Authorization: Bearer mads_…”, found none"))
        case .unusable:
            throw Self.unknown
        case .key(let shown): key = shown
        }
        guard let record = keys.record(of: key) else { throw Self.unknown }
        guard record.role >= role else {
            throw Refusal(
                reason: .roleTooLow,
                problem: Problem(
                    .forbidden,
                    "expected a key of role \(role.rawValue)\(role == .admin ? "" : " or higher"), found one of role "
                        + record.role.rawValue,
                    headerFields: [
                        .wwwAuthenticate:
                            "\(Self.challenge), error=\"insufficient_scope\", scope=\"\(role.rawValue)\""
                    ]), keyName: record.name)
        }
        return record.name
    }

    private static let challenge = "Bearer realm=\"multiads\""

    private static var unknown: Refusal {
        Refusal(
            reason: .unknownKey,
            problem: unauthorized("expected a key that this service knows, found another", error: "invalid_token"))
    }

    /// RFC 6750, section 3: a request that shows nothing is told no error.
    private static func unauthorized(_ detail: String, error: String? = nil) -> Problem {
        Problem(
            .unauthorized, detail,
            headerFields: [.wwwAuthenticate: challenge + (error.map { ", error=\"\($0)\"" } ?? "")])
    }
}
