import Images
import Tensors

/// Seeded masks of many shapes: sizes, densities and a little smoothing all vary.
enum RandomMask {
    static func make(seed: UInt64) -> BinaryMask {
        var generator = SplitMix64(seed: seed)
        let width = Int.random(in: 1...24, using: &generator)
        let height = Int.random(in: 1...18, using: &generator)
        let density = Double.random(in: 0.2...0.8, using: &generator)
        let pixels = (0..<width * height).map { _ -> UInt8 in
            Double.random(in: 0..<1, using: &generator) < density ? 1 : 0
        }
        return BinaryMask(width: width, height: height, pixels: pixels)
    }
}

/// A slow and obvious way to find regions, against which the fast one is checked.
enum FloodFill {
    struct Part {
        var points: [PixelPoint] = []
        var count: Int { points.count }
        var left: Int { points.map(\.x).min() ?? 0 }
        var top: Int { points.map(\.y).min() ?? 0 }
        var box: PixelBox {
            let (right, bottom) = (points.map(\.x).max() ?? 0, points.map(\.y).max() ?? 0)
            return PixelBox(x: left, y: top, width: right - left + 1, height: bottom - top + 1)
        }

        func mask(width: Int, height: Int) -> BinaryMask {
            var pixels = [UInt8](repeating: 0, count: width * height)
            for point in points { pixels[point.y * width + point.x] = 1 }
            return BinaryMask(width: width, height: height, pixels: pixels)
        }
    }

    static func regions(of mask: BinaryMask) -> [Part] {
        var left = mask.pixels
        var parts: [Part] = []
        for start in left.indices where left[start] == 1 {
            var part = Part()
            var pending = [PixelPoint(x: start % mask.width, y: start / mask.width)]
            while let point = pending.popLast() {
                guard point.x >= 0, point.x < mask.width, point.y >= 0, point.y < mask.height,
                    left[point.y * mask.width + point.x] == 1
                else { continue }
                left[point.y * mask.width + point.x] = 0
                part.points.append(point)
                for dy in -1...1 {
                    for dx in -1...1 { pending.append(PixelPoint(x: point.x + dx, y: point.y + dy)) }
                }
            }
            parts.append(part)
        }
        return parts
    }

    /// The mask and all background that cannot reach the outside by steps across, up or down.
    static func fillingHoles(of mask: BinaryMask) -> BinaryMask {
        var filled = [UInt8](repeating: 1, count: mask.pixels.count)
        var pending: [PixelPoint] = []
        for x in 0..<mask.width { pending += [PixelPoint(x: x, y: 0), PixelPoint(x: x, y: mask.height - 1)] }
        for y in 0..<mask.height { pending += [PixelPoint(x: 0, y: y), PixelPoint(x: mask.width - 1, y: y)] }
        while let point = pending.popLast() {
            guard point.x >= 0, point.x < mask.width, point.y >= 0, point.y < mask.height else { continue }
            let position = point.y * mask.width + point.x
            guard mask.pixels[position] == 0, filled[position] == 1 else { continue }
            filled[position] = 0
            for (dx, dy) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
                pending.append(PixelPoint(x: point.x + dx, y: point.y + dy))
            }
        }
        return BinaryMask(width: mask.width, height: mask.height, pixels: filled)
    }
}

/// A closed polygon for checking contours.
struct Polygon {
    let edges: [(a: PixelPoint, b: PixelPoint)]

    init(_ points: [PixelPoint]) {
        edges = points.indices.map { (points[$0], points[($0 + 1) % points.count]) }
    }

    /// True on the border and wherever the polygon winds around the point.
    func contains(_ point: PixelPoint) -> Bool {
        if distance(to: point) < 1e-9 { return true }
        var winding = 0
        for (a, b) in edges {
            let side = (b.x - a.x) * (point.y - a.y) - (point.x - a.x) * (b.y - a.y)
            if a.y <= point.y, b.y > point.y, side > 0 { winding += 1 }
            if a.y > point.y, b.y <= point.y, side < 0 { winding -= 1 }
        }
        return winding != 0
    }

    func distance(to point: PixelPoint) -> Double {
        edges.map { a, b in
            let (dx, dy) = (Double(b.x - a.x), Double(b.y - a.y))
            let (px, py) = (Double(point.x - a.x), Double(point.y - a.y))
            let length = dx * dx + dy * dy
            let along = length == 0 ? 0 : max(0, min(1, (px * dx + py * dy) / length))
            return ((px - along * dx) * (px - along * dx) + (py - along * dy) * (py - along * dy)).squareRoot()
        }.min() ?? .infinity
    }
}
