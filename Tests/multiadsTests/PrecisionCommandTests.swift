import AnomalyDetection
import ArgumentParser
import CLIP
import Tensors
import TestSupport
import Testing

@testable import multiads

@Suite("model precision")
struct PrecisionCommandTests {
    let tiny = Fixtures.path("CLIP/tiny")
    let progress = ProgressReporter(
        terminal: Terminal(descriptor: 2, isInteractive: false, environment: [:]), now: { .zero })

    private func comparison(_ arguments: [String]) throws -> PrecisionComparison {
        let command = try ModelPrecisionCommand.parse(
            [tiny + "/query.png", tiny + "/reference_0.png", "--model", tiny, "--states", tiny + "/states.json"]
                + ["--no-cache"] + arguments)
        return try command.comparison(progress)
    }

    /// Formats that the automatic engine has here beside float32.
    private static let formats: [Precision] = [.bf16, .int8].filter {
        (try? Arithmetic.resolve(engine: nil, precision: $0)) != nil
    }

    @Test("compares every faster format of this processor, picture by picture", .enabled(if: !formats.isEmpty))
    func compares() throws {
        let comparison = try comparison([])
        #expect(comparison.others.map { $0.inspector.model.clip.arithmetic.precision } == Self.formats)
        for format in comparison.others {
            #expect(format.deviations.map(\.path) == [tiny + "/query.png", tiny + "/reference_0.png"])
            for deviation in format.deviations {
                // Not the same bits, but nearly the same direction.
                #expect(deviation.embeddingCosine > 0.99 && deviation.embeddingCosine < 1)
                #expect(deviation.tokenCosine > 0.99 && deviation.tokenCosine < 1)
                #expect(deviation.mapLargest >= deviation.mapMean && deviation.mapMean > 0)
                #expect(deviation.scoreChange < 0.5)
            }
        }
        let report = PrecisionReport(comparison)
        let lines = report.text.split(separator: "\n")
        #expect(lines[0].hasPrefix("precision  s/picture  embedding"))
        #expect(lines[1].hasPrefix("f32"))
        #expect(lines[2].hasPrefix(Self.formats[0].rawValue) && lines[2].hasSuffix("of 2 changed"))
        #expect(report.json.compact.contains(#""pictures":2,"reference":{"precision":"f32""#))
    }

    @Test("the cosine of known vectors; a zero vector counts as equal")
    func cosines() {
        #expect(PrecisionComparison.cosine([3, 4], [3, 4]) == 1)
        #expect(PrecisionComparison.cosine([1, 0], [0, 2]) == 0)
        #expect(PrecisionComparison.cosine([0, 0], [1, 2]) == 1)
    }

    @Test("an engine without a faster format is refused")
    func refused() {
        #expect(throws: CommandFailure.self) { try comparison(["--engine", "openblas"]) }
        #expect(throws: CommandFailure.self) { try comparison(["--engine", "openblas", "--precision", "int8"]) }
    }
}
