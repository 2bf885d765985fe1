import HTTPTypes

/// Routes arranged by path segment; what is more literal is tried first.
struct RouteTree: Sendable {
    private struct Node: Sendable {
        var literals: [String: Int] = [:]
        /// Child nodes behind parameters, most literal characters first.
        var parameters: [(segment: RoutePattern.Segment, child: Int)] = []
        var routes: [Route] = []
    }

    private var nodes = [Node()]

    /// Adds a route.
    ///
    /// The same method on the same pattern twice is a mistake in the program and stops it.
    mutating func insert(_ route: Route) {
        var index = 0
        for segment in route.pattern.segments {
            index = child(of: index, for: segment)
        }
        precondition(
            !nodes[index].routes.contains { $0.method == route.method },
            "two routes for \(route.method.rawValue) \(route.pattern.text)")
        nodes[index].routes.append(route)
    }

    private mutating func child(of index: Int, for segment: RoutePattern.Segment) -> Int {
        switch segment {
        case .literal(let text):
            if let child = nodes[index].literals[text] { return child }
            nodes[index].literals[text] = nodes.count
        case .parameter:
            if let known = nodes[index].parameters.first(where: { $0.segment == segment }) { return known.child }
            nodes[index].parameters.append((segment, nodes.count))
            nodes[index].parameters.sort { $0.segment.literalCount > $1.segment.literalCount }
        }
        nodes.append(Node())
        return nodes.count - 1
    }

    /// Calls `visit` with the routes and captures of every matching pattern, most literal first, until it returns true.
    func forEachMatch(of segments: [String], visit: ([Route], [Substring]) -> Bool) {
        var captures: [Substring] = []
        _ = search(0, segments[...], &captures, visit)
    }

    private func search(
        _ index: Int, _ segments: ArraySlice<String>, _ captures: inout [Substring],
        _ visit: ([Route], [Substring]) -> Bool
    ) -> Bool {
        guard let first = segments.first else {
            return !nodes[index].routes.isEmpty && visit(nodes[index].routes, captures)
        }
        let rest = segments.dropFirst()
        if let child = nodes[index].literals[first], search(child, rest, &captures, visit) { return true }
        for (segment, child) in nodes[index].parameters {
            guard let capture = segment.capture(in: first) else { continue }
            captures.append(capture)
            if search(child, rest, &captures, visit) { return true }
            captures.removeLast()
        }
        return false
    }
}
