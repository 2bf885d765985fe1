import ArgumentParser

/// `multiads model`: everything about model folders.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Describe, convert, download and compare models.",
        discussion: """
            A model is a folder: open_clip_config.json, open_clip_model.safetensors, merges.txt, and the adapter that \
            MultiADS adds to CLIP, adapter.safetensors. Folders of Hugging Face CLIP models are read as they are.

            For example, to see what the program carries, and to get the paper's backbone:
              multiads model inspect
              multiads model fetch ViT-L-14-336
            """,
        subcommands: [
            ModelInspectCommand.self, ModelConvertCommand.self, ModelFetchCommand.self, ModelPrecisionCommand.self,
        ])
}
