// The components themselves, around the origin of the frame they are soldered in.
extension BoardComponent {
    struct Lead {
        let shoulder: Point
        let foot: Point
        let isVertical: Bool
    }

    static func leads(_ halfWidth: Float, _ halfHeight: Float, _ pitch: Float, _ hasFourSides: Bool) -> [Lead] {
        var result: [Lead] = []
        let across = max(2, Int((2 * halfWidth - 3) / pitch))
        for i in 0..<across {
            let x = (Float(i) - Float(across - 1) / 2) * pitch
            for side: Float in [-1, 1] {
                result.append(
                    Lead(
                        shoulder: Point(x, side * (halfHeight - 0.5)), foot: Point(x, side * (halfHeight + 3.4)),
                        isVertical: true))
            }
        }
        guard hasFourSides else { return result }
        let down = max(2, Int((2 * halfHeight - 3) / pitch))
        for i in 0..<down {
            let y = (Float(i) - Float(down - 1) / 2) * pitch
            for side: Float in [-1, 1] {
                result.append(
                    Lead(
                        shoulder: Point(side * (halfWidth - 0.5), y), foot: Point(side * (halfWidth + 3.4), y),
                        isVertical: false))
            }
        }
        return result
    }

    static func pin(_ index: Int, of count: Int) -> Point {
        Point((Float(index) - Float(count - 1) / 2) * 7.2, 0)
    }

    func chip(
        _ scene: inout Scene, _ place: Frame, _ halfWidth: Float, _ halfHeight: Float, _ pitch: Float,
        _ hasFourSides: Bool,
        _ random: inout Generator
    ) {
        let tin = Material(Color(hex: 0xC9CCD0), gloss: 0.7, metal: 1)
        for lead in Self.leads(halfWidth, halfHeight, pitch, hasFourSides) {
            let points = scene.bendable([lead.shoulder, lead.foot], in: place)
            scene.tube(points, width: pitch * 0.42, tin, in: place, elevation: 0.8, flatness: 0.5)
        }
        let body = Material(Color(hex: random.pick([0x1C1C1E, 0x232326, 0x2C2A2A])), gloss: random.uniform(0.1, 0.35))
        scene.block(halfWidth, halfHeight, radius: 0.8, body, in: place, rim: .chamfer(1.6), elevation: 3.5)
        scene.disk(1.4, at: Point(-halfWidth + 4, halfHeight - 4), body, in: place, rim: .sharp, elevation: 0)
        scene.shadow(
            scene.field(place.placed(at: Point(-halfWidth + 4, halfHeight - 4)), reach: 3) { x, y in
                coverage(length(x, y) - 1.4, place.pixel)
            }, 0.35)
        let text = Lettering.mark(&random, longest: 8)
        let size = min(halfHeight * 0.34, 2 * halfWidth * 0.75 / max(1, Ink.textWidth(text, size: 1)))
        mark(text, &scene, place, size: size, Color(random.uniform(0.25, 0.6)), &random)
    }

    /// Printed in the middle, read along the component.
    func mark(
        _ text: String, _ scene: inout Scene, _ place: Frame, size: Float, _ color: Color, _ random: inout Generator
    ) {
        let width = Ink.textWidth(text, size: size)
        scene.printed(in: place, reachX: width / 2, reachY: size / 2, color: color, opacity: 0.8, &random) { ink, _ in
            ink.text(text, at: Point(-width / 2, -size / 2), size: size, weight: 0.15)
        }
    }

    func passive(
        _ scene: inout Scene, _ place: Frame, _ length: Float, _ width: Float, _ isCapacitor: Bool,
        _ random: inout Generator
    ) {
        let tin = Material(Color(hex: 0xD2D4D6), gloss: 0.6, metal: 1)
        scene.block(length, width, radius: 0.7, tin, in: place, rim: .rounded(1), elevation: 2.2)
        let tone: [UInt32] = isCapacitor ? [0xA8845A, 0xC2A071, 0x8A6A4A] : [0x161618, 0x1D1F24, 0x20324A]
        let ceramic = Material(Color(hex: random.pick(tone)).varied(&random), gloss: 0.3)
        scene.block(length * 0.66, width * 1.02, ceramic, in: place, rim: .rounded(0.7), elevation: 0.4)
        guard !isCapacitor, length > 5 else { return }
        var ink = scene.ink(place, reach: length)
        let size = width * 0.8
        let text = random.pick(["103", "472", "0", "220", "1R0"])
        ink.text(text, at: Point(-Ink.textWidth(text, size: size) / 2, -size / 2), size: size)
        scene.tint(ink.plane, Color(0.75))
    }

    func can(_ scene: inout Scene, _ place: Frame, _ radius: Float, _ random: inout Generator) {
        let base = Material(Color(0.012), gloss: 0.3)
        scene.block(radius, radius, radius: radius * 0.2, base, in: place, rim: .rounded(1), elevation: 2)
        let aluminium = Material(Color(hex: 0xD3D5D7), gloss: random.uniform(0.4, 0.8), metal: 1)
        let top = scene.disk(radius * 0.93, aluminium, in: place, rim: .rounded(radius * 0.16), elevation: radius * 0.8)
        let angle = random.angle()
        let limit = radius * random.uniform(0.35, 0.5)
        let stripe = scene.field(place, reach: radius) { x, y in
            coverage(limit - (x * cosine(angle) + y * sine(angle)), place.pixel)
                * coverage(length(x, y) - radius * 0.82, place.pixel)
        }
        scene.fill(stripe.masked(by: top), base, opacity: 0.95)
        let text = random.pick(["100", "220 16V", "47", "330 25V"]).split(separator: " ").map(String.init)
        for (row, line) in text.enumerated() {
            let size = radius * 0.3
            let local = place.placed(
                at: Point(-cosine(angle) * radius * 0.2, -sine(angle) * radius * 0.2 + Float(row) * size * 1.5))
            mark(line, &scene, local, size: size, Color(0.03), &random)
        }
    }

    func molded(
        _ scene: inout Scene, _ place: Frame, _ length: Float, _ width: Float, _ random: inout Generator
    ) {
        let tin = Material(Color(hex: 0xC9CCD0), gloss: 0.7, metal: 1)
        for side: Float in [-1, 1] {
            let points = scene.bendable([Point(side * (length - 1), 0), Point(side * (length + 2.4), 0)], in: place)
            scene.tube(points, width: width * 0.7, tin, in: place, elevation: 0.8, flatness: 0.4)
        }
        let color = random.pick([0xD8A22A, 0x1E1E20, 0xC8792A, 0x1E1E20] as [UInt32])
        let body = Material(Color(hex: color).varied(&random), gloss: 0.25)
        scene.block(length, width, radius: 0.6, body, in: place, rim: .chamfer(1.4), elevation: 3)
        let bar = color == 0x1E1E20 ? Color(0.55) : Color(hex: 0x5A3A12)
        let mask = scene.field(place, reach: length) { x, y in
            coverage(boxDistance(x + length * 0.72, y, length * 0.14, width * 0.94), place.pixel)
        }
        scene.tint(mask, bar, opacity: 0.85)
        mark(
            random.pick(["106", "22J", "M7", "476"]), &scene, place.placed(at: Point(length * 0.15, 0)),
            size: width * 0.55, bar, &random)
    }

    func header(_ scene: inout Scene, _ place: Frame, _ pins: Int, _ random: inout Generator) {
        let plastic = Material(Color(hex: random.pick([0x151516, 0x151516, 0xE4E2DA, 0x2A4A86])), gloss: 0.25)
        let gold = Material(Color(hex: 0xE2C06A), gloss: 0.8, metal: 1)
        for pin in 0..<pins {
            scene.block(
                3.5, 3.9, radius: 1, at: Self.pin(pin, of: pins), plastic, in: place, rim: .chamfer(0.8), elevation: 3)
        }
        for pin in 0..<pins {
            let foot = Self.pin(pin, of: pins)
            let points = scene.bendable([foot, foot + Point(0, -2.6)], in: place)
            scene.tube(points, width: 1.7, gold, in: place, elevation: 3.5)
        }
    }

    func inductor(_ scene: inout Scene, _ place: Frame, _ half: Float, _ random: inout Generator) {
        let ferrite = Material(Color(hex: 0x3A3A3C), gloss: 0.2)
        if random.chance(0.5) {
            scene.block(half, half, radius: half * 0.3, ferrite, in: place, rim: .rounded(2), elevation: 4)
            mark(random.pick(["100", "4R7", "221", "330"]), &scene, place, size: half * 0.5, Color(0.6), &random)
            return
        }
        scene.disk(half, ferrite, in: place, rim: .rounded(1.5), elevation: 4)
        let copper = Material(Color(hex: 0xB8692F), gloss: 0.75, metal: 1)
        let turns = scene.field(place, reach: half) { x, y in
            let r = length(x, y)
            return coverage(max(r - half * 0.85, half * 0.42 - r), place.pixel)
        }
        scene.fill(turns, copper)
        scene.raise(
            scene.field(place, reach: half) { x, y in sine(length(x, y) * 6.283 / 1.9) }.masked(by: turns), by: 0.35)
    }

    func diode(_ scene: inout Scene, _ place: Frame, _ random: inout Generator) {
        let tin = Material(Color(hex: 0xD2D4D6), gloss: 0.6, metal: 1)
        scene.block(5.8, 3, tin, in: place, rim: .rounded(0.6), elevation: 1.2)
        scene.block(
            4.2, 3.2, radius: 0.5, Material(Color(0.75), gloss: 0.3), in: place, rim: .rounded(0.8), elevation: 1)
        let lens = Color(hex: random.pick([0xE8D88A, 0xD6402A, 0x3FB04A, 0xE8B030]))
        scene.disk(2.5, Material(lens, gloss: 0.9), in: place, rim: .dome(height: 1.2, radius: 2.5), elevation: 0)
    }
}
