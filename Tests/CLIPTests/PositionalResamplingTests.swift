import AnomalyDetection
import Tensors
import TestSupport
import Testing

@testable import CLIP

@Suite("Positional resampling")
struct PositionalResamplingTests {
    @Test(
        "filter weights of the reference table",
        arguments: [
            (24, 0, 0, [1.068504, -0.068504]), (24, 1, 0, [0.562502, 0.492814, -0.055315]),
            (24, 2, 0, [-0.046918, 0.965719, 0.087696, -0.006496]), (24, 18, 10, [-0.0625, 0.5625, 0.5625, -0.0625]),
            (24, 36, 22, [-0.068504, 1.068504]), (16, 0, 0, [1.095750, -0.095750]),
            (16, 1, 0, [0.901141, 0.107784, -0.008925]), (16, 2, 0, [0.428330, 0.638964, -0.067294]),
            (16, 18, 6, [-0.0625, 0.5625, 0.5625, -0.0625]), (16, 36, 14, [-0.095750, 1.095750]),
        ] as [(Int, Int, Int, [Float])])
    func weights(from: Int, index: Int, first: Int, expected: [Float]) {
        let taps = PositionalResampling.taps(from: from, to: 37)[index]
        #expect(taps.first == first)
        // The table is rounded to six digits.
        expectClose(taps.weights, expected, within: 2e-6)
    }

    @Test("a ramp of 24 resampled to 37")
    func ramp() {
        let taps = PositionalResampling.taps(from: 24, to: 37)
        let values = taps.map { tap in
            tap.weights.enumerated().reduce(Float(0)) { $0 + Float(tap.first + $1.offset) * $1.element }
        }
        expectClose(Array(values[..<6]), [-0.06850, 0.38218, 1.12162, 1.77027, 2.41892, 3.06757], within: 1e-5)
        #expect(abs(values[18] - 11.5) < 1e-5)
        expectClose(Array(values[34...]), [21.87838, 22.61782, 23.06850], within: 1e-5)
    }

    @Test("of many grid sizes the last used few are kept")
    func bounded() {
        let cache = VisionCache()
        var made: [Int] = []
        for size in [1, 2, 3, 1, 4, 5, 1, 2] {
            let tensor = cache.positions(gridSize: size) {
                made.append(size)
                return Tensor(shape: [1], [Float(size)])
            }
            #expect(tensor.values == [Float(size)])
        }
        // 2 made room for 5; 1 was used in between.
        #expect(VisionCache.keptGrids == 4 && made == [1, 2, 3, 4, 5, 2])
    }

    @Test("equals OpenCLIP's resampled embedding")
    func golden() throws {
        let golden = try GoldenModel.tiny()
        let vision = golden.model.clip.vision
        let actual = PositionalResampling.resample(vision.positionalEmbedding, from: 4, to: 7)
        expectClose(actual.values, try golden.tensor("positions").values, within: 1e-6)
    }

    @Test("the native grid is left alone, and shrinking widens the filter")
    func otherSizes() {
        let embedding = Tensor(shape: [5, 1], [9, 1, 2, 3, 4])
        #expect(PositionalResampling.resample(embedding, from: 2, to: 2).values == embedding.values)
        let shrunk = PositionalResampling.resample(embedding, from: 2, to: 1)
        #expect(shrunk.shape == [2, 1])
        expectClose(shrunk.values, [9, 2.5], within: 1e-6)
        #expect(PositionalResampling.taps(from: 24, to: 12)[6].weights.count == 8)
    }
}
