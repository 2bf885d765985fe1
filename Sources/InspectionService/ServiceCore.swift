import AnomalyDetection
import CLIP
import HTTPServer
import HTTPTypes
import Images
import Logging
import Storage
import Tensors

/// The parts of one running service, made once and shared by its endpoints.
final class ServiceCore: Sendable {
    let model: InspectionModel
    let knowledgeBase: KnowledgeBase
    let store: any Store
    let configuration: InspectionServiceConfiguration
    let environment: ServiceEnvironment
    let logger: Logger
    let doorkeeper: Doorkeeper
    let readiness = Readiness()
    let metrics = ServiceMetrics()
    let keys = KeysInFlight()
    let calibrations = CalibrationGate()
    let coresets: CoresetMaker
    let line: WorkLine
    let compute = ComputeQueue()
    let pictures: PictureQueue
    let drawings: DrawingLine
    let prompts: PromptEncoder
    let references: ReferenceEncoder
    let banks: BankLibrary
    let registry: ProductRegistry
    let inspector: Inspector
    let drift: DriftMonitor
    let desk: InspectionDesk
    let retention: RetentionWorker

    init(
        model: InspectionModel, knowledgeBase: KnowledgeBase, store: any Store,
        configuration: InspectionServiceConfiguration, keys: AccessKeys, environment: ServiceEnvironment, logger: Logger
    ) {
        self.model = model
        self.knowledgeBase = knowledgeBase
        self.store = store
        self.configuration = configuration
        self.environment = environment
        self.logger = logger
        doorkeeper = Doorkeeper(
            keys: keys, hosts: HostRule(listeningOn: configuration.server.host, names: configuration.hostNames))
        let limits = ImageLimits(maxPixels: configuration.maxImagePixels)
        line = WorkLine(maxRequests: configuration.queueLength, maxBytes: configuration.queueBytes)
        pictures = PictureQueue(threads: configuration.pictureThreads)
        drawings = DrawingLine(
            pictureThreads: configuration.pictureThreads, maxWaiting: configuration.drawingQueueLength)
        prompts = PromptEncoder(model: model, compute: compute, store: store, now: environment.now)
        references = ReferenceEncoder(
            model: model, compute: compute, pictures: pictures, limits: limits, element: configuration.bankElement)
        coresets = CoresetMaker(store: store, compute: compute, threads: model.threads, logger: logger)
        let looks = ReferenceLooks(store: store, encoder: references)
        banks = BankLibrary(
            loader: BankLoader(
                store: store, coresets: coresets, looks: looks.looks(of:), compute: compute, threads: model.threads),
            maxBytes: configuration.maxLoadedBankBytes)
        registry = ProductRegistry(
            preparer: ProductPreparer(
                store: store, prompts: prompts, references: references, banks: banks, now: environment.now,
                logger: logger),
            banks: banks, maxEntries: configuration.maxPreparedProducts,
            makePlan: { settings in
                try ProductPlan(settings, model: model, knowledgeBase: knowledgeBase, configuration: configuration)
            })
        inspector = Inspector(
            model: model, line: line, compute: compute, pictures: pictures, registry: registry, limits: limits,
            environment: environment)
        drift = DriftMonitor(store: store, logger: logger)
        desk = InspectionDesk(
            inspector: inspector,
            document: ResultDocument(
                engine: configuration.engineName, weights: model.clip.digest, adapter: model.adapter.digest,
                precision: model.clip.arithmetic.precision.rawValue),
            store: store, metrics: metrics, drift: drift, defaultThreshold: configuration.defaultThreshold,
            environment: environment)
        retention = RetentionWorker(
            policy: configuration.retention, store: store, environment: environment, logger: logger)
    }

    /// A new id of a request.
    func makeRequestID() -> String { environment.identifier(at: environment.now()) }

    /// Reads products as clients state them.
    var productForm: ProductForm {
        ProductForm(
            knowledgeBase: knowledgeBase, patchSize: model.clip.configuration.vision.patchSize,
            configuration: configuration)
    }

    /// Bounds of a product's references.
    var referenceLimits: ReferenceLimits {
        ReferenceLimits(count: configuration.maxReferences, bankBytes: configuration.maxReferenceBankBytes)
    }

    /// The stored product.
    ///
    /// - Throws: `Problem` of kind `unknownProduct`, or `StorageError`.
    func product(_ id: String) async throws -> ProductRecord {
        guard let product = try await store.product(id) else {
            throw Problem(
                .unknownProduct, "there is no product “\(id.prefix(80))”; make it with PUT /products/{id}")
        }
        return product
    }
}
