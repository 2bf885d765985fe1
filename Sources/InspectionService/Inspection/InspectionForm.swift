import HTTPServer

/// The forms in which an inspection is answered.
enum InspectionForm: String, Sendable, CaseIterable {
    /// The result.
    case json = "application/json"
    /// The result, then its masks and heat map.
    case multipart = "multipart/mixed"
    /// The picture with everything drawn on it.
    case overlay = "image/png"

    /// The form that the client likes best.
    ///
    /// - Throws: `Problem` of kind `notAcceptable`.
    init(accept: String?) throws(Problem) {
        let offers = Self.allCases.compactMap { MediaType($0.rawValue) }
        guard let type = AcceptHeader(accept).preferred(among: offers), let form = Self(rawValue: type.essence) else {
            let all = Self.allCases.map(\.rawValue).joined(separator: ", ")
            let detail = "expected one of \(all) among the accepted types, found “\((accept ?? "").prefix(80))”"
            throw Problem(.notAcceptable, detail, faults: [.init(.header, "Accept", detail)])
        }
        self = form
    }
}
