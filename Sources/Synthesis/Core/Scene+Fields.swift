extension Scene {
    /// Evaluates a function of position at every pixel near a frame's origin.
    ///
    /// - Parameters:
    ///   - frame: Whose coordinates the function takes.
    ///   - reach: Half the side of the square that matters, in the frame's units; everything by default.
    ///   - body: (x, y) → value.
    /// - Returns: The values over the rectangle that holds the square.
    @inline(__always)
    func field(_ frame: Frame, reach: Float? = nil, _ body: (Float, Float) -> Float) -> Plane {
        field(frame, over: reach.map { frame.rect(reachX: $0, reachY: $0, side: side) } ?? rect, body)
    }

    /// Evaluates a function of position over a rectangle of pixels.
    @inline(__always)
    func field(_ frame: Frame, over rect: PixelRect, _ body: (Float, Float) -> Float) -> Plane {
        let m = frame.fromPixel
        let isAffine = m.g == 0 && m.h == 0
        let values = [Float](unsafeUninitializedCapacity: rect.count) { buffer, count in
            count = rect.count
            guard let p = buffer.baseAddress else { return }
            for row in 0..<max(0, rect.height) {
                let y = Float(rect.y + row)
                let x0 = Float(rect.x)
                let u0 = m.b * y + m.c + m.a * x0
                let v0 = m.e * y + m.f + m.d * x0
                let out = p + row * rect.width
                if isAffine {
                    let k = 1 / m.i
                    for i in 0..<rect.width {
                        out[i] = body((u0 + m.a * Float(i)) * k, (v0 + m.d * Float(i)) * k)
                    }
                } else {
                    let w0 = m.h * y + m.i + m.g * x0
                    for i in 0..<rect.width {
                        let k = 1 / (w0 + m.g * Float(i))
                        out[i] = body((u0 + m.a * Float(i)) * k, (v0 + m.d * Float(i)) * k)
                    }
                }
            }
        }
        return Plane(rect, values: values)
    }

    /// Evaluates two functions of position at once, such as a distance and whose it is.
    @inline(__always)
    func fields(_ frame: Frame, _ body: (Float, Float) -> (Float, Float)) -> (Plane, Plane) {
        var second = Plane(rect)
        var index = 0
        let first = second.values.withUnsafeMutableBufferPointer { out in
            field(frame) { x, y in
                let pair = body(x, y)
                // `field` goes through the pixels in order.
                out[index] = pair.1
                index += 1
                return pair.0
            }
        }
        return (first, second)
    }

    /// A random field of mean 0 and deviation 1 that lies on the frame.
    ///
    /// - Parameters:
    ///   - kind: Its spectrum.
    ///   - frame: Moves and turns with it.
    ///   - scale: Features this many times larger than at 1.
    ///   - random: Chooses which stretch of the field is seen.
    ///   - reach: Half the side of the square that matters; everything by default.
    /// - Returns: The field.
    func noise(
        _ kind: NoiseKind, in frame: Frame, scale: Float = 1, _ random: inout Generator, reach: Float? = nil
    ) -> Plane {
        let fields = NoiseFields.fields(kind)
        var piece = random.piece()
        let chosen = fields[piece.integer(0...fields.count - 1)]
        let dx = piece.uniform(0, 512)
        let dy = piece.uniform(0, 512)
        let flipX = piece.sign()
        let flipY = piece.sign()
        let k = 1 / scale
        let mask = NoiseFields.side - 1
        return chosen.withUnsafeBufferPointer { texels in
            field(frame, reach: reach) { x, y in
                let u = x * k * flipX + dx
                let v = y * k * flipY + dy
                let fu = floored(u)
                let fv = floored(v)
                let tu = u - fu
                let tv = v - fv
                let x0 = Int(fu) & mask
                let y0 = (Int(fv) & mask) * NoiseFields.side
                let x1 = (x0 + 1) & mask
                let y1 = (y0 + NoiseFields.side) & (NoiseFields.side * NoiseFields.side - 1)
                let top = texels[y0 + x0] * (1 - tu) + texels[y0 + x1] * tu
                let bottom = texels[y1 + x0] * (1 - tu) + texels[y1 + x1] * tu
                return top * (1 - tv) + bottom * tv
            }
        }
    }

    /// A drawing sheet over the whole picture, or near a frame's origin.
    func ink(_ frame: Frame, reach: Float? = nil, withDepth: Bool = false) -> Ink {
        Ink(
            frame, rect: reach.map { frame.rect(reachX: $0, reachY: $0, side: side) } ?? rect, withDepth: withDepth)
    }
}
