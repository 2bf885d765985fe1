/// Fills polygons with exact area coverage.
///
/// Each edge adds its signed area to the cells it passes and its height to the cell right of them; a running sum per row
/// then gives the winding-weighted coverage, as font rasterisers do it. Cost: edges' lengths plus one pass over the rectangle.
struct Rasterizer {
    private let rect: PixelRect
    private let stride: Int
    private var cells: [Float]

    /// Starts an empty drawing over a rectangle of the picture.
    init(_ rect: PixelRect) {
        self.rect = rect
        stride = max(0, rect.width) + 2
        cells = [Float](repeating: 0, count: stride * max(0, rect.height))
    }

    /// The rectangle that holds outlines given in pixels, cut to the picture.
    static func bounds(of outlines: [[Point]], side: Int) -> PixelRect {
        var low = Point(1e6, 1e6)
        var high = Point(-1e6, -1e6)
        for outline in outlines {
            for point in outline {
                low = Point(min(low.x, point.x), min(low.y, point.y))
                high = Point(max(high.x, point.x), max(high.y, point.y))
            }
        }
        guard low.x <= high.x else { return PixelRect(x: 0, y: 0, width: 0, height: 0) }
        let limit: Float = 100_000
        let left = Int(max(-limit, low.x).rounded(.down)) - 1
        let top = Int(max(-limit, low.y).rounded(.down)) - 1
        let right = Int(min(limit, high.x).rounded(.up)) + 2
        let bottom = Int(min(limit, high.y).rounded(.up)) + 2
        return PixelRect(x: left, y: top, width: right - left, height: bottom - top)
            .intersection(PixelRect(x: 0, y: 0, width: side, height: side))
    }

    /// Adds a closed outline given in pixels (pixel centers at whole numbers).
    mutating func add(_ outline: [Point]) {
        guard outline.count > 2, !rect.isEmpty else { return }
        let offset = Point(0.5 - Float(rect.x), 0.5 - Float(rect.y))
        let width = Float(rect.width)
        let height = Float(rect.height)
        let stride = stride
        cells.withUnsafeMutableBufferPointer { cells in
            var previous = outline[outline.count - 1] + offset
            for point in outline {
                let current = point + offset
                Self.addEdge(previous, current, cells, stride: stride, width: width, height: height)
                previous = current
            }
        }
    }

    /// The coverage, 0…1.
    ///
    /// Overlaps of outlines that turn the same way stay filled; opposite ones make holes.
    func coverage() -> Plane {
        var result = Plane(rect)
        let width = rect.width
        result.values.withUnsafeMutableBufferPointer { target in
            cells.withUnsafeBufferPointer { cells in
                for row in 0..<max(0, rect.height) {
                    var sum: Float = 0
                    for column in 0..<width {
                        sum += cells[row * stride + column]
                        target[row * width + column] = min(abs(sum), 1)
                    }
                }
            }
        }
        return result
    }

    @inline(__always)
    private static func addEdge(
        _ from: Point, _ to: Point, _ cells: UnsafeMutableBufferPointer<Float>, stride: Int, width: Float, height: Float
    ) {
        guard from.y != to.y else { return }
        let direction: Float = from.y < to.y ? 1 : -1
        let (top, bottom) = from.y < to.y ? (from, to) : (to, from)
        let slope = (bottom.x - top.x) / (bottom.y - top.y)
        let first = max(top.y, 0)
        let last = min(bottom.y, height)
        guard first < last else { return }
        var x = top.x + slope * (first - top.y)
        var row = Int(first)
        var y = first
        while y < last {
            let nextY = min(Float(row + 1), last)
            let dy = nextY - y
            let nextX = x + slope * dy
            let d = direction * dy
            // Left of the rectangle counts as its left border, right of it as its right border.
            let x0 = min(max(min(x, nextX), 0), width)
            let x1 = min(max(max(x, nextX), 0), width)
            let base = row * stride
            let i0 = Int(x0)
            let i1 = Int(x1.rounded(.up))
            if i1 <= i0 + 1 {
                let middle = 0.5 * (x0 + x1) - Float(i0)
                cells[base + i0] += d - d * middle
                cells[base + i0 + 1] += d * middle
            } else {
                let s = 1 / (x1 - x0)
                let f0 = x0 - Float(i0)
                let a0 = 0.5 * s * (1 - f0) * (1 - f0)
                let f1 = x1 - Float(i1) + 1
                let am = 0.5 * s * f1 * f1
                cells[base + i0] += d * a0
                if i1 == i0 + 2 {
                    cells[base + i0 + 1] += d * (1 - a0 - am)
                } else {
                    let a1 = s * (1.5 - f0)
                    cells[base + i0 + 1] += d * (a1 - a0)
                    var i = i0 + 2
                    while i < i1 - 1 {
                        cells[base + i] += d * s
                        i += 1
                    }
                    let a2 = a1 + Float(i1 - i0 - 3) * s
                    cells[base + i1 - 1] += d * (1 - a2 - am)
                }
                cells[base + i1] += d * am
            }
            x = nextX
            y = nextY
            row += 1
        }
    }
}
