/// A picture that shapes are drawn onto, with smooth edges.
///
/// Shapes are first gathered in a coverage layer, where overlaps do not add up, then laid over the picture in one colour.
/// Positions are continuous: pixel (x, y) covers the square from (x, y) to (x + 1, y + 1).
struct Canvas {
    let width: Int
    let height: Int
    /// [height, width, 3].
    private(set) var pixels: [UInt8]
    /// [height, width], 0…255; all 0 between drawings.
    private var coverage: [UInt8]
    private var dirtyRows: Range<Int>
    private var dirtyColumns: Range<Int>

    init(_ image: RGBImage) {
        width = image.width
        height = image.height
        pixels = image.pixels
        coverage = [UInt8](repeating: 0, count: image.width * image.height)
        dirtyRows = 0..<0
        dirtyColumns = 0..<0
    }

    var image: RGBImage { RGBImage(width: width, height: height, pixels: pixels) }

    /// A position between pixels.
    struct Point {
        var x: Float
        var y: Float
    }

    /// Adds a round-ended line, or a dot where the ends agree.
    mutating func addLine(from a: Point, to b: Point, thickness: Float) {
        let radius = thickness / 2
        let reach = radius + 0.5
        let (dx, dy) = (b.x - a.x, b.y - a.y)
        let length = dx * dx + dy * dy
        for y in clamp(min(a.y, b.y) - reach, max(a.y, b.y) + reach, to: height) {
            let py = Float(y) + 0.5 - a.y
            // The part of the line that lies within reach of this row bounds the columns worth looking at.
            var (first, last): (Float, Float) = (0, 1)
            if dy != 0 {
                let (one, other) = ((py - reach) / dy, (py + reach) / dy)
                first = max(0, min(1, min(one, other)))
                last = max(0, min(1, max(one, other)))
            }
            let (x0, x1) = (a.x + first * dx, a.x + last * dx)
            for x in clamp(min(x0, x1) - reach, max(x0, x1) + reach, to: width) {
                let px = Float(x) + 0.5 - a.x
                let along = length == 0 ? 0 : max(0, min(1, (px * dx + py * dy) / length))
                let (ex, ey) = (px - along * dx, py - along * dy)
                cover(x, y, reach - (ex * ex + ey * ey).squareRoot())
            }
        }
    }

    /// Adds a filled rectangle with rounded corners.
    mutating func addRectangle(x: Float, y: Float, width: Float, height: Float, cornerRadius: Float) {
        let radius = min(cornerRadius, width / 2, height / 2)
        let (halfWidth, halfHeight) = (width / 2 - radius, height / 2 - radius)
        let (centerX, centerY) = (x + width / 2, y + height / 2)
        for row in clamp(y - 0.5, y + height + 0.5, to: self.height) {
            let ey = max(0, abs(Float(row) + 0.5 - centerY) - halfHeight)
            for column in clamp(x - 0.5, x + width + 0.5, to: self.width) {
                let ex = max(0, abs(Float(column) + 0.5 - centerX) - halfWidth)
                cover(column, row, radius + 0.5 - (ex * ex + ey * ey).squareRoot())
            }
        }
    }

    /// Lays what was added over the picture and begins anew.
    ///
    /// - Parameters:
    ///   - color: Colour of the shapes.
    ///   - opacity: 0…1.
    mutating func paint(_ color: RGBColor, opacity: Float = 1) {
        let strength = Int(max(0, min(1, opacity)) * 256)
        for y in dirtyRows {
            for x in dirtyColumns where coverage[y * width + x] != 0 {
                let position = y * width + x
                blend(color, into: position, weight: Int(coverage[position]) * strength / 255)
                coverage[position] = 0
            }
        }
        dirtyRows = 0..<0
        dirtyColumns = 0..<0
    }

    /// Mixes a colour into one pixel; weight 0…256.
    @inline(__always)
    mutating func blend(_ color: RGBColor, into position: Int, weight: Int) {
        func mix(_ offset: Int, _ value: UInt8) {
            let old = Int(pixels[position * 3 + offset])
            pixels[position * 3 + offset] = UInt8(
                truncatingIfNeeded: (old * (256 - weight) + Int(value) * weight + 128) >> 8)
        }
        mix(0, color.red)
        mix(1, color.green)
        mix(2, color.blue)
    }

    private mutating func cover(_ x: Int, _ y: Int, _ amount: Float) {
        guard amount > 0 else { return }
        let value = UInt8(min(1, amount) * 255)
        if value > coverage[y * width + x] { coverage[y * width + x] = value }
        dirtyRows = dirtyRows.isEmpty ? y..<y + 1 : min(dirtyRows.lowerBound, y)..<max(dirtyRows.upperBound, y + 1)
        dirtyColumns =
            dirtyColumns.isEmpty ? x..<x + 1 : min(dirtyColumns.lowerBound, x)..<max(dirtyColumns.upperBound, x + 1)
    }

    /// The pixels that overlap an interval, inside the picture.
    private func clamp(_ low: Float, _ high: Float, to count: Int) -> Range<Int> {
        let first = Int(max(0, min(Float(count), low.rounded(.down))))
        let end = Int(max(0, min(Float(count), high.rounded(.up))))
        return first..<max(first, end)
    }
}

extension Canvas {
    /// Adds a line of text.
    ///
    /// - Parameters:
    ///   - text: Printable ASCII.
    ///   - x: Left edge.
    ///   - y: Top of capital letters.
    ///   - dot: Size of a dot of the typeface, in pixels.
    mutating func addText(_ text: String, x: Float, y: Float, dot: Float) {
        for (index, character) in text.enumerated() {
            let left = x + Float(index * LegendFont.advance) * dot
            for stroke in LegendFont.strokes(of: character) {
                addLine(
                    from: Point(
                        x: left + (Float(stroke.from.x) + 0.5) * dot, y: y + (Float(stroke.from.y) + 0.5) * dot),
                    to: Point(x: left + (Float(stroke.to.x) + 0.5) * dot, y: y + (Float(stroke.to.y) + 0.5) * dot),
                    thickness: dot * 0.95)
            }
        }
    }
}
