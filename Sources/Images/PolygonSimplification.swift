/// Simplifies closed polygons (Ramer 1972; Douglas and Peucker 1973).
enum PolygonSimplification {
    /// Longest stretch that is simplified as one, in points.
    ///
    /// The worst case is quadratic in it; cutting long borders into such arcs keeps the whole linear, for one corner more
    /// every thousand pixels.
    private static let arcLength = 1_024

    /// Leaves out points that lie within `tolerance` of the simplified border.
    ///
    /// - Parameters:
    ///   - polygon: Closed, first point not repeated.
    ///   - tolerance: In pixels, at least 0; at 0 only points on straight lines go.
    /// - Returns: A part of the points, in order, beginning with the first.
    static func simplify(_ polygon: [PixelPoint], tolerance: Double) -> [PixelPoint] {
        guard polygon.count > 2 else { return polygon }
        var isKept = [Bool](repeating: false, count: polygon.count + 1)
        // A closed line has no ends, so the first point and the one farthest from it serve as ends.
        let first = polygon[0]
        let farthest = polygon.indices.max { squaredDistance(polygon[$0], first) < squaredDistance(polygon[$1], first) }
        let anchors = [0, farthest ?? 0, polygon.count]
        let closed = polygon + [first]
        for (start, end) in zip(anchors, anchors.dropFirst()) {
            for arcStart in stride(from: start, to: end, by: arcLength) {
                markCorners(closed, arcStart, min(arcStart + arcLength, end), tolerance, &isKept)
            }
        }
        return polygon.indices.filter { isKept[$0] }.map { polygon[$0] }
    }

    /// Marks the ends of an open line and the points between them that are needed.
    private static func markCorners(
        _ line: [PixelPoint], _ start: Int, _ end: Int, _ tolerance: Double, _ isKept: inout [Bool]
    ) {
        isKept[start] = true
        isKept[end] = true
        var pending = [(start, end)]
        while let (start, end) = pending.popLast() {
            guard end - start > 1 else { continue }
            var worst = (distance: -1.0, index: start)
            for index in start + 1..<end {
                let distance = squaredDistance(line[index], toSegment: line[start], line[end])
                if distance > worst.distance { worst = (distance, index) }
            }
            guard worst.distance > tolerance * tolerance else { continue }
            isKept[worst.index] = true
            pending.append((start, worst.index))
            pending.append((worst.index, end))
        }
    }

    private static func squaredDistance(_ a: PixelPoint, _ b: PixelPoint) -> Int {
        (a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)
    }

    private static func squaredDistance(_ point: PixelPoint, toSegment a: PixelPoint, _ b: PixelPoint) -> Double {
        let (dx, dy) = (Double(b.x - a.x), Double(b.y - a.y))
        let (px, py) = (Double(point.x - a.x), Double(point.y - a.y))
        let length = dx * dx + dy * dy
        let along = length == 0 ? 0 : max(0, min(1, (px * dx + py * dy) / length))
        let (ex, ey) = (px - along * dx, py - along * dy)
        return ex * ex + ey * ey
    }
}
