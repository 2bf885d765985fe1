/// A route's path pattern, such as `/results/{id}/masks/{type}.png` or `/products/{id}/references:rollback`.
///
/// A segment is literal text, or a `{name}` that takes one or more characters, with optional literal text before and
/// after it.
struct RoutePattern: Sendable, Equatable {
    /// One segment between slashes.
    enum Segment: Sendable, Hashable {
        case literal(String)
        case parameter(prefix: String, suffix: String)

        /// What the parameter takes of `text`; nil when the segment does not match.
        func capture(in text: String) -> Substring? {
            switch self {
            case .literal(let literal):
                return text == literal ? "" : nil
            case .parameter(let prefix, let suffix):
                // Compared and cut as UTF-8: `hasPrefix` would let canonically equal text of another length through.
                let bytes = text.utf8
                guard bytes.starts(with: prefix.utf8), bytes.reversed().starts(with: suffix.utf8.reversed()) else {
                    return nil
                }
                let count = bytes.count - prefix.utf8.count - suffix.utf8.count
                guard count > 0 else { return nil }
                return Substring(bytes.dropFirst(prefix.utf8.count).prefix(count))
            }
        }

        /// Literal characters; of two parameters that match, the one with more of them wins.
        var literalCount: Int {
            switch self {
            case .literal(let text): text.utf8.count
            case .parameter(let prefix, let suffix): prefix.utf8.count + suffix.utf8.count
            }
        }
    }

    let text: String
    let segments: [Segment]
    /// The parameter names, in the order of their segments.
    let names: [String]

    /// Reads a pattern.
    ///
    /// A pattern that cannot be read is a mistake in the program, not input: it stops the program.
    init(_ text: String) {
        precondition(text.hasPrefix("/"), "a route pattern starts with /: \(text)")
        var names: [String] = []
        self.text = text
        segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part in
            guard let open = part.firstIndex(of: "{") else {
                precondition(!part.contains("}"), "unbalanced braces in route pattern \(text)")
                return .literal(String(part))
            }
            let close = part[open...].firstIndex(of: "}")
            guard let close, !part[close...].contains("{") else {
                preconditionFailure("one {name} per segment in route pattern \(text)")
            }
            let name = String(part[part.index(after: open)..<close])
            precondition(!name.isEmpty && !names.contains(name), "parameter names differ in route pattern \(text)")
            names.append(name)
            return .parameter(prefix: String(part[..<open]), suffix: String(part[part.index(after: close)...]))
        }
        self.names = names
    }
}
