/// Distances from a filled shape's border, for bevels, rims, roundings and shadows of any outline.
enum DistanceField {
    /// Signed distances in pixels, negative inside, of a coverage mask.
    ///
    /// Exact Euclidean transform of the mask cut at one half (Felzenszwalb and Huttenlocher 2012, two passes of lower
    /// envelopes), refined by the coverage of the border pixels.
    ///
    /// - Parameters:
    ///   - mask: Coverage, 0…1; outside its rectangle counts as outside the shape.
    ///   - limit: Distances are exact up to this and cut there.
    /// - Returns: Distances over the mask's rectangle.
    static func signed(_ mask: Plane, limit: Float) -> Plane {
        let rect = mask.rect
        guard !rect.isEmpty else { return mask }
        var result = Plane(rect)
        let inside = squared(mask, toward: false, limit: limit)
        let outside = squared(mask, toward: true, limit: limit)
        result.values.withUnsafeMutableBufferPointer { target in
            for i in 0..<target.count {
                let coverage = mask.values[i]
                if coverage > 0.02 && coverage < 0.98 {
                    target[i] = 0.5 - coverage
                } else if coverage >= 0.5 {
                    target[i] = -max(0.5, min(inside[i], limit * limit).squareRoot() - 0.5)
                } else {
                    target[i] = max(0.5, min(outside[i], limit * limit).squareRoot() - 0.5)
                }
            }
        }
        return result
    }

    /// Squared distance of each pixel to the nearest one that is inside (or outside) the mask.
    private static func squared(_ mask: Plane, toward inside: Bool, limit: Float) -> [Float] {
        let width = mask.rect.width
        let height = mask.rect.height
        let far = (limit + 2) * (limit + 2)
        var field = mask.values.map { ($0 >= 0.5) == inside ? 0 : far }
        let longest = max(width, height)
        var line = [Float](repeating: 0, count: longest)
        var sites = [Int](repeating: 0, count: longest)
        var borders = [Float](repeating: 0, count: longest + 1)
        field.withUnsafeMutableBufferPointer { field in
            line.withUnsafeMutableBufferPointer { line in
                sites.withUnsafeMutableBufferPointer { sites in
                    borders.withUnsafeMutableBufferPointer { borders in
                        for column in 0..<width {
                            envelope(field, column, step: width, count: height, far: far, line, sites, borders)
                        }
                        for row in 0..<height {
                            envelope(field, row * width, step: 1, count: width, far: far, line, sites, borders)
                        }
                    }
                }
            }
        }
        return field
    }

    /// One line of the transform, in place: the lower envelope of parabolas rooted at each sample.
    @inline(__always)
    private static func envelope(
        _ field: UnsafeMutableBufferPointer<Float>, _ start: Int, step: Int, count: Int, far: Float,
        _ line: UnsafeMutableBufferPointer<Float>, _ sites: UnsafeMutableBufferPointer<Int>,
        _ borders: UnsafeMutableBufferPointer<Float>
    ) {
        var isPlain = true
        let firstValue = field[start]
        for i in 0..<count {
            let value = field[start + i * step]
            line[i] = value
            if value != firstValue { isPlain = false }
        }
        // Most lines of a picture are wholly in or out.
        if isPlain { return }
        var k = 0
        sites[0] = 0
        borders[0] = -.infinity
        borders[1] = .infinity
        for q in 1..<count {
            let value = line[q] + Float(q * q)
            var crossing: Float
            while true {
                let site = sites[k]
                crossing = (value - line[site] - Float(site * site)) / Float(2 * (q - site))
                if crossing > borders[k] || k == 0 { break }
                k -= 1
            }
            if crossing <= borders[k] {
                sites[k] = q
            } else {
                k += 1
                sites[k] = q
                borders[k] = crossing
            }
            borders[k + 1] = .infinity
        }
        var at = 0
        for q in 0..<count {
            while borders[at + 1] < Float(q) { at += 1 }
            let gap = Float(q - sites[at])
            field[start + q * step] = min(far, gap * gap + line[sites[at]])
        }
    }
}
