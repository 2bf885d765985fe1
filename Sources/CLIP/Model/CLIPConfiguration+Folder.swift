import Checkpoints

extension CLIPConfiguration {
    /// Reads the configuration of a model folder, without its weights.
    ///
    /// - Parameter files: Holds `open_clip_config.json`, or `config.json` of a Hugging Face CLIPModel folder.
    /// - Returns: A validated configuration.
    /// - Throws: ``CLIPError``: `.missingFile`, `.badConfiguration`, `.unsupportedArchitecture`.
    public static func load(_ files: ModelFiles) throws(CLIPError) -> CLIPConfiguration {
        let (file, region) = try files.first(of: fileNames, purpose: "a model configuration")
        return try read(region, file: file, preprocessor: try files.region("preprocessor_config.json"))
    }
}
