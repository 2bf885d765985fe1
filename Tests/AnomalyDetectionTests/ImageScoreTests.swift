import AnomalyDetection
import Tensors
import Testing

@Suite("Image score rules")
struct ImageScoreTests {
    private let map = Tensor(shape: [2, 3], [0.1, 0.9, 0.2, 0.8, 0.4, 0.3])

    @Test(
        "each rule by hand",
        arguments: [
            (ImageScoreRule.paper, Float(0.7)), (.mapMaximum, 0.9), (.topThree, 0.7), (.global, 0.5),
            (.normalized(minimum: 0.5, maximum: 1), 0.65), (.normalized(minimum: 0.9, maximum: 0.9), 0.25),
        ])
    func rules(rule: ImageScoreRule, expected: Float) {
        #expect(abs(rule.score(map: map, globalAnomaly: 0.5) - expected) < 1e-6)
    }

    @Test("fewer than three pixels")
    func tinyMap() {
        #expect(ImageScoreRule.topThree.score(map: Tensor(shape: [1], [0.4]), globalAnomaly: 0) == 0.4)
    }
}
