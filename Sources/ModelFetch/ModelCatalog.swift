public import Checkpoints

/// A file of a catalogue model.
public struct CatalogFile: Sendable, Equatable {
    /// Name in the repository and in the model folder.
    public let name: String
    /// The file to take instead when the repository does not have this one.
    public let alternative: String?
    /// SHA-256 of the content, where published.
    public let sha256: SHA256Digest?
    /// Exact size in bytes, where known.
    public let byteCount: Int?
    /// Largest acceptable size; bounds what a wrong server can fill the disk with.
    public let maximumByteCount: Int

    /// Describes a file.
    ///
    /// - Parameters:
    ///   - name: Letters, digits, dots, hyphens and underscores.
    ///   - alternative: Name of a stand-in, or nil.
    ///   - sha256: Digest to check against; without it, the one the server announces or the first download's.
    ///   - byteCount: Exact size, or nil.
    ///   - maximumByteCount: Upper bound.
    public init(
        _ name: String, alternative: String? = nil, sha256: SHA256Digest? = nil, byteCount: Int? = nil,
        maximumByteCount: Int = 32 << 20
    ) {
        self.name = name
        self.alternative = alternative
        self.sha256 = sha256
        self.byteCount = byteCount
        self.maximumByteCount = maximumByteCount
    }
}

/// A model that can be fetched by name.
public struct CatalogModel: Sendable, Equatable {
    /// The name, as OpenCLIP calls the architecture.
    public let name: String
    /// What it is, in a line.
    public let summary: String
    /// Repository as OWNER/NAME.
    public let repository: String
    /// The commit to fetch, so that a name always means the same bytes.
    public let revision: String
    /// What makes up the model folder.
    public let files: [CatalogFile]

    /// Describes a model.
    public init(name: String, summary: String, repository: String, revision: String, files: [CatalogFile]) {
        self.name = name
        self.summary = summary
        self.repository = repository
        self.revision = revision
        self.files = files
    }
}

/// The models known by name.
///
/// Commits and digests were taken from the repositories' published history and compared across independent projects
/// that pin the same files.
public enum ModelCatalog {
    /// All models; the first is the one the MultiADS paper uses.
    public static let models: [CatalogModel] = [
        openCLIP(
            "ViT-L-14-336", "CLIP ViT-L/14 at 336 pixels, OpenAI's weights; the paper's backbone",
            "timm/vit_large_patch14_clip_336.openai", "81e38efc4637de5023b10e75a7f9bd1c6fa6b010",
            "fbc415c3d0d7b79faed8f5ccfb740c32b7c4f5ffe7283b851f89c6231c01a8e0", 1_711_828_444),
        openCLIP(
            "ViT-L-14", "CLIP ViT-L/14 at 224 pixels, OpenAI's weights",
            "timm/vit_large_patch14_clip_224.openai", "18d0535469bb561bf468d76c1d73aa35156c922b",
            "9ce2e8a8ebfff3793d7d375ad6d3c35cb9aebf3de7ace0fc7308accab7cd207e", nil),
        openCLIP(
            "ViT-B-16", "CLIP ViT-B/16 at 224 pixels, OpenAI's weights; about a third of the size",
            "timm/vit_base_patch16_clip_224.openai", "977e3dd0ec55ab8da155f2fbeb6b5f54948b6e3d",
            "4b8699299b1e8997753c64b052ba32031449d5d853f55a039148560ee02b820f", 598_516_980),
        openCLIP(
            "ViT-B-32", "CLIP ViT-B/32 at 224 pixels, OpenAI's weights; the fastest",
            "timm/vit_base_patch32_clip_224.openai", "a6f597a30f7b82c51704746581f9a4e41421e878",
            "e6d1bd7789aa45192b3bf90570a789b478bae1b74ebcce7eddd908e83a2b7c31", 605_143_284),
        openCLIP(
            "ViT-H-14", "CLIP ViT-H/14 at 224 pixels, trained on LAION-2B",
            "laion/CLIP-ViT-H-14-laion2B-s32B-b79K", "1c2b8495b28150b8a4922ee1c8edee224c284c0c",
            "0084e75319a50ad85ef45377bad5bc38f2f58824459eb690048d51c9f8863be5", 3_944_517_836),
    ]

    /// The model of that name, in any case of letters.
    ///
    /// - Parameter name: A name such as `ViT-L-14-336`.
    /// - Returns: The catalogue entry.
    /// - Throws: ``FetchError`` with `.unknownModel`, listing the names there are.
    public static func model(named name: String) throws(FetchError) -> CatalogModel {
        if let model = models.first(where: { $0.name.lowercased() == name.lowercased() }) { return model }
        let known = models.map(\.name).joined(separator: ", ")
        throw FetchError(.unknownModel, "expected one of \(known), found “\(name)”")
    }

    private static func openCLIP(
        _ name: String, _ summary: String, _ repository: String, _ revision: String, _ sha256: String, _ byteCount: Int?
    ) -> CatalogModel {
        CatalogModel(
            name: name, summary: summary, repository: repository, revision: revision,
            files: [
                // The small files first: a wrong address shows at once, not after gigabytes.
                CatalogFile("open_clip_config.json", maximumByteCount: 1 << 20),
                CatalogFile("merges.txt", alternative: "tokenizer.json"),
                CatalogFile(
                    "open_clip_model.safetensors", sha256: SHA256Digest(hex: sha256), byteCount: byteCount,
                    maximumByteCount: 16 << 30),
            ])
    }
}
