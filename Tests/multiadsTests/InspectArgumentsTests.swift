import AnomalyDetection
import ArgumentParser
import Testing

@testable import multiads

@Suite("Arguments of inspect")
struct InspectArgumentsTests {
    @Test("pictures, repeated references and lists are read")
    func reading() throws {
        let command = try InspectCommand.parse([
            "a.png", "b.jpg", "--reference", "g1.png", "g2.png", "--reference", "g3.png", "--defects", "bent, cut",
            "--stages", "1,2,3,5", "--score-rule", "top3", "--reference-matching", "same-position", "--threshold",
            "0.4",
        ])
        #expect(command.images == ["a.png", "b.jpg"])
        #expect(command.product.reference == ["g1.png", "g2.png", "g3.png"])
        #expect(command.product.defects?.names == ["bent", "cut"])
        #expect(command.engine.stages?.blocks == [1, 2, 3, 5])
        #expect(command.formulas.mapOptions.referenceMatching == .samePosition)
        #expect(command.formulas.mapOptions.imageScore == .topThree)
        #expect(command.formulas.threshold == 0.4)
    }

    @Test(
        "what cannot be meant is refused with a reason",
        arguments: [
            (["--precision", "int4"], "precision"), (["--precision", "f8"], "precision"),
            (["--threshold", "0"], "above 0"), (["--threshold", "nan"], "above 0"),
            (["--threads", "0"], "from 1 to 512"), (["--stages", "1,x"], "stages"), (["--stages", "0"], "stages"),
            (["--defects", "a,,b"], "defects"),
            (["--defects", "a,a"], "once"), (["--states", "s.json", "--defects", "a"], "brings its own"),
            (["--overlay", "o.gif"], ".png or .jpg"), (["--image-size", "0"], "1 or more"),
            (["--nonsense"], "nonsense"),
        ] as [([String], String)])
    func refusing(arguments: [String], reason: String) {
        do {
            _ = try InspectCommand.parse(["a.png"] + arguments)
            Issue.record("accepted \(arguments)")
        } catch {
            #expect(InspectCommand.message(for: error).contains(reason))
            #expect(InspectCommand.exitCode(for: error).rawValue == 64)
        }
    }

    @Test(
        "files of several pictures are numbered before the extension",
        arguments: [
            ("o.png", 1, 1, "o.png"), ("o.png", 2, 3, "o-2.png"), ("a.b/o", 2, 3, "a.b/o-2"),
            (".hidden", 1, 2, ".hidden-1"), ("x.tar.PNG", 1, 2, "x.tar-1.PNG"),
        ])
    func numbering(path: String, number: Int, count: Int, expected: String) {
        #expect(OutputArguments.numbered(path, number, of: count) == expected)
    }

    @Test("every command explains itself with an example")
    func help() {
        let commands: [any ParsableCommand.Type] = [
            MultiADS.self, ServeCommand.self, InspectCommand.self, ModelCommand.self, ModelInspectCommand.self,
            ModelConvertCommand.self, ModelFetchCommand.self, BenchCommand.self, BenchTowerCommand.self,
            BenchPromptsCommand.self,
            DoctorCommand.self,
        ]
        for command in commands {
            #expect(command.configuration.discussion.contains("  multiads "), "\(command)")
            #expect(!command.configuration.abstract.isEmpty)
        }
    }
}
