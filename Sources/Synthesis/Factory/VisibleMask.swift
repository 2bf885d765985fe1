internal import Images

/// Where a defect changed the picture so that one can see it.
enum VisibleMask {
    /// Change of a channel, on the picture's 0…1 scale, that counts as visible at one pixel.
    static let visible: Float = 0.03
    /// Mean change over a mask below which the defect is refused.
    static let leastMean: Float = 0.045
    /// Pixels of a picture of 256 a side that an inspector has to notice before there is a defect.
    static let leastNoticed: Float = 24
    /// The least part of a mask that an inspector notices.
    static let leastNoticedShare: Float = 0.35

    /// Makes the mask of one defect.
    ///
    /// - Parameters:
    ///   - change: Largest change of a channel at each pixel of the changed rectangle.
    ///   - noticed: Where the change stands out from noise and from the structure around it, 1 or 0, on that rectangle.
    ///   - footprint: Where the defect is meant to be, 0…1; shadows it casts elsewhere are not part of it.
    ///   - side: Pixels a side of the picture.
    ///   - gap: Unchanged gaps of up to twice as many pixels inside a defect belong to it.
    /// - Returns: The mask, [side, side], or nil when the defect is too small or too weak to be seen.
    static func make(_ change: Plane, noticed: Plane, footprint: Plane?, side: Int, gap: Int) -> BinaryMask? {
        let area = change.rect
        guard !area.isEmpty else { return nil }
        var marks = change.map { $0 > visible ? 1 : 0 }
        if let footprint { marks.combine(footprint.cropped(to: area)) { $1 > 0.3 ? $0 : 0 } }
        // A stroke through texture is one stroke, even where it happens to meet its own colour.
        var closed = marks.closed(gap)
        if let footprint { closed.combine(footprint.cropped(to: area)) { $1 > 0.3 ? $0 : 0 } }
        var pixels = [UInt8](repeating: 0, count: side * side)
        for row in 0..<area.height {
            for column in 0..<area.width where closed.values[row * area.width + column] > 0.5 {
                pixels[(area.y + row) * side + area.x + column] = 1
            }
        }
        let scale = Float(side * side) / 65_536
        let mask = ConnectedRegions.removingSmall(
            from: BinaryMask(width: side, height: side, pixels: pixels), minimumArea: max(2, Int(4 * scale)))
        let marked = mask.area
        var sum: Float = 0
        var standingOut: Float = 0
        for row in 0..<area.height {
            for column in 0..<area.width where mask.pixels[(area.y + row) * side + area.x + column] != 0 {
                sum += change.values[row * area.width + column]
                standingOut += noticed.values[row * area.width + column]
            }
        }
        guard standingOut >= max(leastNoticed * scale, leastNoticedShare * Float(marked)) else { return nil }
        return sum >= leastMean * Float(marked) ? mask : nil
    }
}

extension Plane {
    /// Fills gaps of up to 2·radius pixels (dilation, then erosion; a square window).
    fileprivate func closed(_ radius: Int) -> Plane {
        // Room around it, so that the border does not erode what touches it.
        let roomy = cropped(to: rect.grown(radius))
        return roomy.extreme(radius, max).extreme(radius, min).cropped(to: rect)
    }

    private func extreme(_ radius: Int, _ choose: (Float, Float) -> Float) -> Plane {
        var across = self
        var both = self
        let width = rect.width
        values.withUnsafeBufferPointer { source in
            across.values.withUnsafeMutableBufferPointer { out in
                for y in 0..<rect.height {
                    for x in 0..<width {
                        var value = source[y * width + x]
                        for i in max(0, x - radius)...min(width - 1, x + radius) {
                            value = choose(value, source[y * width + i])
                        }
                        out[y * width + x] = value
                    }
                }
            }
        }
        across.values.withUnsafeBufferPointer { source in
            both.values.withUnsafeMutableBufferPointer { out in
                for y in 0..<rect.height {
                    let rows = max(0, y - radius)...min(rect.height - 1, y + radius)
                    for x in 0..<width {
                        var value = source[y * width + x]
                        for i in rows { value = choose(value, source[i * width + x]) }
                        out[y * width + x] = value
                    }
                }
            }
        }
        return both
    }
}
