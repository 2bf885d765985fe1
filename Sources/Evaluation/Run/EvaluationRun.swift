/// Everything an evaluation found: all numbers, and a record of every picture.
///
/// Reports are made from it alone.
public struct EvaluationRun: Sendable, Equatable, Codable {
    /// What was evaluated with what.
    public struct Subject: Sendable, Equatable, Codable {
        /// Layout of the dataset, such as `visa`.
        public let dataset: String
        /// Its title.
        public let title: String
        /// Products evaluated, in order.
        public let products: [String]
        /// Dataset the adapters were trained on, where the adapter or the user says so.
        public let source: String?
        /// Name of the model.
        public let model: String
        /// SHA-256 of the model's weights.
        public let modelDigest: String
        /// SHA-256 of the adapter.
        public let adapterDigest: String
        /// Blocks whose tokens were used.
        public let stages: [Int]
        /// Non-linearity of the towers.
        public let activation: String
        /// Number format of the towers' products, such as `f32`.
        public let precision: String
        /// What computed them, such as `onednn`: numbers of different engines differ in the last digits.
        public let engine: String
        /// Name and version of the program.
        public let program: String
        /// SHA-256 over all names, types and phrases that prompts are made of, and all paths of pictures.
        public let inputDigest: String

        /// Joins what is known.
        public init(
            dataset: String, title: String, products: [String], source: String?, model: String, modelDigest: String,
            adapterDigest: String, stages: [Int], activation: String, precision: String, engine: String,
            program: String,
            inputDigest: String
        ) {
            self.dataset = dataset
            self.title = title
            self.products = products
            self.source = source
            self.model = model
            self.modelDigest = modelDigest
            self.adapterDigest = adapterDigest
            self.stages = stages
            self.activation = activation
            self.precision = precision
            self.engine = engine
            self.program = program
            self.inputDigest = inputDigest
        }
    }

    /// How words for defect types were chosen; nil where the dataset's own are used.
    public struct Wording: Sendable, Equatable, Codable {
        /// Which phrases of each type.
        public var phrases: String?
        /// Named change to the dataset's types.
        public var variant: String?
        /// Dataset of the knowledge base whose types are used.
        public var types: String?
        /// Files merged into the knowledge base.
        public var knowledgeFiles: [String] = []

        /// The dataset's own words.
        public init() {}
    }

    /// What could not be used, where leaving it out was asked for.
    public struct LeftOut: Sendable, Equatable, Codable {
        /// Products without any usable test picture, or with a reference that cannot be used; in the dataset's order.
        public var products: [LeftOutProduct] = []
        /// Masks called like no picture, relative to the dataset.
        public var masks: [String] = []

        /// Nothing.
        public init() {}
    }

    /// What was evaluated with what.
    public let subject: Subject
    /// In which words.
    public let wording: Wording
    /// By which formulas.
    public let options: EvaluationOptions
    /// In the dataset's order, those left out excepted.
    public let products: [ProductResult]
    /// What is missing; single pictures are in the products' results.
    public let leftOut: LeftOut

    /// Joins products.
    public init(
        subject: Subject, wording: Wording = Wording(), options: EvaluationOptions, products: [ProductResult],
        leftOut: LeftOut = LeftOut()
    ) {
        self.subject = subject
        self.wording = wording
        self.options = options
        self.products = products
        self.leftOut = leftOut
    }
}

/// A product that could not be measured.
public struct LeftOutProduct: Sendable, Equatable, Codable {
    /// Name in the dataset.
    public let name: String
    /// What was expected and what was found.
    public let reason: String

    /// Names a product and its fault.
    public init(name: String, reason: String) {
        self.name = name
        self.reason = reason
    }
}

/// What was found for one product.
public struct ProductResult: Sendable, Equatable, Codable {
    /// Name in the dataset.
    public let name: String
    /// Its defect types, in column order.
    public let types: [String]
    /// One for every test picture that was used.
    public let pictures: [PictureRecord]
    /// Pictures left out, with the reason.
    public let skipped: [SkippedPicture]
    /// One for every setting of the options, in their order.
    public let settings: [SettingResult]
    /// Multi-type metrics over the pictures whose every pixel's type is known; nil when not measured or there are none.
    public let multiType: MultiTypeMetrics?
    /// Pictures behind ``multiType``.
    public let typedPictures: Int
    /// Pictures that show best and worst what the model does.
    public let examples: [ExamplePicture]
    /// Wall time.
    public let seconds: Double
}

/// What one picture got.
public struct PictureRecord: Sendable, Equatable, Codable {
    /// Scores under one setting.
    public struct Scores: Sendable, Equatable, Codable {
        /// The picture's score by the chosen rule.
        public let score: Float
        /// Largest value of the deciding map.
        public let mapMaximum: Float
        /// Mean of its three largest values.
        public let mapTopThree: Float
    }

    /// Path relative to the dataset.
    public let picture: String
    /// Whether it shows a defect.
    public let isAnomalous: Bool
    /// The dataset's own names of its defects.
    public let rawNames: [String]
    /// The types of its masks, where known.
    public let types: [String]
    /// Defective pixels of its masks at the side that is evaluated; 0 too where they are smaller than a pixel there.
    public let markedPixels: Int
    /// 1 − global probability of the normal state.
    public let globalScore: Float
    /// One for every setting.
    public let scores: [Scores]
    /// The most frequent defect type of the multi-type map, by pixels; nil when all pixels are normal or not measured.
    public let foundType: String?
}

/// A picture that could not be used.
public struct SkippedPicture: Sendable, Equatable, Codable {
    /// Path relative to the dataset.
    public let picture: String
    /// What was expected and what was found.
    public let reason: String
}

/// What was found under one setting.
public struct SettingResult: Sendable, Equatable, Codable {
    /// Shots and seed.
    public let setting: EvaluationSetting
    /// Paths of the references.
    public let references: [String]
    /// Over all pixels of all pictures.
    public let pixel: PixelMetrics
    /// ROC and precision–recall points behind them.
    public let pixelCurve: [CurvePoint]
    /// Over all pictures.
    public let image: ImageMetrics
    /// Image AUROC of the pictures with one of the dataset's own defect names against the normal ones.
    public let imageAUROCByRawName: [String: Double]
}

/// A picture worth looking at.
public struct ExamplePicture: Sendable, Equatable, Codable {
    /// Why it is shown.
    public enum Reason: String, Sendable, Codable, CaseIterable {
        /// Anomalous, and its defects are found most precisely.
        case bestLocalized
        /// Anomalous, and its defects are found least precisely.
        case worstLocalized
        /// Anomalous with the lowest score.
        case missed
        /// Normal with the highest score.
        case falseAlarm
    }

    /// Why it is shown.
    public let reason: Reason
    /// Path relative to the dataset.
    public let picture: String
    /// Its score.
    public let score: Float
    /// Average precision of the map's pixels; nil for normal pictures.
    public let pixelAveragePrecision: Double?
    /// PNG beside the results, relative to their folder: the picture, its ground truth, and the map.
    public let file: String
}
