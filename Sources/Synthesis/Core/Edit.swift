/// A deviation from the design, shown by drawing the scene once more with it.
enum Edit: Sendable {
    /// A component is not there.
    case remove(component: Int)
    /// A component is in the wrong place: off by `offset` times its own half size, turned by `turn` radians.
    case move(component: Int, offset: Point, turn: Float)
    /// Something slender is bent.
    case bend(bendable: Int, Bend)
    /// A print is faulty.
    case misprint(print: Int, Misprint)
}

/// How something slender is bent: straight up to a place, then turned away.
struct Bend: Sendable {
    /// Where the bend begins, as a part of the length, 0 ..< 1.
    let start: Float
    /// Radians that the free end is turned by.
    let angle: Float
    /// Over which part of the length the turn happens; small for a kink.
    let span: Float

    /// The points after bending; the first stays.
    func applied(to points: [Point]) -> [Point] {
        guard points.count > 1 else { return points }
        let dense = points.count < 10 ? Self.densified(points) : points
        var result = [dense[0]]
        let count = Float(dense.count - 1)
        for i in 1..<dense.count {
            let t = (Float(i) - 0.5) / count
            let turn = angle * smoothstep(start, start + span, t)
            let step = dense[i] - dense[i - 1]
            let c = cosine(turn)
            let s = sine(turn)
            result.append(result[i - 1] + Point(c * step.x - s * step.y, s * step.x + c * step.y))
        }
        return result
    }

    /// About twelve points at equal parameter distances along the polyline.
    private static func densified(_ points: [Point]) -> [Point] {
        let steps = max(1, 12 / (points.count - 1))
        var result: [Point] = []
        for i in 0..<points.count - 1 {
            for k in 0..<steps {
                result.append(points[i] + (points[i + 1] - points[i]) * (Float(k) / Float(steps)))
            }
        }
        return result + points.suffix(1)
    }
}
