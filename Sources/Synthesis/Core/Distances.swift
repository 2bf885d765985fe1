// Signed distances in a frame's units: negative inside. Sources: the usual closed forms for circles, boxes, segments.

/// To a rectangle with rounded corners around the origin.
@inline(__always)
func boxDistance(_ x: Float, _ y: Float, _ halfWidth: Float, _ halfHeight: Float, radius: Float = 0) -> Float {
    let qx = abs(x) - (halfWidth - radius)
    let qy = abs(y) - (halfHeight - radius)
    return length(max(qx, 0), max(qy, 0)) + min(max(qx, qy), 0) - radius
}

/// To a regular polygon around the origin with a flat on the right; exact at the flats' middles.
@inline(__always)
func polygonDistance(_ x: Float, _ y: Float, sides: Int, apothem: Float) -> Float {
    let sector = 6.283_185_5 / Float(sides)
    let folded = wrapped(arcTangent(y, x) + sector / 2, sector) - sector / 2
    return length(x, y) * cosine(folded) - apothem
}

/// To the segment between two points (unsigned).
@inline(__always)
func segmentDistance(_ x: Float, _ y: Float, _ a: Point, _ b: Point) -> Float {
    let dx = b.x - a.x
    let dy = b.y - a.y
    let t = clamped(((x - a.x) * dx + (y - a.y) * dy) / max(dx * dx + dy * dy, 1e-9))
    return length(x - a.x - t * dx, y - a.y - t * dy)
}

/// To a closed polygon of any shape, corners in order.
func outlineDistance(_ x: Float, _ y: Float, _ corners: [Point]) -> Float {
    var nearest = Float.greatestFiniteMagnitude
    var inside = false
    corners.withUnsafeBufferPointer { corners in
        var j = corners.count - 1
        for i in 0..<corners.count {
            let a = corners[i]
            let b = corners[j]
            let ex = b.x - a.x
            let ey = b.y - a.y
            let wx = x - a.x
            let wy = y - a.y
            let t = clamped((wx * ex + wy * ey) / max(ex * ex + ey * ey, 1e-9))
            let dx = wx - ex * t
            let dy = wy - ey * t
            nearest = min(nearest, dx * dx + dy * dy)
            if (a.y > y) != (b.y > y), x < a.x + ex * (y - a.y) / ey { inside.toggle() }
            j = i
        }
    }
    return inside ? -nearest.squareRoot() : nearest.squareRoot()
}

/// Union of two shapes with a fillet of about `k` units.
@inline(__always)
func smoothUnion(_ a: Float, _ b: Float, _ k: Float) -> Float {
    let h = max(k - abs(a - b), 0) / k
    return min(a, b) - h * h * k * 0.25
}

/// How much of a pixel a shape covers: 1 inside, 0 outside, `softness` units wide at the border.
@inline(__always)
func coverage(_ distance: Float, _ softness: Float) -> Float { clamped(0.5 - distance / softness) }
