import AnomalyDetection
import CLIP
import Checkpoints
import Storage
import Tensors

/// What a product's settings mean for a model: its prompts, sizes and rules.
struct ProductPlan: Sendable {
    /// All prompts, the normal state first.
    let prompts: PromptEnsemble
    /// Side of the square that pictures are resized to, in pixels.
    let imageSide: Int
    let threshold: Float
    /// Which inspected pictures are kept.
    let keepImages: KeepImages
    /// With what references must be encoded.
    let encodingKey: EncodingKey
    /// Names everything that changes text embeddings besides the text.
    let modelName: String

    /// Derives the plan.
    ///
    /// - Throws: `KnowledgeBaseError` when a built-in defect type is not in the knowledge base any more.
    init(
        _ settings: ProductSettings, model: InspectionModel, knowledgeBase: KnowledgeBase,
        configuration: InspectionServiceConfiguration
    ) throws(KnowledgeBaseError) {
        var types: [DefectType] = []
        for type in settings.defectTypes {
            if let phrases = type.phrases {
                types.append(try DefectType(name: type.name, phrases: phrases))
            } else {
                types.append(try knowledgeBase.defectType(named: type.name))
            }
        }
        prompts = try knowledgeBase.promptEnsemble(noun: settings.noun, defectTypes: types)
        imageSide = settings.imageSide ?? model.defaultImageSide
        threshold = Float(settings.threshold ?? configuration.defaultThreshold)
        keepImages = settings.keepImages ?? configuration.defaultKeepImages
        modelName = model.clip.textKey
        encodingKey = EncodingKey(model: model.clip.imageKey, imageSide: imageSide, stages: model.stages)
    }

    /// Names the bank of a product that has this plan.
    func bank(of product: ProductRecord) -> BankName {
        BankName(
            product: product.id, version: product.references.version, key: encodingKey,
            maxRows: product.settings.maxBankRows)
    }

    /// Where the embedding of a state is cached: by its words, so that editing one type leaves the others as they are.
    func embeddingKey(of state: StatePrompts) -> TextEmbeddingKey {
        TextEmbeddingKey(
            model: modelName, phrases: "sha256:\(Checkpoints.SHA256Digest.of(prompts.digestInput(of: state)).hex)",
            noun: prompts.noun)
    }
}
