/// Closed outlines of machine parts, as polygons in local units, counted clockwise on the screen (y points down).
enum Outline {
    /// A circle or an axis-parallel ellipse; corners are spaced so that flats stay below a tenth of a unit.
    static func ellipse(center: Point = Point(0, 0), _ radiusX: Float, _ radiusY: Float) -> [Point] {
        let count = max(12, min(96, Int((max(radiusX, radiusY).squareRoot() * 9).rounded())))
        return (0..<count).map { index in
            let angle = Float(index) * 6.283_185_5 / Float(count)
            return Point(center.x + radiusX * cosine(angle), center.y + radiusY * sine(angle))
        }
    }

    static func circle(center: Point = Point(0, 0), _ radius: Float) -> [Point] {
        ellipse(center: center, radius, radius)
    }

    /// A regular polygon; `apothem` is the distance from the middle to a side, `phase` the angle of a corner.
    static func regular(sides: Int, apothem: Float, phase: Float = 0) -> [Point] {
        let step = 6.283_185_5 / Float(sides)
        let radius = apothem / cosine(step / 2)
        return (0..<sides).map { .polar(phase + Float($0) * step, radius) }
    }

    /// A rectangle around a center.
    static func rectangle(center: Point = Point(0, 0), _ halfWidth: Float, _ halfHeight: Float) -> [Point] {
        [
            Point(center.x - halfWidth, center.y - halfHeight), Point(center.x + halfWidth, center.y - halfHeight),
            Point(center.x + halfWidth, center.y + halfHeight), Point(center.x - halfWidth, center.y + halfHeight),
        ]
    }

    /// A polygon with its corners replaced by arcs of about the given radius (less where sides are short).
    static func rounded(_ corners: [Point], radius: Float, steps: Int = 5) -> [Point] {
        guard radius > 0, corners.count > 2 else { return corners }
        var result: [Point] = []
        result.reserveCapacity(corners.count * (steps + 1))
        for index in corners.indices {
            let corner = corners[index]
            let before = corners[(index + corners.count - 1) % corners.count] - corner
            let after = corners[(index + 1) % corners.count] - corner
            let a = min(radius, before.length * 0.48)
            let b = min(radius, after.length * 0.48)
            let start = corner + before * (a / max(before.length, 1e-4))
            let end = corner + after * (b / max(after.length, 1e-4))
            // A parabola through both tangent points stands in for the arc.
            for step in 0...steps {
                let t = Float(step) / Float(steps)
                let u = 1 - t
                result.append(start * (u * u) + corner * (2 * u * t) + end * (t * t))
            }
        }
        return result
    }

    static func roundedRectangle(
        center: Point = Point(0, 0), _ halfWidth: Float, _ halfHeight: Float, radius: Float
    ) -> [Point] { rounded(rectangle(center: center, halfWidth, halfHeight), radius: radius) }

    /// The outline of a line of some width with round ends.
    static func slot(from a: Point, to b: Point, radius: Float) -> [Point] {
        let along = b - a
        let angle = arcTangent(along.y, along.x)
        let steps = 10
        let first = (0...steps).map { a + .polar(angle + 1.570_796_4 + 3.141_592_7 * Float($0) / Float(steps), radius) }
        let second = (0...steps).map {
            b + .polar(angle - 1.570_796_4 + 3.141_592_7 * Float($0) / Float(steps), radius)
        }
        return first + second
    }

    /// A spur gear's outline: straight flanks that lean by a share of the pitch, flat tips and roots on their circles.
    ///
    /// - Parameters:
    ///   - teeth: How many.
    ///   - root: Radius at the bottom of the gaps.
    ///   - tip: Radius at the top of the teeth.
    ///   - width: Share of the pitch that a tooth takes at half its height, about 0.5.
    ///   - lean: Share of the pitch by which a flank leans from root to tip, 0 (straight) … 0.35.
    /// - Returns: 8 points per tooth; tooth k is points 8k ..< 8k+8, its middle at angle k·2π/teeth.
    static func gear(teeth: Int, root: Float, tip: Float, width: Float, lean: Float) -> [Point] {
        let pitch = 6.283_185_5 / Float(teeth)
        let middle = (root + tip) / 2
        let halves: [(offset: Float, radius: Float)] = [
            (-(width + lean) / 2, root), (-width / 2 - lean * 0.05, middle),
            (-(width - lean) / 2, tip - (tip - root) * 0.08),
            (-(width - lean) / 2 + 0.03, tip),
        ]
        let profile = halves + halves.reversed().map { (offset: -$0.offset, radius: $0.radius) }
        return (0..<teeth).flatMap { tooth in
            profile.map { .polar((Float(tooth) + $0.offset) * pitch, $0.radius) }
        }
    }

    /// A closed, smooth, irregular outline such as a bean's or a drop's.
    ///
    /// - Parameters:
    ///   - radiusX: Half the width before irregularity.
    ///   - radiusY: Half the height before irregularity.
    ///   - roughness: Amplitude of the first harmonic, as a share of the radius; the k-th has 1/k of it.
    ///   - harmonics: How many, from the second on.
    ///   - random: Chooses their sizes and phases.
    /// - Returns: 72 points.
    static func irregular(
        radiusX: Float, radiusY: Float, roughness: Float, harmonics: Int, _ random: inout Generator
    ) -> [Point] {
        let waves = (0..<max(1, harmonics)).map { index in
            (order: Float(index + 2), size: random.normal(roughness) / Float(index + 1), phase: random.angle())
        }
        return (0..<72).map { step in
            let angle = Float(step) * (6.283_185_5 / 72)
            var radius: Float = 1
            for wave in waves { radius += wave.size * cosine(wave.order * angle + wave.phase) }
            return Point(radiusX * radius * cosine(angle), radiusY * radius * sine(angle))
        }
    }

    /// The outline of a curve with a width at each of its points.
    static func stroke(_ spine: [Point], halfWidths: [Float]) -> [Point] {
        guard spine.count > 1, spine.count == halfWidths.count else { return [] }
        var left: [Point] = []
        var right: [Point] = []
        for index in spine.indices {
            let along = spine[min(index + 1, spine.count - 1)] - spine[max(index - 1, 0)]
            let scale = halfWidths[index] / max(along.length, 1e-4)
            let normal = Point(-along.y * scale, along.x * scale)
            left.append(spine[index] + normal)
            right.append(spine[index] - normal)
        }
        return left + right.reversed()
    }

    /// Moves, turns and scales points.
    static func placed(_ points: [Point], at center: Point, angle: Float = 0, scale: Float = 1) -> [Point] {
        let c = cosine(angle) * scale
        let s = sine(angle) * scale
        return points.map { Point(center.x + c * $0.x - s * $0.y, center.y + s * $0.x + c * $0.y) }
    }
}

/// Open curves: spines of wires, leads, springs and hoses.
enum Curve {
    /// A smooth curve through all points (Catmull and Rom 1974), `steps` pieces between neighbours.
    static func spline(_ points: [Point], steps: Int = 8) -> [Point] {
        guard points.count > 2 else { return points }
        var result: [Point] = []
        result.reserveCapacity((points.count - 1) * steps + 1)
        for index in 0..<points.count - 1 {
            let p0 = points[max(0, index - 1)]
            let p1 = points[index]
            let p2 = points[index + 1]
            let p3 = points[min(points.count - 1, index + 2)]
            for step in 0..<steps {
                let t = Float(step) / Float(steps)
                let t2 = t * t
                let t3 = t2 * t
                let a = p0 * (-0.5 * t3 + t2 - 0.5 * t) + p1 * (1.5 * t3 - 2.5 * t2 + 1)
                result.append(a + p2 * (-1.5 * t3 + 2 * t2 + 0.5 * t) + p3 * (0.5 * t3 - 0.5 * t2))
            }
        }
        result.append(points[points.count - 1])
        return result
    }

    /// An arc of a circle, `from` and `to` in radians.
    static func arc(center: Point, radius: Float, from: Float, to: Float, steps: Int) -> [Point] {
        (0...steps).map { center + .polar(mix(from, to, Float($0) / Float(steps)), radius) }
    }
}
