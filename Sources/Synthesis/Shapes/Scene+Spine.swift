/// Coordinates along a curve: how far along its length a pixel lies, and how far to its side.
struct SpineCoordinates: Sendable {
    /// Units from the first point, along the curve; negative and beyond its length past the ends.
    var along: Plane
    /// Units to the side; positive to the right of the direction of travel (y down).
    var across: Plane
}

extension Scene {
    /// Lays coordinates along a curve, for parts that are drawn straight and may be bent.
    ///
    /// - Parameters:
    ///   - spine: At least two points.
    ///   - frame: Whose units they are in.
    ///   - reach: How far to the side the coordinates matter, in units.
    /// - Returns: Coordinates over the rectangle that holds the curve and its reach.
    func coordinates(along spine: [Point], in frame: Frame, reach: Float) -> SpineCoordinates {
        let margin = Int(reach / frame.pixel) + 2
        let area = Rasterizer.bounds(of: [spine.map(frame.pixel)], side: side).grown(margin).intersection(rect)
        var along = Plane(area)
        var across = Plane(area)
        guard spine.count > 1, !area.isEmpty else { return SpineCoordinates(along: along, across: across) }
        var pieces: [(x: Float, y: Float, dx: Float, dy: Float, length: Float, start: Float)] = []
        var start: Float = 0
        for index in 0..<spine.count - 1 {
            let step = spine[index + 1] - spine[index]
            let size = max(step.length, 1e-4)
            pieces.append((spine[index].x, spine[index].y, step.x / size, step.y / size, size, start))
            start += size
        }
        let last = pieces.count - 1
        let map = frame.fromPixel
        along.values.withUnsafeMutableBufferPointer { outAlong in
            across.values.withUnsafeMutableBufferPointer { outAcross in
                pieces.withUnsafeBufferPointer { pieces in
                    for row in 0..<area.height {
                        for column in 0..<area.width {
                            let p = map.apply(Point(Float(area.x + column), Float(area.y + row)))
                            var best = Float.greatestFiniteMagnitude
                            var s: Float = 0
                            var n: Float = 0
                            for k in 0...last {
                                let piece = pieces[k]
                                let wx = p.x - piece.x
                                let wy = p.y - piece.y
                                let t = wx * piece.dx + wy * piece.dy
                                let side = piece.dx * wy - piece.dy * wx
                                // The first and last pieces go on past their ends.
                                let low: Float = k == 0 ? -1e6 : 0
                                let high: Float = k == last ? 1e6 : piece.length
                                let held = clamped(t, low, high)
                                let rest = t - held
                                let d = side * side + rest * rest
                                if d < best {
                                    best = d
                                    s = piece.start + held
                                    n = rest == 0 ? side : (side < 0 ? -d.squareRoot() : d.squareRoot())
                                }
                            }
                            outAlong[row * area.width + column] = s
                            outAcross[row * area.width + column] = n
                        }
                    }
                }
            }
        }
        return SpineCoordinates(along: along, across: across)
    }
}

extension SpineCoordinates {
    /// Evaluates a function of (along, across) at every pixel.
    @inline(__always)
    func field(_ body: (Float, Float) -> Float) -> Plane {
        along.combined(across) { body($0, $1) }
    }
}
