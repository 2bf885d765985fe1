import Tensors
import TestSupport
import Testing

@testable import AnomalyDetection

@Suite("One type for a place")
struct PlaceNamingTests {
    /// Planes of a square picture from what each pixel holds, the normal state first.
    private static func states(side: Int, _ pixels: [[Float]]) -> Tensor {
        Tensor(
            shape: [pixels[0].count, side, side],
            pixels[0].indices.flatMap { state in pixels.map { $0[state] } })
    }

    private static func types(_ states: Tensor) -> [Int] {
        let plane = states.shape[1] * states.shape[2]
        let values = states.values
        return (0..<plane).map { pixel in
            (0..<states.shape[0]).reduce(0) { values[$1 * plane + pixel] > values[$0 * plane + pixel] ? $1 : $0 }
        }
    }

    private static let clean: [Float] = [0.9, 0.05, 0.03, 0.02]

    @Test("is what most of the place speaks for, in pixels that touch by a corner too")
    func share() {
        // Three pixels on a diagonal, one of them of another opinion; another place in the far corner.
        var pixels = [[Float]](repeating: Self.clean, count: 25)
        pixels[0] = [0.1, 0.7, 0.2, 0]
        pixels[6] = [0.2, 0.3, 0.5, 0]
        pixels[12] = [0.3, 0.6, 0.1, 0]
        pixels[24] = [0.4, 0, 0.1, 0.5]
        let before = Self.states(side: 5, pixels)
        let after = PlaceNaming.named(before, globalProbabilities: [0.25, 0.25, 0.25, 0.25], reach: 0)
        pixels[6] = [0.2, 0.5, 0.3, 0]
        #expect(after.values == Self.states(side: 5, pixels).values)
        #expect(after.shape == before.shape)
    }

    @Test("is the same of maps whose stages are summed")
    func sum() {
        var random = SeededGenerator(seed: 8)
        let pixels = (0..<64).map { _ -> [Float] in
            let values = (0..<4).map { _ in Float.random(in: 0..<1, using: &random) }
            return values.map { $0 / values.reduce(0, +) }
        }
        let global: [Float] = [0.4, 0.3, 0.2, 0.1]
        let mean = PlaceNaming.named(Self.states(side: 8, pixels), globalProbabilities: global, reach: 1)
        let sum = PlaceNaming.named(
            Self.states(side: 8, pixels.map { $0.map { 4 * $0 } }), total: 4, globalProbabilities: global, reach: 1)
        #expect(Self.types(sum) == Self.types(mean))
        for (sum, mean) in zip(sum.values, mean.values) { #expect(abs(sum - 4 * mean) < 1e-5) }
    }

    @Test("is what the whole picture speaks for where the place is of two minds")
    func global() {
        let pixels = [[Float]](repeating: [0.2, 0.45, 0.35, 0], count: 9)
        let before = Self.states(side: 3, pixels)
        #expect(
            Self.types(PlaceNaming.named(before, globalProbabilities: [0.1, 0.3, 0.3, 0.3], reach: 0))
                == [Int](
                    repeating: 1, count: 9))
        #expect(
            Self.types(PlaceNaming.named(before, globalProbabilities: [0.1, 0.1, 0.7, 0.1], reach: 0))
                == [Int](
                    repeating: 2, count: 9))
        // No certainty about the picture overrules a place in which nothing speaks for the type.
        #expect(
            Self.types(PlaceNaming.named(before, globalProbabilities: [0, 0.01, 0.01, 0.98], reach: 0))
                == [Int](
                    repeating: 1, count: 9))
    }

    @Test("takes from other types where the normal state would be likelier, and no more than that")
    func raised() {
        // The place's pixels say 0.3 and 0.2 for types below a normal state of 0.4; the last one, 0.2 and 0, needs all.
        let pixels: [[Float]] = [
            [0.4, 0.2, 0.3, 0.1], [0.4, 0.3, 0.2, 0.1], [0.49, 0.2, 0, 0], [0.1, 0.7, 0.1, 0.1],
        ]
        let after = PlaceNaming.named(
            Self.states(side: 2, pixels), globalProbabilities: [0.25, 0.25, 0.25, 0.25], reach: 0
        ).values
        let expected: [[Float]] = [
            [0.4, 0.4, 2 / 15, 1 / 15], [0.4, 0.4, 2 / 15, 1 / 15], [0.49, 0.49, 0, 0], pixels[3],
        ]
        for (pixel, expected) in expected.enumerated() {
            for (state, value) in expected.enumerated() { #expect(abs(after[state * 4 + pixel] - value) < 1e-6) }
            #expect(after[4 + pixel] > after[pixel])
        }
    }

    @Test("changes no pixel's normal probability, nor that of a defect, nor anything outside places")
    func kept() {
        var random = SeededGenerator(seed: 11)
        let (side, count) = (17, 6)
        let pixels = (0..<side * side).map { _ in
            let values = (0..<count).map { Float.random(in: 0..<1, using: &random) * ($0 == 0 ? 5 : 1) }
            let sum = values.reduce(0, +)
            return values.map { $0 / sum }
        }
        let global: [Float] = [0.5, 0.1, 0.1, 0.2, 0.06, 0.04]
        let after = PlaceNaming.named(Self.states(side: side, pixels), globalProbabilities: global, reach: 0).values
        var changed = 0
        for (pixel, before) in pixels.enumerated() {
            let now = (0..<count).map { after[$0 * side * side + pixel] }
            #expect(now[0] == before[0] && abs(now.reduce(0, +) - 1) < 1e-5 && now.allSatisfy { $0 >= 0 })
            if before[0] >= 0.5 { #expect(now == before) }
            changed += now == before ? 0 : 1
        }
        #expect(changed > 20)
        // Each place has one type, nowhere the normal state.
        let names = Self.types(Tensor(shape: [count, side, side], after))
        for y in 0..<side - 1 {
            for x in 0..<side - 1 where pixels[y * side + x][0] < 0.5 {
                for next in [y * side + x + 1, (y + 1) * side + x, (y + 1) * side + x + 1]
                where pixels[next][0] < 0.5 {
                    #expect(names[next] == names[y * side + x] && names[next] != 0)
                }
            }
        }
    }

    @Test("ranks first among the types within its reach, and further on nothing changes")
    func surroundings() {
        // The place is the corner; all else leans to the second type.
        var pixels = [[Float]](repeating: [0.7, 0.05, 0.2, 0.05], count: 25)
        pixels[0] = [0.2, 0.7, 0.1, 0]
        let after = PlaceNaming.named(
            Self.states(side: 5, pixels), globalProbabilities: [0.1, 0.3, 0.3, 0.3], reach: 2)
        for pixel in 1..<25 where pixel % 5 <= 2 && pixel / 5 <= 2 { pixels[pixel] = [0.7, 0.2, 0.05, 0.05] }
        #expect(after.values == Self.states(side: 5, pixels).values)
    }

    @Test("between two places is that of the nearer one")
    func nearer() {
        var pixels = [[Float]](repeating: [0.7, 0.15, 0.05, 0.1], count: 36)
        pixels[6] = [0.2, 0.7, 0.1, 0]
        pixels[11] = [0.2, 0.1, 0.7, 0]
        let after = Self.states(side: 6, pixels)
        let named = PlaceNaming.named(after, globalProbabilities: [0.1, 0.3, 0.3, 0.3], reach: 6).values
        for pixel in 0..<24 {
            let types = (1...3).map { named[$0 * 36 + pixel] }
            #expect(types.firstIndex(of: types.max() ?? 0) == (pixel % 6 < 3 ? 0 : 1))
        }
    }

    @Test("needs a defect likelier than none, and a choice of types")
    func nothing() {
        let even = Self.states(side: 2, [[Float]](repeating: [0.5, 0.1, 0.4], count: 4))
        #expect(PlaceNaming.named(even, globalProbabilities: [0, 1, 0], reach: 0).values == even.values)
        let single = Self.states(side: 2, [[Float]](repeating: [0.1, 0.9], count: 4))
        #expect(PlaceNaming.named(single, globalProbabilities: [0.5, 0.5], reach: 0).values == single.values)
    }
}
