import ArgumentParser
import CLIP
import Tensors

/// `multiads bench prompts`: prompts per second.
struct BenchPromptsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompts",
        abstract: "Time the encoding of one product's prompts.",
        discussion: """
            Encodes all prompts of a product with every defect type of a built-in dataset, as a product's preparation does. \
            What prompts have in common at their beginnings is computed once, so the rate holds for the whole set only.
              multiads bench prompts --model models/ViT-L-14-336 --precision bf16
            """)

    @OptionGroup var engine: BenchModelArguments

    @Option(help: ArgumentHelp("Built-in dataset whose defect types are used.", valueName: "name"))
    var dataset = "mvtec-ad"

    @Option(help: ArgumentHelp("What prompts call the product.", valueName: "text"))
    var noun = "cable"

    @Option(name: .customLong("repeat"), help: ArgumentHelp("Timed passes over all prompts.", valueName: "n"))
    var repeats = 1

    @Option(
        help: ArgumentHelp(
            "Writes the embeddings, with the prompts as metadata, to this safetensors file.", valueName: "file"))
    var out: String?

    @Flag(help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard repeats >= 1 else { throw ValidationError("expected --repeat of 1 or more, found \(repeats)") }
    }

    func run() throws {
        try Self.reporting {
            let progress = ProgressReporter()
            let prompts = try PromptBenchmark.prompts(dataset: dataset, noun: noun)
            let clip = try engine.load(progress)
            let result = try PromptBenchmark(model: clip, prompts: prompts)
                .run(repeats: repeats, output: out, progress: progress)
            progress.finish()
            Terminal.standardOutput.write(json ? value(result, clip).compact + "\n" : text(result, clip))
        }
    }

    private func value(_ result: PromptBenchmark.Result, _ clip: CLIPModel) -> OutputJSON {
        .members([
            "prompts": .integer(result.prompts), "tokens": .integer(result.tokens),
            "computedTokens": .integer(result.computedTokens),
            "contextLength": .integer(clip.configuration.text.contextLength),
            "threads": .integer(engine.computeThreads.count), "kernel": .string(clip.textArithmetic.description),
            "seconds": .array(result.seconds.map(OutputJSON.number)),
            "promptsPerSecond": .number(result.promptsPerSecond), "peakBytes": .integer(result.peakBytes),
        ])
    }

    private func text(_ result: PromptBenchmark.Result, _ clip: CLIPModel) -> String {
        let padded = result.prompts * clip.configuration.text.contextLength
        let rows = [
            ["prompts", "\(TextLayout.grouped(result.prompts)) of “\(noun)” with the defect types of \(dataset)"],
            [
                "tokens",
                "\(TextLayout.grouped(result.computedTokens)) computed of \(TextLayout.grouped(result.tokens)) in the "
                    + "prompts (\(TextLayout.grouped(padded)) when padded to \(clip.configuration.text.contextLength))",
            ],
            ["seconds", result.seconds.map { TextLayout.decimal($0, 2) }.joined(separator: ", ")],
            [
                "rate",
                "\(TextLayout.decimal(result.promptsPerSecond, 1)) prompts/s, \(engine.computeThreads.count) threads, "
                    + clip.textArithmetic.description,
            ],
            ["peak memory", TextLayout.bytes(result.peakBytes)],
        ]
        return TextLayout.columns(rows).joined(separator: "\n") + "\n"
    }
}
