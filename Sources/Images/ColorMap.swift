internal import CVectorKernels

/// The colours of heat maps: dark blue for 0, deep red at one half, pale yellow for 1.
///
/// Lightness rises all the way, so that the order of values survives a black-and-white print and colour-blind eyes; the
/// hue leaves blue quickly around one half, where heat maps put the threshold.
public enum ColorMap {
    /// The map at 0, 1/16 … 1: a path of rising lightness through OKLCh (Ottosson 2020), rounded to sRGB.
    private static let anchors: [UInt32] = [
        0x0A1235, 0x13164A, 0x1E1960, 0x2B1B76, 0x411B88, 0x591A96, 0x7315A0, 0xA50688, 0xD51741, 0xE63F34, 0xF35E27,
        0xF97924, 0xFD9330, 0xFFAE3E, 0xFFC752, 0xFEE078, 0xFFF5A5,
    ]

    /// Number of steps of ``table`` below its last colour; even, so that one half has a colour of its own, and few enough
    /// for the palette of a PNG.
    static let steps = 254

    /// [steps + 1] colours, evenly spaced from 0 to 1.
    static let table: [RGBColor] = (0...steps).map { step in
        let position = step * (anchors.count - 1)
        let index = min(position / steps, anchors.count - 2)
        let share = position - index * steps
        let (low, high) = (RGBColor(hex: anchors[index]), RGBColor(hex: anchors[index + 1]))
        func mix(_ a: UInt8, _ b: UInt8) -> UInt8 {
            UInt8((Int(a) * (steps - share) + Int(b) * share + steps / 2) / steps)
        }
        return RGBColor(red: mix(low.red, high.red), green: mix(low.green, high.green), blue: mix(low.blue, high.blue))
    }

    /// The colour of a value.
    ///
    /// - Parameter value: 0…1; values outside are taken as the nearer end, NaN as 0.
    /// - Returns: The nearest of 255 colours.
    public static func color(at value: Float) -> RGBColor {
        table[index(of: value)]
    }

    /// The place in ``table`` of a value from 0 to 1.
    @inline(__always)
    static func index(of value: Float) -> Int {
        // Written so that NaN fails the comparison and becomes 0.
        value > 0 ? Int(min(value, 1) * Float(steps) + 0.5) : 0
    }

    /// The places of scores that lie between two rows, (1 − share)·upper + share·lower, each that of the score's position on a scale.
    static func places(
        _ upper: UnsafePointer<Float>, _ lower: UnsafePointer<Float>, share: Float, count: Int, scale: HeatScale,
        into output: UnsafeMutablePointer<UInt8>
    ) {
        cvk_mix_colors(upper, lower, share, count, scale.threshold, scale.maximum, Float(steps), output)
    }
}
