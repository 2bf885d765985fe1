import HTTPServer
import HTTPTypes

/// One failure as a client sees it (RFC 9457).
struct Problem: Error, Sendable, Equatable, CustomStringConvertible {
    /// One place in the request and what is wrong there.
    struct Fault: Sendable, Equatable {
        /// What the place is told by.
        enum Place: String, Sendable {
            /// A JSON Pointer into the body (RFC 6901); empty for the whole value.
            case pointer
            /// The name of a query parameter.
            case parameter
            /// The name of a header field.
            case header
        }

        let place: Place
        let name: String
        let detail: String

        /// A fault in the body.
        init(pointer: String, detail: String) { self.init(.pointer, pointer, detail) }

        /// A fault anywhere.
        init(_ place: Place, _ name: String, _ detail: String) {
            self.place = place
            self.name = name
            self.detail = detail
        }
    }

    let kind: ProblemKind
    /// What was expected and found; without paths, SQL or anything else of the server's insides.
    let detail: String
    let faults: [Fault]
    /// The kind's own, unless HTTP names a finer one (411, 414, 431 …).
    let status: HTTPResponse.Status
    /// Whole seconds after which trying again makes sense.
    let retryAfterSeconds: Int?
    /// What else the answer's head says, for example which media types would be taken.
    let headerFields: HTTPFields

    init(
        _ kind: ProblemKind, _ detail: String, faults: [Fault] = [], status: HTTPResponse.Status? = nil,
        retryAfterSeconds: Int? = nil, headerFields: HTTPFields = [:]
    ) {
        self.kind = kind
        self.detail = detail
        self.faults = faults
        self.status = status ?? kind.status
        self.retryAfterSeconds = retryAfterSeconds
        self.headerFields = headerFields
    }

    /// What a log or a terminal shows.
    var description: String { detail }

    /// A query parameter that cannot be used.
    static func parameter(_ name: String, _ detail: String) -> Problem {
        Problem(.invalidParameter, "\(name): \(detail)", faults: [Fault(.parameter, name, detail)])
    }

    /// A header field that cannot be used.
    static func header(_ name: String, _ detail: String) -> Problem {
        Problem(.invalidParameter, "\(name): \(detail)", faults: [Fault(.header, name, detail)])
    }

    /// Whether it is one picture's own affair; a full queue or disk is the whole request's.
    var isAboutPicture: Bool { status.kind == .clientError && kind != .queueFull && kind != .unknownProduct }

    /// The same for a request that is refused as a whole.
    ///
    /// - Parameters:
    ///   - reason: Begins the detail, up to the picture.
    ///   - index: Of the picture, from 0.
    ///   - name: The file name that the client gave.
    ///   - lacks: What the picture cannot.
    /// - Returns: With the kind and status of this one.
    func naming(_ reason: String, picture index: Int, name: String?, lacks: String) -> Problem {
        let name = name.map { " “\($0)”" } ?? ""
        return Problem(
            kind, "\(reason) picture \(index)\(name) \(lacks): \(detail)",
            faults: [.init(pointer: "/image/\(index)", detail: detail)], status: status)
    }

    /// The members that do not depend on the request.
    var tree: JSONTree {
        [
            "type": .string(kind.type), "title": .string(kind.title), "status": .integer(status.code),
            "detail": .string(AccessKey.hiding(in: detail)),
        ]
    }

    /// The answer.
    ///
    /// - Parameters:
    ///   - path: The request's path, as `instance`; nil when it could not be read.
    ///   - requestID: As `requestId`.
    /// - Returns: The status, `application/problem+json`, and `Retry-After` where it makes sense.
    func response(path: String?, requestID: String) -> ServerResponse {
        guard case .object(var members) = tree else { return ServerResponse(status: status) }
        if let path { members.append(.init(name: "instance", value: .string(AccessKey.hiding(in: path)))) }
        members.append(.init(name: "requestId", value: .string(requestID)))
        let errors = faults.map { fault -> JSONTree in
            [
                fault.place.rawValue: .string(AccessKey.hiding(in: fault.name)),
                "detail": .string(AccessKey.hiding(in: fault.detail)),
            ]
        }
        members.append(.init(name: "errors", value: .array(errors)))
        var fields = headerFields
        fields[.contentType] = "application/problem+json"
        if let retryAfterSeconds { fields[.retryAfter] = String(retryAfterSeconds) }
        return ServerResponse(status: status, headerFields: fields, body: .bytes(JSONTree.object(members).bytes))
    }
}
