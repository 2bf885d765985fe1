internal import Images

/// A drawing of anti-aliased lines and shapes: how much of each pixel is covered.
///
/// Points and lengths are in the frame's units. Painters use it for everything that is a stroke: print, wires, cracks.
struct Ink {
    let frame: Frame
    /// Coverage, 0…1.
    private(set) var plane: Plane
    /// How deep inside the nearest stroke a pixel lies: 1 on the middle line, 0 at the border; for round or grooved strokes.
    private(set) var depth: Plane?
    private let softness: Float

    /// An empty drawing over a rectangle of the picture.
    init(_ frame: Frame, rect: PixelRect, withDepth: Bool = false) {
        self.frame = frame
        plane = Plane(rect)
        depth = withDepth ? Plane(rect) : nil
        softness = frame.pixel
    }

    /// A stroke through points; `width` may change along it: it is multiplied by `profile(0…1)`.
    mutating func line(_ points: [Point], width: Float, profile: (Float) -> Float = { _ in 1 }) {
        guard points.count > 1 else {
            if let only = points.first { disk(only, width / 2) }
            return
        }
        let count = Float(points.count - 1)
        for i in 0..<points.count - 1 {
            segment(points[i], points[i + 1], width * profile(Float(i) / count), width * profile(Float(i + 1) / count))
        }
    }

    /// A filled disk.
    mutating func disk(_ center: Point, _ radius: Float) { segment(center, center, 2 * radius, 2 * radius) }

    /// A filled polygon, corners in order.
    mutating func polygon(_ corners: [Point]) {
        guard corners.count > 2 else { return }
        let points = corners.map(frame.pixel)
        cover(points, margin: 1) { x, y in 0.5 - outlineDistance(x, y, points) }
    }

    /// A filled rectangle, perhaps with rounded corners, turned about its middle.
    mutating func box(_ center: Point, _ halfWidth: Float, _ halfHeight: Float, radius: Float = 0, angle: Float = 0) {
        let local = frame.placed(at: center, angle: angle)
        let reach = local.rect(reachX: halfWidth, reachY: halfHeight, side: .max >> 32).intersection(plane.rect)
        guard !reach.isEmpty else { return }
        let soft = 1 / softness
        let map = local.fromPixel
        edit(reach) { x, y in
            let p = map.apply(Point(x, y))
            return 0.5 - boxDistance(p.x, p.y, halfWidth, halfHeight, radius: radius) * soft
        }
    }

    /// Takes ink away where a mask is not, as beside the part that is printed on.
    mutating func keep(_ mask: Plane) { plane = plane.masked(by: mask) }

    /// A line of text, its first letter's top left at `origin`.
    ///
    /// - Parameters:
    ///   - text: Printable ASCII.
    ///   - origin: Top left.
    ///   - size: Height of a capital letter.
    ///   - weight: Stroke width as a part of the size.
    ///   - angle: Direction of the line, radians.
    mutating func text(_ text: String, at origin: Point, size: Float, weight: Float = 0.14, angle: Float = 0) {
        let dot = size / Float(LegendFont.ascent - 1)
        let c = cosine(angle) * dot
        let s = sine(angle) * dot
        var pen: Float = 0
        for character in text {
            for stroke in LegendFont.strokes(of: character) {
                func place(_ dot: PixelPoint) -> Point {
                    let x = Float(dot.x) + pen
                    let y = Float(dot.y)
                    return Point(origin.x + c * x - s * y, origin.y + s * x + c * y)
                }
                segment(place(stroke.from), place(stroke.to), size * weight, size * weight)
            }
            pen += Float(LegendFont.advance)
        }
    }

    /// How wide a line of text becomes.
    static func textWidth(_ text: String, size: Float) -> Float {
        Float(text.count * LegendFont.advance - 1) * size / Float(LegendFont.ascent - 1)
    }

    private mutating func segment(_ from: Point, _ to: Point, _ widthFrom: Float, _ widthTo: Float) {
        let a = frame.pixel(from)
        let b = frame.pixel(to)
        let ra = widthFrom / 2 / softness
        let rb = widthTo / 2 / softness
        let dx = b.x - a.x
        let dy = b.y - a.y
        let k = 1 / max(dx * dx + dy * dy, 1e-9)
        let reach = max(ra, rb) + 1
        let rect = Self.bounds([a, b], margin: reach).intersection(plane.rect)
        guard !rect.isEmpty else { return }
        let width = plane.rect.width
        let origin = (x: plane.rect.x, y: plane.rect.y)
        let hasDepth = depth != nil
        plane.values.withUnsafeMutableBufferPointer { covered in
            Self.withBuffer(&depth) { deep in
                for y in rect.y..<rect.y + rect.height {
                    for x in rect.x..<rect.x + rect.width {
                        let wx = Float(x) - a.x
                        let wy = Float(y) - a.y
                        let t = clamped((wx * dx + wy * dy) * k)
                        let d = length(wx - t * dx, wy - t * dy)
                        let r = ra + (rb - ra) * t
                        // A stroke thinner than a pixel covers only its width of it.
                        let value = min(clamped(r + 0.5 - d), min(1, 2 * r))
                        guard value > 0 else { continue }
                        let index = (y - origin.y) * width + x - origin.x
                        covered[index] = max(covered[index], value)
                        if hasDepth { deep[index] = max(deep[index], clamped(1 - d / max(r, 0.5))) }
                    }
                }
            }
        }
    }

    private static func withBuffer(_ plane: inout Plane?, _ body: (UnsafeMutableBufferPointer<Float>) -> Void) {
        if plane == nil { return body(UnsafeMutableBufferPointer(start: nil, count: 0)) }
        plane?.values.withUnsafeMutableBufferPointer { body($0) }
    }

    private mutating func cover(_ points: [Point], margin: Float, _ value: (Float, Float) -> Float) {
        edit(Self.bounds(points, margin: margin).intersection(plane.rect), value)
    }

    private mutating func edit(_ rect: PixelRect, _ value: (Float, Float) -> Float) {
        guard !rect.isEmpty else { return }
        let origin = (x: plane.rect.x, y: plane.rect.y)
        let width = plane.rect.width
        plane.values.withUnsafeMutableBufferPointer { covered in
            for y in rect.y..<rect.y + rect.height {
                for x in rect.x..<rect.x + rect.width {
                    let index = (y - origin.y) * width + x - origin.x
                    covered[index] = max(covered[index], clamped(value(Float(x), Float(y))))
                }
            }
        }
    }

    private static func bounds(_ points: [Point], margin: Float) -> PixelRect {
        func limit(_ value: Float) -> Int { Int(min(max(value, -1e6), 1e6)) }
        let left = limit((points.map(\.x).min() ?? 0) - margin) - 1
        let top = limit((points.map(\.y).min() ?? 0) - margin) - 1
        return PixelRect(
            x: left, y: top, width: limit((points.map(\.x).max() ?? 0) + margin) + 2 - left,
            height: limit((points.map(\.y).max() ?? 0) + margin) + 2 - top)
    }
}
