/// A solid of revolution from the side, turned at random: spindles, studs, pins, plungers, handles.
///
/// As ``RandomPart`` for slender products: heads, tips, threads, knurls and grooves are meant to be there.
struct TurnedPart: ProductFamily {
    let name = "turned_part"
    let nouns = ["turned part", "spindle", "pin", "stud", "axle", "shaft"]
    let kind = ProductKind.object
    let defects: Set<DefectType> = [
        .scratch, .dent, .crack, .hole, .broken, .burr, .stain, .liquid, .contamination, .color, .missing, .bent,
        .printError, .misplaced, .rust, .cut,
    ]

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity, zoom: 0.92...1.1, shift: 5)
        let profile = TurnedProfile(&random)
        let isMetal = random.chance(0.7)
        let material = isMetal ? Material.anyMetal(&random) : .anyPlastic(&random)
        let half = profile.length / 2
        let spine = scene.bendable([Point(-half, 0), Point(half, 0)], in: frame)
        let place = scene.coordinates(along: spine, in: frame, reach: profile.widest + 8)
        let radius = place.field { s, n in profile.half(s, n) }
        var distance = radius.combined(place.across) { h, n in (abs(n) - h) * 0.85 }
        let ends = profile.length
        distance.combine(place.along) { max($0, max(-$1, $1 - ends)) }
        if random.chance(0.2) {
            // A slot across the end.
            let width = profile.middles[0] * random.uniform(0.1, 0.3)
            let depth = random.uniform(3, 12)
            distance.combine(place.field { s, n in max(abs(n) - width, s - depth) }) { max($0, -$1) }
        }
        scene.body(
            scene.wholePicture(distance, outside: 1e3), material, in: frame, edge: 0,
            elevation: profile.widest * random.uniform(0.3, 1))
        scene.raise(relief(profile, place, radius, &random), by: 1)
        dress(&scene, profile, place, isMetal: isMetal, &random)
        knurl(&scene, profile, place, radius, &random)
        cuts(&scene, profile, place, frame, &random)
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0, 0.08), where: scene.part)
        let ring = Self.pose(profile, spine, at: random.uniform(0.15, 0.85) * ends)
        if random.chance(0.4) {
            // The roomiest section carries the mark.
            let rooms = profile.middles.indices.map { index in
                (index: index, room: profile.middles[index] * (profile.bounds[index + 1] - profile.bounds[index]))
            }
            let chosen = rooms.max { $0.room < $1.room }?.index ?? 0
            let span = profile.bounds[chosen + 1] - profile.bounds[chosen]
            let pose = Self.pose(profile, spine, at: profile.bounds[chosen] + span / 2)
            mark(&scene, frame, pose, room: span, isDark: material.color.luminance > 0.2, &random)
        }
        if random.chance(0.6) { sleeve(&scene, frame, ring, &random) }
        for bound in profile.bounds {
            for side: Float in [-1, 1] {
                let rim = profile.radius(bound - 0.6 + (bound == 0 ? 1.2 : 0))
                let at = Self.pose(profile, spine, at: bound)
                scene.addEdge(
                    at: at.point + .polar(at.angle + side * 1.570_796_4, rim),
                    outward: .polar(at.angle + side * 1.570_796_4, 1), in: frame)
            }
        }
    }

    private struct Pose {
        let point: Point
        let angle: Float
        let radius: Float
    }

    /// Where on the spine, bent or not, a place of the length lies.
    private static func pose(_ profile: TurnedProfile, _ spine: [Point], at s: Float) -> Pose {
        let step = profile.length / Float(spine.count - 1)
        let k = min(max(Int(s / step), 0), spine.count - 2)
        let along = spine[k + 1] - spine[k]
        return Pose(
            point: spine[k] + along * (s / step - Float(k)), angle: arcTangent(along.y, along.x),
            radius: profile.radius(s))
    }

    /// Height of the skin over the axis: round, or the flats of a prism, milled flat where a key is to sit.
    private func relief(
        _ profile: TurnedProfile, _ place: SpineCoordinates, _ radius: Plane, _ random: inout Generator
    ) -> Plane {
        var height = radius.combined(place.across) { h, n in h <= 0 ? 0 : max(0, h * h - n * n).squareRoot() }
        for (index, sides) in profile.flats.enumerated() where sides > 0 {
            let roll = random.uniform(0, 6.283_185_5 / Float(sides))
            let step = 6.283_185_5 / Float(sides)
            let corner = (0..<sides).map { abs(cosine(roll + (Float($0) + 0.5) * step)) }.max() ?? 1
            let faces = (0..<sides).map { Point.polar(roll + Float($0) * step, 1) }.filter { $0.y > 0.05 }
            let span = profile.bounds[index]..<profile.bounds[index + 1]
            let prism = place.field { s, n in
                guard span.contains(s) else { return -1 }
                let h = profile.radius(s)
                guard abs(n) < h else { return 0 }
                let apothem = h * cosine(step / 2) / corner
                var top = h
                for face in faces { top = min(top, (apothem - n * face.x) / face.y) }
                return max(0, top)
            }
            height.combine(prism) { $1 < 0 ? $0 : $1 }
        }
        if random.chance(0.3) {
            let index = random.integer(0...profile.middles.count - 1)
            let level = profile.middles[index] * random.uniform(0.5, 0.9)
            let from = mix(profile.bounds[index], profile.bounds[index + 1], random.uniform(0, 0.5))
            let to = profile.bounds[index + 1]
            height.combine(place.along) { h, s in s > from && s < to ? min(h, level) : h }
        }
        let end = profile.length
        return height.combined(place.along) { h, s in s < 0 || s > end ? 0 : h }
    }

    /// Grips and coatings of another material, the finish of each section, marks of turning.
    private func dress(
        _ scene: inout Scene, _ profile: TurnedProfile, _ place: SpineCoordinates, isMetal: Bool,
        _ random: inout Generator
    ) {
        let other = random.chance(0.65) ? Material.anyPlastic(&random) : .anyMetal(&random)
        let isTwo = random.chance(0.4)
        let first = random.integer(0...profile.middles.count - 1)
        let last = random.integer(first...profile.middles.count - 1)
        if isTwo {
            let from = profile.bounds[first]
            let to = profile.bounds[last + 1]
            let mask = place.along.map { s in coverage(max(from - s, s - to), 1) }.masked(by: scene.part)
            scene.fill(mask, other)
        }
        let shades = profile.middles.map { _ in random.chance(0.3) ? random.uniform(0.6, 1.2) : 1 }
        scene.multiply(
            place.along.map { s in shades[profile.section(s)] }.combined(scene.part) { 1 + ($0 - 1) * $1 })
        let pitch = random.scale(0.9, 3)
        let salt = random.salt()
        let marks = place.along.map { s in valueNoise(s / pitch, 0.5, salt) }
        scene.raise(marks.masked(by: scene.part), by: isMetal ? random.uniform(0, 0.16) : 0)
        scene.modulate(marks, random.uniform(0, 0.08), where: scene.part)
        // Steps shade what lies below them.
        for bound in profile.bounds.dropFirst().dropLast() {
            let fall = profile.radius(bound - 0.6) - profile.radius(bound + 0.6)
            guard abs(fall) > 2 else { continue }
            let shade = place.along.map { s in
                let d = fall > 0 ? s - bound : bound - s
                return d > 0 ? 1 - clamped(d / (abs(fall) * 0.5)) : 0
            }
            scene.shadow(shade.masked(by: scene.part), 0.3)
        }
    }

    private func knurl(
        _ scene: inout Scene, _ profile: TurnedProfile, _ place: SpineCoordinates, _ radius: Plane,
        _ random: inout Generator
    ) {
        for index in profile.middles.indices {
            guard random.chance(0.2), profile.flats[index] == 0 else { continue }
            let inset = random.uniform(0.5, 3)
            let pitch = random.uniform(2.2, 6)
            let teeth = (6.283_185_5 * profile.middles[index] / pitch).rounded(.up)
            let slant = random.pick([0, 0.5, 1, 1]) * 6.283_185_5 / pitch
            let isDiamond = random.chance(0.6)
            let span =
                profile.bounds[index] + inset..<max(profile.bounds[index] + inset, profile.bounds[index + 1] - inset)
            let h = profile.middles[index]
            let pattern = place.field { s, n in
                guard span.contains(s), abs(n) < h else { return 0 }
                let turn = arcTangent(n, (h * h - n * n).squareRoot()) * teeth
                let a = sine(turn + s * slant)
                return isDiamond && slant > 0 ? min(a, sine(turn - s * slant)) : a
            }
            scene.raise(pattern.masked(by: scene.part), by: pitch * random.uniform(0.06, 0.2))
        }
    }

    /// Drilled holes and keyways.
    private func cuts(
        _ scene: inout Scene, _ profile: TurnedProfile, _ place: SpineCoordinates, _ frame: Frame,
        _ random: inout Generator
    ) {
        for _ in 0..<random.pick([0, 0, 0, 1, 1, 2]) {
            let at = random.uniform(0.1, 0.9) * profile.length
            let room = profile.radius(at)
            let size = room * random.uniform(0.15, 0.45)
            let long = random.chance(0.4) ? random.uniform(4, 24) : 0
            let soft = frame.pixel
            let mask = place.field { s, n in coverage(length(max(abs(s - at) - long, 0), n) - size, soft) }
            scene.recess(mask.masked(by: scene.part), depth: long > 0 ? 0.5 : 0.95, rim: size * 0.5, in: frame)
        }
    }

    private func mark(
        _ scene: inout Scene, _ frame: Frame, _ pose: Pose, room: Float, isDark: Bool, _ random: inout Generator
    ) {
        let text = Lettering.mark(&random, longest: 7)
        let wanted = clamped(pose.radius * random.uniform(0.6, 1), 5, 18)
        let size = min(wanted, room * 0.85 / Ink.textWidth(text, size: 1))
        let half = Ink.textWidth(text, size: size) / 2
        let place = frame.placed(at: pose.point, angle: pose.angle + (random.chance(0.5) ? 0 : 3.141_592_7))
        let color = random.chance(0.5) ? Color(isDark ? 0.02 : 0.8) : Color.any(&random, 0.05, 0.9)
        if random.chance(0.65) {
            let part = scene.part
            scene.printed(in: place, reachX: half, reachY: size / 2, color: color, &random) { ink, _ in
                ink.text(text, at: Point(-half, -size / 2), size: size, weight: 0.17)
                ink.keep(part)
            }
        } else {
            var ink = scene.ink(place, reach: half + 3)
            ink.text(text, at: Point(-half, -size / 2), size: size, weight: 0.17)
            scene.raise(ink.plane.masked(by: scene.part), by: random.sign() * random.uniform(0.5, 1.2))
        }
    }

    /// A ring, seal or clamp around the shaft, which may be absent.
    private func sleeve(_ scene: inout Scene, _ frame: Frame, _ pose: Pose, _ random: inout Generator) {
        let material = random.chance(0.6) ? Material.anyPlastic(&random) : .anyMetal(&random)
        let width = random.scale(2.5, 13)
        let outer = pose.radius + random.uniform(0.6, 6)
        let bow = random.uniform(0, 0.5)
        scene.component(in: frame, at: pose.point, angle: pose.angle, reach: max(width, 8), &random) {
            scene, place, _ in
            let d = scene.field(place, reach: outer + width) { x, y in
                boxDistance(x, y, width, outer, radius: min(width, outer) * bow)
            }
            let soft = place.pixel
            let mask = d.map { coverage($0, soft) }
            scene.castShadow(of: mask, elevation: 2, strength: 0.4)
            scene.exposure.combine(mask) { $0 + (1 - $0) * $1 }
            scene.fill(mask, material)
            scene.include(mask)
            let round = scene.field(place, reach: outer + width) { x, y in
                let swell = width * bow * Scene.quarterCircle(1 - abs(x) / width)
                return max(0, outer * outer - y * y).squareRoot() + swell
            }
            scene.height.combine(round.combined(mask) { $1 > 0.3 ? $0 : -1 }) { $1 < 0 ? $0 : $1 }
        }
    }
}
