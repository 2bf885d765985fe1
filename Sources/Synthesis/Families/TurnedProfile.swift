/// What a lathe left: the outline of a solid of revolution as a table over its length, and what was cut into its skin.
struct TurnedProfile {
    /// A helical or ring-shaped ridge over a stretch of the length.
    struct Ridge {
        let span: ClosedRange<Float>
        let pitch: Float
        let depth: Float
        /// 0 sharp, 1 rounded, 2 trapezoid, 3 a sparse narrow ridge, 4 a narrow groove.
        let shape: Int
        /// Pitches that the ridge climbs over half a turn; 0 for rings.
        let climb: Float
    }

    /// Samples per unit of length.
    static let density: Float = 4

    /// Units from end to end.
    let length: Float
    /// Where sections begin and end, from 0 to `length`.
    private(set) var bounds: [Float] = [0]
    /// Each section's radius in its middle.
    private(set) var middles: [Float] = []
    /// Each section's even number of flats, 0 for a round one.
    private(set) var flats: [Int] = []
    private(set) var ridges: [Ridge] = []
    private var radii: [Float] = []

    /// Largest radius.
    var widest: Float { radii.max() ?? 0 }

    /// Turns a new part.
    init(_ random: inout Generator) {
        length = random.uniform(90, 215)
        let count = random.integer(2...7)
        let shares = (0..<count).map { _ in random.scale(0.15, 1) }
        let sum = shares.reduce(0, +)
        let base = random.scale(7, 32)
        let spread = random.uniform(0.1, 0.55)
        for share in shares {
            bounds.append(bounds[bounds.count - 1] + share / sum * length)
            middles.append(clamped(base * exponential(random.normal(spread)), 4, 45))
            flats.append(random.chance(0.14) ? random.pick([4, 6, 6, 8]) : 0)
        }
        bounds[count] = length
        if random.chance(0.35) {
            // A head: short and wide, of any form.
            bounds[1] = min(bounds[1], random.uniform(8, 24))
            middles[0] = clamped(middles[1] * random.uniform(1.4, 2.4), 9, 45)
        }
        for index in 0..<count { turn(index, &random) }
        if random.chance(0.5) { fillet(by: random.integer(1...7)) }
        for _ in 0..<random.pick([0, 0, 1, 1, 2, 3, 4]) { groove(&random) }
        finishEnd(atStart: true, &random)
        finishEnd(atStart: false, &random)
        for _ in 0..<random.pick([0, 1, 1, 1, 2]) { cutRidge(&random) }
    }

    /// Which section a place belongs to.
    func section(_ s: Float) -> Int {
        var index = 0
        while index < middles.count - 1, s >= bounds[index + 1] { index += 1 }
        return index
    }

    /// The radius without ridges, held beyond the ends.
    @inline(__always)
    func radius(_ s: Float) -> Float {
        let at = clamped(s * Self.density, 0, Float(radii.count - 1) - 0.001)
        let k = Int(at)
        return mix(radii[k], radii[k + 1], at - Float(k))
    }

    /// Half the width at a place of the length as seen at `n` units beside the axis.
    @inline(__always)
    func half(_ s: Float, _ n: Float) -> Float {
        var body = radius(s)
        for ridge in ridges where ridge.span.contains(s) {
            let lean = clamped(n / max(body, 1), -1, 1)
            let angle = lean + lean * lean * lean * 0.22
            let phase = wrapped(s / ridge.pitch + angle * ridge.climb, 1)
            let wave = abs(2 * phase - 1)
            let top: Float
            switch ridge.shape {
            case 0: top = 1 - wave
            case 1: top = 1 - wave * wave * (3 - 2 * wave)
            case 2: top = clamped(1.6 - 2.4 * wave)
            case 3: top = max(0, 1 - 2.6 * wave)
            default: top = min(1, wave * 3)
            }
            let run = ridge.pitch * 1.2
            let inward = min(
                smoothstep(0, run, s - ridge.span.lowerBound), smoothstep(0, run, ridge.span.upperBound - s))
            body -= min(ridge.depth, body * 0.45) * (1 - top) * inward
        }
        return body
    }

    private mutating func turn(_ index: Int, _ random: inout Generator) {
        let first = radii.count
        let last = Int(bounds[index + 1] * Self.density) + (index == middles.count - 1 ? 2 : 0)
        let radius = middles[index]
        let other = clamped(radius * random.scale(0.5, 1.8), 4, 45)
        let bulge = random.normal(0.16)
        let beads = Float(random.integer(2...5))
        let form = flats[index] > 0 ? 0 : random.pick([0, 0, 0, 0, 1, 1, 2, 3])
        for sample in first..<max(first + 1, last) {
            let t = Float(sample - first) / Float(max(1, last - first))
            switch form {
            case 1: radii.append(mix(radius, other, t))
            case 2: radii.append(clamped(radius * (1 + bulge * 4 * t * (1 - t)), 4, 45))
            case 3: radii.append(radius * (0.86 + 0.14 * Scene.quarterCircle(1 - abs(2 * wrapped(t * beads, 1) - 1))))
            default: radii.append(radius)
            }
        }
    }

    private mutating func fillet(by reach: Int) {
        let old = radii
        for index in old.indices {
            let window = max(0, index - reach)...min(old.count - 1, index + reach)
            radii[index] = old[window].reduce(0, +) / Float(window.count)
        }
    }

    private mutating func groove(_ random: inout Generator) {
        let middle = random.uniform(0.08, 0.92) * length
        let width = random.uniform(1.2, 6)
        let isRound = random.chance(0.5)
        // A groove twice as often as a collar.
        let depth = random.chance(0.67) ? random.uniform(0.08, 0.35) : -random.uniform(0.1, 0.5)
        for index in radii.indices {
            let t = abs(Float(index) / Self.density - middle) / width
            guard t < 1 else { continue }
            radii[index] = clamped(radii[index] * (1 - depth * (isRound ? (1 - t * t).squareRoot() : 1)), 3, 45)
        }
    }

    private mutating func finishEnd(atStart: Bool, _ random: inout Generator) {
        let end = atStart ? radii[0] : radii[radii.count - 1]
        let form = random.pick([0, 1, 1, 2, 2, 3, 4])
        let reach: Float
        switch form {
        case 0: reach = 0.5
        case 1: reach = random.uniform(0.8, 4)
        case 2: reach = end * random.uniform(0.3, 1)
        default: reach = min(length * 0.25, end * random.uniform(1, 2.6))
        }
        let blunt = form == 3 ? 0.05 : random.uniform(0.3, 0.8)
        let bow = random.uniform(0.6, 1.1)
        for step in 0..<min(radii.count, Int(reach * Self.density)) {
            let t = Float(step) / (reach * Self.density)
            let index = atStart ? step : radii.count - 1 - step
            switch form {
            case 0: break
            case 1: radii[index] = max(radii[index] * 0.4, radii[index] - (1 - t) * reach)
            case 2: radii[index] *= Scene.quarterCircle(max(t, 0.02))
            default: radii[index] *= mix(blunt, 1, power(t, bow))
            }
        }
    }

    private mutating func cutRidge(_ random: inout Generator) {
        let index = random.integer(0...middles.count - 1)
        let span: ClosedRange<Float>
        switch random.integer(0...3) {
        case 0: span = 0...length
        case 1:
            let start = random.uniform(0, 0.6) * length
            span = start...min(length, start + length * random.uniform(0.15, 0.7))
        default: span = bounds[index]...max(bounds[index], bounds[index + 1])
        }
        let pitch = random.scale(2.6, 15)
        ridges.append(
            Ridge(
                span: span, pitch: pitch, depth: pitch * random.uniform(0.2, 0.75), shape: random.integer(0...4),
                climb: random.chance(0.75) ? 0.25 * Float(random.pick([1, 1, 1, 2, 3])) * random.sign() : 0))
    }
}
