import Tensors
import Testing

@Suite("SplitMix64")
struct SplitMix64Tests {
    @Test("gives the numbers of the published implementation")
    func published() {
        // Steele, Lea & Flood's generator with seed 1234567.
        var generator = SplitMix64(seed: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
        #expect(generator.next() == 9_817_491_932_198_370_423)
    }

    @Test("number n can be computed without those before it")
    func counting() {
        var generator = SplitMix64(seed: 99)
        for n in 1...100 as ClosedRange<UInt64> {
            #expect(generator.next() == SplitMix64.mixed(99 &+ n &* SplitMix64.increment))
        }
    }

    @Test("fractions lie in 0..<1 and use all of it")
    func unit() {
        var generator = SplitMix64(seed: 1)
        let values = (0..<4000).map { _ in generator.unit() }
        #expect(values.allSatisfy { (0..<1).contains($0) })
        #expect((values.min() ?? 1) < 0.01 && (values.max() ?? 0) > 0.99)
        #expect(abs(values.reduce(0, +) / 4000 - 0.5) < 0.02)
    }

    @Test("whole numbers stay below the bound, each about as often", arguments: [1, 2, 3, 7, 100])
    func below(bound: Int) {
        var generator = SplitMix64(seed: UInt64(bound))
        var counts = [Int](repeating: 0, count: bound)
        for _ in 0..<bound * 1000 { counts[generator.below(bound)] += 1 }
        #expect(counts.allSatisfy { (800...1200).contains($0) })
    }

    @Test("a permutation has every number once", arguments: [0, 1, 2, 50])
    func permutation(count: Int) {
        var generator = SplitMix64(seed: 3)
        #expect(generator.permutation(count).sorted() == Array(0..<count))
    }

    @Test("a number below nothing is a mistake in the program")
    func belowNothing() async {
        await #expect(processExitsWith: .failure) {
            var generator = SplitMix64(seed: 1)
            _ = generator.below(0)
        }
    }
}
