/// A polygon in the pixels of the original picture; closed implicitly.
public struct Polygon: Sendable, Equatable, Codable {
    /// Corners as [x, y], at least three.
    public let points: [[Double]]

    /// Wraps corners.
    public init(points: [[Double]]) { self.points = points }

    /// Reads a plain array of [x, y] pairs.
    public init(from decoder: any Decoder) throws {
        points = try decoder.singleValueContainer().decode([[Double]].self)
    }

    /// Writes a plain array of [x, y] pairs.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(points)
    }

    /// What is wrong with the polygon, or nil when it can be used.
    public var fault: String? {
        if points.count < 3 { return "expected at least 3 points, found \(points.count)" }
        if let index = points.firstIndex(where: { $0.count != 2 || !$0.allSatisfy(\.isFinite) }) {
            return "expected [x, y] with finite numbers, found \(points[index]) at point \(index)"
        }
        return nil
    }
}

/// Where defects count.
///
/// Inside any of the include polygons (everywhere when there are none) and outside every ignore polygon. Applied before any score is taken, not only to the picture that is shown.
public enum ValidityMap {
    /// Draws the polygons on the network's square grid.
    ///
    /// - Parameters:
    ///   - include: Usable polygons in the pixels of the original picture.
    ///   - ignore: Likewise.
    ///   - imageWidth: Columns of the original picture.
    ///   - imageHeight: Rows of the original picture.
    ///   - side: Side of the grid.
    /// - Returns: [side²] of 1 and 0, or nil when there are no polygons.
    public static func make(
        include: [Polygon], ignore: [Polygon], imageWidth: Int, imageHeight: Int, side: Int
    ) -> [Float]? {
        guard !(include.isEmpty && ignore.isEmpty) else { return nil }
        var map = [Float](repeating: include.isEmpty ? 1 : 0, count: side * side)
        let scale = (x: Double(side) / Double(imageWidth), y: Double(side) / Double(imageHeight))
        for (polygons, value) in [(include, Float(1)), (ignore, 0)] {
            for polygon in polygons where polygon.fault == nil {
                fill(polygon.points.map { ($0[0] * scale.x, $0[1] * scale.y) }, value, side, &map)
            }
        }
        return map
    }

    /// Even–odd scan-line fill at pixel centres.
    private static func fill(_ points: [(x: Double, y: Double)], _ value: Float, _ side: Int, _ map: inout [Float]) {
        for row in 0..<side {
            let y = Double(row) + 0.5
            var crossings: [Double] = []
            for (a, b) in zip(points, points.dropFirst() + points.prefix(1)) where (a.y <= y) != (b.y <= y) {
                crossings.append(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x))
            }
            crossings.sort()
            for pair in stride(from: 0, to: crossings.count - 1, by: 2) {
                // Clamped before conversion: a corner may lie far outside the picture.
                let first = Int(min(max(crossings[pair] - 0.5, 0), Double(side)).rounded(.up))
                let end = Int(min(max(crossings[pair + 1] - 0.5, -1), Double(side)).rounded(.up))
                if first < end { for column in first..<end { map[row * side + column] = value } }
            }
        }
    }
}
