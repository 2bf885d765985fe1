public import Images

/// How a picture looks as a whole, as far as lamp, lens and camera are concerned.
///
/// Of the square that the network sees: what does not show there changes no verdict. Luma is that of ITU-R BT.601, taken of the
/// picture's values as they are.
public struct PictureLook: Sendable, Equatable {
    /// Mean luma (0…1).
    public let brightness: Double
    /// Standard deviation of the luma (0…0.5).
    public let contrast: Double
    /// Root mean square difference between a pixel's luma and the mean of its four neighbours', relative to the brightness.
    ///
    /// 0 or more; 0 for a black picture. Light does not change it, lenses do.
    public let sharpness: Double

    /// Takes figures that were measured before.
    public init(brightness: Double, contrast: Double, sharpness: Double) {
        self.brightness = brightness
        self.contrast = contrast
        self.sharpness = sharpness
    }

    /// Measures a picture.
    public init(_ picture: RGBImage) {
        let (width, height) = (picture.width, picture.height)
        let luma = Self.luma(picture)
        let count = Double(width * height)
        var (sum, squares, details) = (0.0, 0.0, 0.0)
        luma.withUnsafeBufferPointer { luma in
            for y in 0..<height {
                let (above, row, below) = (max(y - 1, 0) * width, y * width, min(y + 1, height - 1) * width)
                var (rowSum, rowSquares, rowDetails) = (Float(0), Float(0), Float(0))
                for x in 0..<width {
                    let value = luma[row + x]
                    let neighbours = luma[row + max(x - 1, 0)] + luma[row + min(x + 1, width - 1)]
                    let difference = value - 0.25 * (neighbours + luma[above + x] + luma[below + x])
                    rowSum += value
                    rowSquares += value * value
                    rowDetails += difference * difference
                }
                sum += Double(rowSum)
                squares += Double(rowSquares)
                details += Double(rowDetails)
            }
        }
        brightness = sum / count
        contrast = max(0, squares / count - brightness * brightness).squareRoot()
        sharpness = brightness > 0 ? (details / count).squareRoot() / brightness : 0
    }

    private static func luma(_ picture: RGBImage) -> [Float] {
        let count = picture.width * picture.height
        return [Float](unsafeUninitializedCapacity: count) { luma, initialized in
            picture.pixels.withUnsafeBufferPointer { pixels in
                for index in 0..<count {
                    let (red, green, blue) = (pixels[3 * index], pixels[3 * index + 1], pixels[3 * index + 2])
                    luma[index] = (0.299 * Float(red) + 0.587 * Float(green) + 0.114 * Float(blue)) / 255
                }
            }
            initialized = count
        }
    }
}
