extension Plane {
    /// The plane moved by whole pixels, inside a picture, with room for a blur.
    func shifted(_ dx: Int, _ dy: Int, in picture: PixelRect, margin: Int = 0) -> Plane {
        let moved = Plane(
            PixelRect(x: rect.x + dx, y: rect.y + dy, width: rect.width, height: rect.height), values: values)
        return moved.cropped(to: moved.rect.grown(margin).intersection(picture))
    }

    /// The mean over a window of 2·radius+1 pixels, twice (close to a Gaussian); the border's values are repeated.
    func blurred(_ radius: Int) -> Plane {
        guard radius > 0, !rect.isEmpty else { return self }
        var result = self
        for _ in 0..<2 {
            result = result.boxBlurredAcross(radius).boxBlurredDown(radius)
        }
        return result
    }

    private func boxBlurredAcross(_ radius: Int) -> Plane {
        let width = rect.width
        let scale = 1 / Float(2 * radius + 1)
        let blurred = [Float](unsafeUninitializedCapacity: values.count) { out, count in
            count = values.count
            values.withUnsafeBufferPointer { source in
                for row in 0..<rect.height {
                    let start = row * width
                    var sum = source[start] * Float(radius + 1)
                    for i in 1...radius { sum += source[start + min(i, width - 1)] }
                    for i in 0..<width {
                        out[start + i] = sum * scale
                        sum += source[start + min(i + radius + 1, width - 1)] - source[start + max(i - radius, 0)]
                    }
                }
            }
        }
        return Plane(rect, values: blurred)
    }

    private func boxBlurredDown(_ radius: Int) -> Plane {
        let width = rect.width
        let height = rect.height
        let scale = 1 / Float(2 * radius + 1)
        var sums = [Float](repeating: 0, count: width)
        let blurred = [Float](unsafeUninitializedCapacity: values.count) { out, count in
            count = values.count
            values.withUnsafeBufferPointer { source in
                for i in 0..<width { sums[i] = source[i] * Float(radius + 1) }
                for row in 1...radius {
                    let start = min(row, height - 1) * width
                    for i in 0..<width { sums[i] += source[start + i] }
                }
                for row in 0..<height {
                    let entering = min(row + radius + 1, height - 1) * width
                    let leaving = max(row - radius, 0) * width
                    for i in 0..<width {
                        out[row * width + i] = sums[i] * scale
                        sums[i] += source[entering + i] - source[leaving + i]
                    }
                }
            }
        }
        return Plane(rect, values: blurred)
    }

    /// The value at a position between pixels, bilinear, the border's values beyond it.
    @inline(__always)
    func sample(_ x: Float, _ y: Float) -> Float {
        let u = clamped(x - Float(rect.x), 0, Float(rect.width - 1))
        let v = clamped(y - Float(rect.y), 0, Float(rect.height - 1))
        let x0 = min(Int(u), max(rect.width - 2, 0))
        let y0 = min(Int(v), max(rect.height - 2, 0))
        let x1 = min(x0 + 1, rect.width - 1)
        let y1 = min(y0 + 1, rect.height - 1)
        let tu = u - Float(x0)
        let tv = v - Float(y0)
        let top = values[y0 * rect.width + x0] * (1 - tu) + values[y0 * rect.width + x1] * tu
        let bottom = values[y1 * rect.width + x0] * (1 - tu) + values[y1 * rect.width + x1] * tu
        return top * (1 - tv) + bottom * tv
    }
}
