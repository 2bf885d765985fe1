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
    let reviewThreshold: Float?
    let mapThreshold: Float
    /// What decides.
    var decision: Decision
    /// What a picture must be like to be judged.
    let pictureCheck: AnomalyDetection.PictureCheck
    /// Whether only some places of a picture count.
    private let leavesOutPlaces: Bool
    /// Which inspected pictures are kept.
    let keepImages: KeepImages
    /// With what references must be encoded.
    let encodingKey: EncodingKey
    /// Names everything that changes text embeddings besides the text.
    let modelName: String
    /// All that scores depend on besides the picture, what decides and the references.
    private let scoring: [String]

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
        reviewThreshold = settings.reviewThreshold.map { Float($0) }
        mapThreshold = settings.mapThreshold.map { Float($0) } ?? threshold
        decision = settings.decision ?? .standard
        pictureCheck = AnomalyDetection.PictureCheck(settings.pictureCheck ?? .standard)
        leavesOutPlaces = !settings.include.isEmpty || !settings.ignore.isEmpty
        keepImages = settings.keepImages ?? configuration.defaultKeepImages
        modelName = model.clip.textKey
        encodingKey = EncodingKey(model: model.clip.imageKey, imageSide: imageSide, stages: model.stages)
        scoring =
            [modelName, encodingKey.model, model.adapter.digest]
            + (model.stages + [imageSide, settings.maxBankRows ?? 0]).map { String($0) }
            + [settings.include, settings.ignore].map { polygons in
                polygons.map { $0.map { "\($0.x),\($0.y)" }.joined(separator: " ") }.joined(separator: ";")
            }
            + prompts.states.map { [prompts] in Checkpoints.SHA256Digest.of(prompts.digestInput(of: $0)).hex }
    }

    /// Names the bank of a product that has this plan.
    func bank(of product: ProductRecord) -> BankName {
        BankName(
            product: product.id, version: product.references.version, key: encodingKey,
            maxRows: product.settings.maxBankRows)
    }

    /// What decides and is marked.
    var rules: DefectRules {
        DefectRules(threshold: threshold, reviewThreshold: reviewThreshold, mapThreshold: mapThreshold)
    }

    /// The formulas of the decision.
    var mapOptions: MapOptions {
        switch decision {
        // The global score sees the whole picture, also what is to be left out.
        case .combined: MapOptions(imageScore: leavesOutPlaces ? .mapMaximum : .paper)
        case .references: MapOptions(mapCombination: .reference, imageScore: .mapMaximum)
        }
    }

    /// A digest of everything that scores depend on besides the picture, with a set of references.
    func basis(with references: ReferenceSetSummary) -> Storage.SHA256Digest? {
        // Without references it is the same product, whatever their versions were.
        let version = references.count == 0 ? 0 : references.version
        let parts = scoring + [decision.rawValue, String(version)]
        let text = parts.map { "\($0.utf8.count) \($0)" }.joined(separator: "\n")
        return Storage.SHA256Digest(bytes: Checkpoints.SHA256Digest.of(Array(text.utf8)).bytes)
    }

    /// How a product's thresholds stand to the calibration that found them.
    func calibration(of product: ProductRecord) -> CalibrationState {
        guard let tag = product.calibration else { return .none }
        return tag.basis == basis(with: product.references) ? .current(tag.id) : .outdated(tag.id)
    }

    /// Where the embedding of a state is cached: by its words, so that editing one type leaves the others as they are.
    func embeddingKey(of state: StatePrompts) -> TextEmbeddingKey {
        TextEmbeddingKey(
            model: modelName, phrases: "sha256:\(Checkpoints.SHA256Digest.of(prompts.digestInput(of: state)).hex)",
            noun: prompts.noun)
    }
}

extension AnomalyDetection.PictureCheck {
    fileprivate init(_ check: Storage.PictureCheck) {
        self =
            switch check {
            case .none: .none
            case .blank: .blank
            case .references: .references
            }
    }
}
