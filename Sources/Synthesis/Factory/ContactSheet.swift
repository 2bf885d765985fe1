public import Images

/// Many pictures on one page, to look at what the factory makes.
public enum ContactSheet {
    private static let gap = 4
    private static let captionHeight = 14

    /// Pixels of a page.
    ///
    /// - Parameters:
    ///   - count: Pictures, at least one.
    ///   - side: Of each, in pixels.
    ///   - columns: Pictures per row, at least 1.
    /// - Returns: Width and height.
    public static func size(count: Int, side: Int, columns: Int) -> (width: Int, height: Int) {
        let rows = (count + columns - 1) / columns
        return (columns * (side + gap) + gap, rows * (side + gap + captionHeight) + gap)
    }

    /// Lays pictures out in rows, the borders of their masks drawn in, a caption below each.
    ///
    /// - Parameters:
    ///   - pictures: All of one size, at least one.
    ///   - columns: Pictures per row, at least 1.
    ///   - captions: One for each picture; printable ASCII.
    /// - Returns: The page.
    public static func make(_ pictures: [ProductPicture], columns: Int, captions: [String]) -> RGBImage {
        precondition(!pictures.isEmpty && columns > 0 && captions.count == pictures.count, "a sheet needs pictures")
        let side = pictures[0].image.width
        let (width, height) = size(count: pictures.count, side: side, columns: columns)
        var pixels = [UInt8](repeating: 24, count: width * height * 3)
        for (index, picture) in pictures.enumerated() {
            let left = gap + index % columns * (side + gap)
            let top = gap + index / columns * (side + gap + captionHeight)
            for y in 0..<side {
                let from = y * side * 3
                let to = ((top + y) * width + left) * 3
                for i in 0..<side * 3 { pixels[to + i] = picture.image.pixels[from + i] }
            }
            for defect in picture.defects {
                outline(defect.mask) { x, y in
                    let at = ((top + y) * width + left + x) * 3
                    let color = palette[defect.type.number % palette.count]
                    (pixels[at], pixels[at + 1], pixels[at + 2]) = color
                }
            }
            write(captions[index], side: side, height: captionHeight) { x, y, value in
                let at = ((top + side + y) * width + left + x) * 3
                for channel in 0..<3 { pixels[at + channel] = max(pixels[at + channel], value) }
            }
        }
        return RGBImage(width: width, height: height, pixels: pixels)
    }

    private static let palette: [(UInt8, UInt8, UInt8)] = [
        (255, 60, 60), (60, 255, 90), (80, 140, 255), (255, 220, 40), (255, 80, 255), (40, 240, 240),
    ]

    /// Pixels just outside a mask, so that what it marks stays visible.
    private static func outline(_ mask: BinaryMask, _ mark: (Int, Int) -> Void) {
        let side = mask.width
        func isMarked(_ x: Int, _ y: Int) -> Bool {
            x >= 0 && y >= 0 && x < side && y < side && mask.pixels[y * side + x] != 0
        }
        for y in 0..<side {
            for x in 0..<side where !isMarked(x, y) {
                let near = (-2...2).contains { dy in (-2...2).contains { dx in isMarked(x + dx, y + dy) } }
                let touching = (-1...1).contains { dy in (-1...1).contains { dx in isMarked(x + dx, y + dy) } }
                if near && !touching { mark(x, y) }
            }
        }
    }

    private static func write(_ text: String, side: Int, height: Int, _ put: (Int, Int, UInt8) -> Void) {
        let frame = Frame(fromPixel: .identity, toPixel: .identity)
        var ink = Ink(frame, rect: PixelRect(x: 0, y: 0, width: side, height: height))
        let size = min(8, Float(side) / max(1, Ink.textWidth(text, size: 1)))
        ink.text(text, at: Point(2, 3), size: size, weight: 0.16)
        for y in 0..<height {
            for x in 0..<side { put(x, y, UInt8(clamped(ink.plane[x, y]) * 225)) }
        }
    }
}
