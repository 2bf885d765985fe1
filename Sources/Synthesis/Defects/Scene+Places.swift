extension Scene {
    /// A random place on the product, in picture units; nil when there is hardly any product.
    ///
    /// - Parameters:
    ///   - random: Where it comes from.
    ///   - inset: How far the product must reach around it, units.
    /// - Returns: The place.
    func spot(_ random: inout Generator, inset: Float = 0) -> Point? {
        let steps = Int(inset / picture.pixel)
        for attempt in 0..<60 {
            // What lies at the very border is half cut off.
            let border = attempt < 30 ? max(3, side / 20) : 3
            let x = random.integer(border...side - 1 - border)
            let y = random.integer(border...side - 1 - border)
            guard part[x, y] > 0.6 else { continue }
            // Slender products have no such place; after a while any place will do.
            if steps > 0, attempt < 40 {
                let around = [(steps, 0), (-steps, 0), (0, steps), (0, -steps)]
                let isInside = around.allSatisfy { dx, dy in
                    let px = min(max(x + dx, 0), side - 1)
                    let py = min(max(y + dy, 0), side - 1)
                    return part[px, py] > 0.6
                }
                guard isInside else { continue }
            }
            return picture.fromPixel.apply(Point(Float(x), Float(y)))
        }
        return nil
    }

    /// A random place on the product's outline, or on an edge its family named.
    func edge(_ random: inout Generator) -> EdgeAnchor? {
        if !namedEdges.isEmpty, random.chance(0.4) {
            let inside = namedEdges.filter { rect.grown(-4).contains($0.pixel) }
            if !inside.isEmpty { return random.pick(inside) }
        }
        for _ in 0..<30 {
            guard let start = spot(&random) else { return nil }
            let step = Point.polar(random.angle(), 1)
            var p = picture.pixel(start)
            while rect.grown(-4).contains(p), part[Int(p.x), Int(p.y)] > 0.5 { p = p + step }
            guard rect.grown(-4).contains(p), let outward = outward(at: p) else { continue }
            return EdgeAnchor(pixel: p, outward: outward)
        }
        return nil
    }

    /// Unit vector out of the product at a pixel of its outline.
    func outward(at p: Point) -> Point? {
        let x = Int(p.x)
        let y = Int(p.y)
        var gradient = Point(0, 0)
        for dy in -2...2 {
            for dx in -2...2 where dx != 0 || dy != 0 {
                gradient = gradient - Point(Float(dx), Float(dy)) * part[x + dx, y + dy]
            }
        }
        let size = gradient.length
        return size > 0.5 ? gradient * (1 / size) : nil
    }

    /// The points of a line that wanders smoothly (`bend`) or in jerks (`jag`), both in radians.
    static func wander(
        from start: Point, heading: Float, length: Float, bend: Float, jag: Float, steps: Int, _ random: inout Generator
    ) -> [Point] {
        var angle = heading
        var points = [start]
        let turn = random.normal(bend)
        for _ in 0..<steps {
            angle += turn / Float(steps) + random.normal(jag)
            points.append(points[points.count - 1] + .polar(angle, length / Float(steps)))
        }
        return points
    }

    /// Signed distance (roughly) to a patch with an irregular border, over the rectangle that holds it.
    ///
    /// - Parameters:
    ///   - center: Its middle, in picture units.
    ///   - size: Its radius, units.
    ///   - roughness: How far the border strays, as a part of the size.
    ///   - stretch: Length over width.
    ///   - random: Shape and direction.
    /// - Returns: The distance in units, negative inside.
    func patch(
        at center: Point, size: Float, roughness: Float, stretch: Float = 1, _ random: inout Generator
    ) -> Plane {
        let frame = picture.placed(at: center, angle: random.angle())
        let k = stretch.squareRoot()
        let reach = size * (1.25 + 2 * roughness) * max(k, 1 / k) + 4
        var distance = field(frame, reach: reach) { x, y in length(x / k, y * k) - size }
        let large = noise(.cloud, in: frame, scale: 0.12 + size / 130, &random, reach: reach)
        distance.combine(large) { $0 + $1 * size * roughness }
        let fine = noise(.pink, in: frame, scale: 0.3 + size / 100, &random, reach: reach)
        distance.combine(fine) { $0 + $1 * size * roughness * 0.25 }
        return distance
    }

    /// Mean reflectance under a mask.
    func meanColor(under mask: Plane) -> Color {
        var weight: Float = 1e-4
        var color = Color(0)
        for row in 0..<mask.rect.height {
            for column in 0..<mask.rect.width {
                let a = mask.values[row * mask.rect.width + column]
                guard a > 0.05 else { continue }
                let x = mask.rect.x + column
                let y = mask.rect.y + row
                color.red += a * red[x, y]
                color.green += a * green[x, y]
                color.blue += a * blue[x, y]
                weight += a
            }
        }
        return color * (1 / weight)
    }

    /// A grey-tinted colour that differs from another by a step of the eye's scale, lighter or darker.
    func contrasting(_ color: Color, step: Float, _ random: inout Generator) -> Color {
        let value = power(max(color.luminance, 0.003), 1 / 2.2)
        let up = value < 0.3 || (value < 0.7 && random.chance(0.5))
        let target = power(clamped(value + (up ? step : -step), 0.03, 0.97), 2.2)
        return color.mixed(Color(color.luminance), 0.3) * (target / max(color.luminance, 0.003))
    }
}

extension PixelRect {
    /// Whether a point lies inside.
    func contains(_ p: Point) -> Bool {
        p.x >= Float(x) && p.y >= Float(y) && p.x < Float(x + width) && p.y < Float(y + height)
    }
}
