public import Images

/// What a picture must be like to be judged.
///
/// A verdict about a picture in which the part cannot be seen is worse than none: a black one shows no defect. Limits are wide, for
/// lamps that fail and lenses that are touched, not for light that ages (that is what drift is for): good parts must never
/// meet them.
public enum PictureCheck: String, Sendable, CaseIterable, Codable {
    /// Everything is judged.
    case none
    /// Pictures that show nothing at all are not judged.
    case blank
    /// Nor are those that look unlike all references: dark, bright, flat, blurred. A reference that shows nothing itself,
    /// such as black film, makes pictures that show the same welcome.
    case references

    /// How many times darker or brighter than the darkest and brightest reference a picture may be.
    static let brightnessFactor = 1.5
    /// How many times less contrast and less detail than the reference with the least a picture may have.
    static let detailFactor = 2.0
    /// Differences up to this are rounding and noise of dark pictures (0…1).
    static let tolerance = 0.02
    /// Where a reference has less detail than this, there is nothing but noise that a lens could blur: two of 255 levels.
    static let leastDetail = 0.008
    /// Less contrast than this has a square in which nothing can be seen: one of 255 levels.
    static let leastContrast = 0.004
    /// Values up to this are black, those from 255 less this on white.
    static let extremeLevels: UInt8 = 8
    /// A picture whose channels span no more than this is of one colour: a camera's noise is more.
    static let oneColorSpan = 2
    /// One in so many pixels may be neither black nor white.
    static let strayShare = 1000

    /// Finds what is wrong with a picture.
    ///
    /// - Parameters:
    ///   - picture: As it was sent.
    ///   - square: As the network sees it.
    ///   - look: Of the square.
    ///   - references: How the product's references look, at the same side.
    /// - Returns: Empty for a picture that can be judged.
    public func faults(
        of picture: RGBImage, seenAs square: RGBImage, _ look: PictureLook, references: [PictureLook]
    ) -> [PictureFault] {
        if self == .none { return [] }
        let compared = self == .references ? references : []
        if let blank = Self.blankFault(of: picture, seenAs: square, look, welcomedBy: compared) { return [blank] }
        return Self.faults(of: look, among: compared)
    }

    /// What tells a picture from all references.
    ///
    /// - Parameters:
    ///   - look: Of the picture.
    ///   - references: At least one; without any nothing is found.
    /// - Returns: Empty where nothing does.
    public static func faults(of look: PictureLook, among references: [PictureLook]) -> [PictureFault] {
        func range(_ figure: KeyPath<PictureLook, Double>) -> ClosedRange<Double>? {
            let values = references.map { $0[keyPath: figure] }
            guard let lowest = values.min(), let highest = values.max() else { return nil }
            return lowest...highest
        }
        guard let brightness = range(\.brightness), let contrast = range(\.contrast),
            let sharpness = range(\.sharpness)
        else { return [] }
        var faults: [PictureFault] = []
        func note(_ kind: PictureFault.Kind, _ name: String, _ found: Double, _ side: String, _ limit: Double) {
            faults.append(
                PictureFault(
                    kind, "expected a \(name) of \(side) \(figure(limit)) by the references, found \(figure(found))")
            )
        }
        let dark = min(brightness.lowerBound / brightnessFactor, brightness.lowerBound - tolerance)
        if look.brightness < dark { note(.dark, "brightness", look.brightness, "at least", dark) }
        let bright = max(brightness.upperBound * brightnessFactor, brightness.upperBound + tolerance)
        if look.brightness > bright { note(.bright, "brightness", look.brightness, "at most", bright) }
        let flat = min(contrast.lowerBound / detailFactor, contrast.lowerBound - tolerance)
        if look.contrast < flat { note(.flat, "contrast", look.contrast, "at least", flat) }
        let blurred = sharpness.lowerBound / detailFactor
        let details = references.map { $0.sharpness * $0.brightness }.min() ?? 0
        if look.sharpness < blurred, details > leastDetail {
            note(.blurred, "sharpness", look.sharpness, "at least", blurred)
        }
        return faults
    }

    private static func figure(_ value: Double) -> String { String(Double(Int((value * 1000).rounded())) / 1000) }

    /// A picture is as blank as its pixels are: in a smaller one the noise of a plain surface is averaged away.
    private static func blankFault(
        of picture: RGBImage, seenAs square: RGBImage, _ look: PictureLook, welcomedBy references: [PictureLook]
    ) -> PictureFault? {
        guard nothing(in: square) != nil, let found = nothing(in: picture) else { return nil }
        let isWelcome = references.contains {
            abs($0.brightness - look.brightness) <= tolerance
                && $0.contrast <= (found.isOneColor ? leastContrast : tolerance)
        }
        guard !isWelcome else { return nil }
        return PictureFault(
            .blank, "expected a picture of a part, found \(found.words): is the lamp on, is the lens covered?")
    }

    /// What a picture is that shows nothing; nil for one that shows something.
    private static func nothing(in picture: RGBImage) -> (words: String, isOneColor: Bool)? {
        var (lowest, highest) = (RGBColor(red: 255, green: 255, blue: 255), RGBColor(red: 0, green: 0, blue: 0))
        var (blacks, whites) = (0, 0)
        picture.pixels.withUnsafeBufferPointer { pixels in
            for index in stride(from: 0, to: pixels.count - 2, by: 3) {
                let (red, green, blue) = (pixels[index], pixels[index + 1], pixels[index + 2])
                lowest = RGBColor(
                    red: min(lowest.red, red), green: min(lowest.green, green), blue: min(lowest.blue, blue))
                highest = RGBColor(
                    red: max(highest.red, red), green: max(highest.green, green), blue: max(highest.blue, blue))
                if max(red, green, blue) <= extremeLevels { blacks += 1 }
                if min(red, green, blue) >= 255 - extremeLevels { whites += 1 }
            }
        }
        let count = picture.width * picture.height
        let enough = count - count / strayShare
        let spans = [highest.red - lowest.red, highest.green - lowest.green, highest.blue - lowest.blue]
        return
            if blacks >= enough
        {
            ("a black picture", false)
        } else if whites >= enough {
            ("a white picture", false)
        } else if spans.allSatisfy({ $0 <= oneColorSpan }) {
            ("a picture of one colour (red \(lowest.red), green \(lowest.green), blue \(lowest.blue))", true)
        } else {
            nil
        }
    }
}
