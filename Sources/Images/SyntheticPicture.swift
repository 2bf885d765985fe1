/// A picture made by arithmetic, for measurements, calibration and self-tests.
public enum SyntheticPicture {
    /// A square with gradients and edges, the same on every machine.
    public static func make(side: Int) -> RGBImage {
        var pixels: [UInt8] = []
        pixels.reserveCapacity(side * side * 3)
        for y in 0..<side {
            for x in 0..<side {
                let checker = (x / 9 + y / 9).isMultiple(of: 2)
                pixels.append(UInt8(truncatingIfNeeded: x * 255 / side))
                pixels.append(UInt8(truncatingIfNeeded: y * 255 / side))
                pixels.append(checker ? 40 : UInt8(truncatingIfNeeded: (x * 7 + y * 13) % 200))
            }
        }
        return RGBImage(width: side, height: side, pixels: pixels)
    }
}
