/// A rectangle of pixels inside a picture; may be empty.
struct PixelRect: Sendable, Equatable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    var isEmpty: Bool { width <= 0 || height <= 0 }
    var count: Int { max(0, width) * max(0, height) }

    /// The rectangle grown by a margin on each side.
    func grown(_ margin: Int) -> PixelRect {
        PixelRect(x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin)
    }

    /// What two rectangles have in common.
    func intersection(_ other: PixelRect) -> PixelRect {
        let left = max(x, other.x)
        let top = max(y, other.y)
        return PixelRect(
            x: left, y: top, width: max(0, min(x + width, other.x + other.width) - left),
            height: max(0, min(y + height, other.y + other.height) - top))
    }
}

/// Float values over a rectangle of the picture, row-major; outside the rectangle a mask counts as 0.
struct Plane: Sendable {
    let rect: PixelRect
    /// [rect.height, rect.width].
    var values: [Float]

    init(_ rect: PixelRect, fill: Float = 0) {
        self.rect = rect
        values = [Float](repeating: fill, count: rect.count)
    }

    init(_ rect: PixelRect, values: [Float]) {
        precondition(values.count == rect.count, "a plane of \(rect) needs \(rect.count) values, not \(values.count)")
        self.rect = rect
        self.values = values
    }

    /// The value at a pixel of the picture, 0 outside.
    subscript(x: Int, y: Int) -> Float {
        let column = x - rect.x
        let row = y - rect.y
        guard column >= 0, row >= 0, column < rect.width, row < rect.height else { return 0 }
        return values[row * rect.width + column]
    }

    /// A plane of the results of `body`.
    @inline(__always)
    func map(_ body: (Float) -> Float) -> Plane {
        var result = self
        result.apply(body)
        return result
    }

    /// Replaces every value.
    @inline(__always)
    mutating func apply(_ body: (Float) -> Float) {
        values.withUnsafeMutableBufferPointer { buffer in
            guard let p = buffer.baseAddress else { return }
            for i in 0..<buffer.count { p[i] = body(p[i]) }
        }
    }

    /// Combines the values inside `other`'s rectangle with it.
    @inline(__always)
    mutating func combine(_ other: Plane, _ body: (Float, Float) -> Float) {
        let common = rect.intersection(other.rect)
        guard !common.isEmpty else { return }
        let width = rect.width
        let origin = (common.y - rect.y) * width + common.x - rect.x
        let otherWidth = other.rect.width
        let otherOrigin = (common.y - other.rect.y) * otherWidth + common.x - other.rect.x
        values.withUnsafeMutableBufferPointer { buffer in
            other.values.withUnsafeBufferPointer { otherBuffer in
                guard let target = buffer.baseAddress, let source = otherBuffer.baseAddress else { return }
                for row in 0..<common.height {
                    let a = target + origin + row * width
                    let b = source + otherOrigin + row * otherWidth
                    for i in 0..<common.width { a[i] = body(a[i], b[i]) }
                }
            }
        }
    }

    /// This plane combined with another, on this one's rectangle.
    @inline(__always)
    func combined(_ other: Plane, _ body: (Float, Float) -> Float) -> Plane {
        var result = self
        result.combine(other, body)
        return result
    }

    /// The product with another mask; outside that mask nothing is left.
    func masked(by other: Plane) -> Plane {
        var result = other.cropped(to: rect)
        result.combine(self) { $0 * $1 }
        return result
    }

    /// The part of this plane inside a rectangle, zeros where it has none.
    func cropped(to target: PixelRect) -> Plane {
        var result = Plane(target)
        result.combine(self) { _, value in value }
        return result
    }

    /// The sum of all values.
    var sum: Float {
        values.withUnsafeBufferPointer { buffer in
            var total: Float = 0
            for value in buffer { total += value }
            return total
        }
    }

    /// The smallest rectangle that holds all values above a threshold; empty when there are none.
    func bounds(above threshold: Float) -> PixelRect {
        var left = rect.width
        var right = -1
        var top = rect.height
        var bottom = -1
        values.withUnsafeBufferPointer { buffer in
            for row in 0..<rect.height {
                for column in 0..<rect.width where buffer[row * rect.width + column] > threshold {
                    left = min(left, column)
                    right = max(right, column)
                    top = min(top, row)
                    bottom = row
                }
            }
        }
        guard right >= left else { return PixelRect(x: rect.x, y: rect.y, width: 0, height: 0) }
        return PixelRect(x: rect.x + left, y: rect.y + top, width: right - left + 1, height: bottom - top + 1)
    }
}
