internal import Images
import Tensors

/// Turns light into an 8-bit picture as a camera would: exposure, white balance, tone curve, vignette, blur, noise, JPEG.
struct Camera: Sendable {
    private let gain: (red: Float, green: Float, blue: Float)
    private let isGrey: Bool
    private let vignette: Float
    /// Standard deviation in units.
    private let blur: Float
    /// Standard deviation as a part of full scale, at mid grey.
    private let noise: Float
    private let jpegQuality: Int?
    private let noiseKey: UInt64
    /// Tone curve: linear 0…1 in 4096 steps → 0…1.
    private let curve: [Float]

    private static let steps = 4096
    /// Change on the picture's 0…1 scale that is noticed on a smooth surface without noise.
    private static let leastNoticeable: Float = 0.035
    /// How much of the deviation of its surroundings a change has to exceed.
    private static let masking: Float = 0.6

    /// Sets a camera up for a product without defects, so that a defect does not change the exposure.
    init(for clean: LinearPicture, _ random: inout Generator) {
        var piece = random.piece()
        // Stations are set up for their product, but black rubber is still darker than white paper.
        let bright = max(Self.bright(clean), 0.02)
        let level = random.uniform(0.6, 1.1) * power(bright, 0.42)
        let exposure = clamped(level, 0.12, 1.12) * piece.uniform(0.97, 1.03) / bright
        func channel() -> Float { exposure * exponential(random.normal(0.025)) }
        gain = (channel(), channel(), channel())
        isGrey = random.chance(0.07)
        vignette = random.chance(0.6) ? random.uniform(0, 0.3) : 0
        blur = random.chance(0.65) ? random.uniform(0.25, 1.0) * piece.uniform(0.9, 1.1) : 0
        noise = random.chance(0.8) ? random.scale(0.003, 0.03) : 0
        jpegQuality = random.chance(0.35) ? random.integer(55...95) : nil
        noiseKey = piece.next()
        let gamma = random.uniform(0.85, 1.2) / 2.2
        let contrast = random.uniform(0, 0.5)
        curve = (0...Self.steps).map { step in
            let encoded = power(Float(step) / Float(Self.steps), gamma)
            return mix(encoded, encoded * encoded * (3 - 2 * encoded), contrast)
        }
    }

    /// Brightness that 95 of 100 pixels do not reach.
    private static func bright(_ picture: LinearPicture) -> Float {
        var values: [Float] = []
        values.reserveCapacity(picture.red.values.count / 13 + 1)
        for i in stride(from: 0, to: picture.red.values.count, by: 13) {
            values.append(
                max(picture.red.values[i], picture.green.values[i], picture.blue.values[i]))
        }
        values.sort()
        return values.isEmpty ? 1 : values[values.count * 95 / 100]
    }

    /// Largest change of a channel, on the picture's 0…1 scale, at each pixel of a rectangle.
    func change(from before: LinearPicture, to after: LinearPicture, in area: PixelRect) -> Plane {
        var result = Plane(area)
        curve.withUnsafeBufferPointer { curve in
            func add(_ a: Plane, _ b: Plane, _ gain: Float) {
                let side = a.rect.width
                let k = gain * Float(Self.steps)
                let top = Float(Self.steps)
                a.values.withUnsafeBufferPointer { a in
                    b.values.withUnsafeBufferPointer { b in
                        result.values.withUnsafeMutableBufferPointer { out in
                            for row in 0..<area.height {
                                for column in 0..<area.width {
                                    let i = (area.y + row) * side + area.x + column
                                    let o = row * area.width + column
                                    let from = curve[Int(min(max(a[i] * k, 0), top))]
                                    let to = curve[Int(min(max(b[i] * k, 0), top))]
                                    out[o] = max(out[o], abs(from - to))
                                }
                            }
                        }
                    }
                }
            }
            add(before.red, after.red, gain.red)
            add(before.green, after.green, gain.green)
            add(before.blue, after.blue, gain.blue)
        }
        return result
    }

    /// Where an inspector would notice a change: 1 where it exceeds what the lens, the noise and the structure around it hide.
    ///
    /// A change of the same size is plain on a smooth surface and lost between the teeth of a gear (contrast masking).
    ///
    /// - Parameters:
    ///   - change: From ``change(from:to:in:)``.
    ///   - before: The piece without it.
    ///   - area: The rectangle of `change`.
    /// - Returns: A plane on that rectangle.
    func noticed(_ change: Plane, over before: LinearPicture, in area: PixelRect) -> Plane {
        guard !area.isEmpty else { return change }
        let side = before.green.rect.width
        var level = before.green.cropped(to: area)
        let k = gain.green * Float(Self.steps)
        let top = Float(Self.steps)
        curve.withUnsafeBufferPointer { curve in level.apply { curve[Int(min(max($0 * k, 0), top))] } }
        let radius = max(1, side / 64)
        let mean = level.blurred(radius)
        var structure = level.map { $0 * $0 }.blurred(radius)
        structure.combine(mean) { max($0 - $1 * $1, 0).squareRoot() }
        var result = Self.blurred(change, blur * Float(side) / 256)
        let floor = Self.leastNoticeable + noise
        result.combine(structure) { $0 > floor + Self.masking * $1 ? 1 : 0 }
        return result
    }

    /// The picture the camera delivers.
    func exposed(_ picture: LinearPicture) -> RGBImage {
        let side = picture.red.rect.width
        let sigma = blur * Float(side) / 256
        let red = Self.blurred(picture.red, sigma)
        let green = Self.blurred(picture.green, sigma)
        let blue = Self.blurred(picture.blue, sigma)
        let center = Float(side - 1) / 2
        let fall = vignette / (2 * center * center)
        let top = Float(Self.steps)
        let pixels = [UInt8](unsafeUninitializedCapacity: side * side * 3) { out, count in
            count = side * side * 3
            curve.withUnsafeBufferPointer { curve in
                red.values.withUnsafeBufferPointer { red in
                    green.values.withUnsafeBufferPointer { green in
                        blue.values.withUnsafeBufferPointer { blue in
                            for y in 0..<side {
                                let dy = Float(y) - center
                                for x in 0..<side {
                                    let dx = Float(x) - center
                                    let i = y * side + x
                                    let shade = (1 - fall * (dx * dx + dy * dy)) * top
                                    var r = curve[Int(clamped(red[i] * gain.red * shade, 0, top))]
                                    var g = curve[Int(clamped(green[i] * gain.green * shade, 0, top))]
                                    var b = curve[Int(clamped(blue[i] * gain.blue * shade, 0, top))]
                                    if isGrey {
                                        r = 0.3 * r + 0.59 * g + 0.11 * b
                                        g = r
                                        b = r
                                    }
                                    if noise > 0 {
                                        // Sums of two even numbers are nearly normal where it matters.
                                        let bits = SplitMix64.mixed(noiseKey &+ UInt64(i))
                                        func part(_ shift: UInt64) -> Float {
                                            let sum = (bits >> shift) & 1023 + (bits >> (shift + 10)) & 1023
                                            return (Float(sum) - 1023) * (1 / 418)
                                        }
                                        let luma = part(0) * 0.6
                                        // Photons are counted: bright pixels are noisier before the tone curve, darker after.
                                        let amount = noise * (1.25 - 0.5 * g)
                                        r += (luma + 0.8 * part(20)) * amount
                                        g += (luma + 0.8 * part(40)) * amount
                                        b += (luma - 0.8 * part(20)) * amount
                                    }
                                    out[3 * i] = UInt8(clamped(r) * 255 + 0.5)
                                    out[3 * i + 1] = UInt8(clamped(g) * 255 + 0.5)
                                    out[3 * i + 2] = UInt8(clamped(b) * 255 + 0.5)
                                }
                            }
                        }
                    }
                }
            }
        }
        let image = RGBImage(width: side, height: side, pixels: pixels)
        guard let jpegQuality, let file = try? JPEGEncoder.encode(image, quality: jpegQuality),
            let decoded = try? ImageDecoder.decode(file)
        else { return image }
        return decoded
    }

    /// Convolves with a Gaussian of up to seven taps, across and down.
    private static func blurred(_ plane: Plane, _ sigma: Float) -> Plane {
        guard sigma > 0.2 else { return plane }
        let radius = min(3, Int((2.5 * sigma).rounded(.up)))
        var weights = (0...radius).map { exponential(-Float($0 * $0) / (2 * sigma * sigma)) }
        let total = weights[0] + 2 * weights.dropFirst().reduce(0, +)
        weights = weights.map { $0 / total }
        return plane.convolved(weights, step: 1).convolved(weights, step: plane.rect.width)
    }
}

extension Plane {
    /// A symmetric convolution along rows (`step` 1) or columns (`step` the width), border values repeated.
    fileprivate func convolved(_ weights: [Float], step: Int) -> Plane {
        let width = rect.width
        let height = rect.height
        let radius = weights.count - 1
        let result = [Float](unsafeUninitializedCapacity: values.count) { out, count in
            count = values.count
            values.withUnsafeBufferPointer { source in
                for y in 0..<height {
                    let isEdgeRow = step != 1 && (y < radius || y >= height - radius)
                    for x in 0..<width {
                        let i = y * width + x
                        var sum = source[i] * weights[0]
                        if isEdgeRow || (step == 1 && (x < radius || x >= width - radius)) {
                            for k in 1...radius {
                                let low = step == 1 ? y * width + max(x - k, 0) : max(y - k, 0) * width + x
                                let high =
                                    step == 1
                                    ? y * width + min(x + k, width - 1) : min(y + k, height - 1) * width + x
                                sum += weights[k] * (source[low] + source[high])
                            }
                        } else {
                            for k in 1...radius { sum += weights[k] * (source[i - k * step] + source[i + k * step]) }
                        }
                        out[i] = sum
                    }
                }
            }
        }
        return Plane(rect, values: result)
    }
}
