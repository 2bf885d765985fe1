/// A point in some frame, in units: a picture's side is 256 units, x to the right, y down, the middle is the origin.
struct Point: Sendable, Equatable {
    var x: Float
    var y: Float

    init(_ x: Float, _ y: Float) {
        self.x = x
        self.y = y
    }

    /// The point at an angle and a distance.
    static func polar(_ angle: Float, _ radius: Float) -> Point { Point(radius * cosine(angle), radius * sine(angle)) }

    static func + (a: Point, b: Point) -> Point { Point(a.x + b.x, a.y + b.y) }
    static func - (a: Point, b: Point) -> Point { Point(a.x - b.x, a.y - b.y) }
    static func * (a: Point, k: Float) -> Point { Point(a.x * k, a.y * k) }
    var length: Float { Synthesis.length(x, y) }
}

/// A 3×3 matrix on homogeneous points.
struct Homography: Sendable, Equatable {
    var a: Float, b: Float, c: Float
    var d: Float, e: Float, f: Float
    var g: Float, h: Float, i: Float

    static let identity = Homography(a: 1, b: 0, c: 0, d: 0, e: 1, f: 0, g: 0, h: 0, i: 1)

    /// First `m`, then this.
    func after(_ m: Homography) -> Homography {
        Homography(
            a: a * m.a + b * m.d + c * m.g, b: a * m.b + b * m.e + c * m.h, c: a * m.c + b * m.f + c * m.i,
            d: d * m.a + e * m.d + f * m.g, e: d * m.b + e * m.e + f * m.h, f: d * m.c + e * m.f + f * m.i,
            g: g * m.a + h * m.d + i * m.g, h: g * m.b + h * m.e + i * m.h, i: g * m.c + h * m.f + i * m.i)
    }

    /// The opposite map; the matrix must not be singular.
    var inverse: Homography {
        let det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
        let k = 1 / det
        return Homography(
            a: (e * i - f * h) * k, b: (c * h - b * i) * k, c: (b * f - c * e) * k,
            d: (f * g - d * i) * k, e: (a * i - c * g) * k, f: (c * d - a * f) * k,
            g: (d * h - e * g) * k, h: (b * g - a * h) * k, i: (a * e - b * d) * k)
    }

    func apply(_ p: Point) -> Point {
        let w = 1 / (g * p.x + h * p.y + i)
        return Point((a * p.x + b * p.y + c) * w, (d * p.x + e * p.y + f) * w)
    }
}

/// A coordinate system laid into the picture: where a product, or a component of it, lies.
struct Frame: Sendable {
    /// Pixel (column, row) → local units.
    let fromPixel: Homography
    /// Local units → pixel (column, row).
    let toPixel: Homography
    /// How many local units a pixel spans, in the frame's middle.
    let pixel: Float

    init(fromPixel: Homography, toPixel: Homography) {
        self.fromPixel = fromPixel
        self.toPixel = toPixel
        let origin = toPixel.apply(Point(0, 0))
        let across = toPixel.apply(Point(1, 0)) - origin
        let down = toPixel.apply(Point(0, 1)) - origin
        pixel = 1 / max(1e-6, abs(across.x * down.y - across.y * down.x).squareRoot())
    }

    /// The whole picture: 256 units a side.
    static func picture(side: Int) -> Frame {
        let unit = 256 / Float(side)
        let map = Homography(
            a: unit, b: 0, c: 0.5 * unit - 128, d: 0, e: unit, f: 0.5 * unit - 128, g: 0, h: 0, i: 1)
        return Frame(fromPixel: map, toPixel: map.inverse)
    }

    /// A frame inside this one: its origin at `center`, turned by `angle` (radians), its unit `scale` of ours.
    func placed(at center: Point = Point(0, 0), angle: Float = 0, scale: Float = 1) -> Frame {
        let c = cosine(angle)
        let s = sine(angle)
        let k = 1 / scale
        let into = Homography(
            a: c * k, b: s * k, c: -(c * center.x + s * center.y) * k,
            d: -s * k, e: c * k, f: (s * center.x - c * center.y) * k, g: 0, h: 0, i: 1)
        let out = Homography(
            a: c * scale, b: -s * scale, c: center.x, d: s * scale, e: c * scale, f: center.y, g: 0, h: 0, i: 1)
        return Frame(fromPixel: into.after(fromPixel), toPixel: toPixel.after(out))
    }

    /// This frame seen from the side a little: the plane recedes by `x` and `y` (about -0.3…0.3) over half the picture.
    func tilted(_ x: Float, _ y: Float) -> Frame {
        let tilt = Homography(a: 1, b: 0, c: 0, d: 0, e: 1, f: 0, g: x / 128, h: y / 128, i: 1)
        return Frame(fromPixel: tilt.after(fromPixel), toPixel: toPixel.after(tilt.inverse))
    }

    /// A local point in pixels.
    func pixel(_ point: Point) -> Point { toPixel.apply(point) }

    /// A local point of this frame in another frame's units.
    func convert(_ point: Point, to other: Frame) -> Point { other.fromPixel.apply(toPixel.apply(point)) }

    /// The pixels within `reach` units of the origin (a square turned with the frame), clipped to a picture.
    func rect(reachX: Float, reachY: Float, side: Int) -> PixelRect {
        let corners = [Point(-reachX, -reachY), Point(reachX, -reachY), Point(reachX, reachY), Point(-reachX, reachY)]
            .map(toPixel.apply)
        func limits(_ values: [Float]) -> (Int, Int) {
            let low = max(-1e6, min(values.min() ?? 0, 1e6))
            let high = max(-1e6, min(values.max() ?? 0, 1e6))
            return (Int(low.rounded(.down)) - 2, Int(high.rounded(.up)) + 3)
        }
        let (left, right) = limits(corners.map(\.x))
        let (top, bottom) = limits(corners.map(\.y))
        return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
            .intersection(PixelRect(x: 0, y: 0, width: side, height: side))
    }
}
