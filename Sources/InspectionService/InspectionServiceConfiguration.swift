import AnomalyDetection
public import HTTPServer
public import Storage
public import Tensors

/// Everything the service can be told besides its model and its store.
public struct InspectionServiceConfiguration: Sendable {
    /// Where to listen, and the bounds of the server.
    public var server = ServerConfiguration()
    /// Names by which clients may ask for the service, each with an optional port, besides those of the machine itself.
    ///
    /// Without any, all names are taken, unless the service has no keys and listens to its own machine only.
    public var hostNames: [String] = []
    /// Name and version of the program, as results record them.
    public var engineName = "multiads"
    /// How the model's arithmetic was chosen, for `/readyz?verbose`; nil when nobody says.
    public var arithmetic: ArithmeticSelection?
    /// Largest picture, width × height.
    public var maxImagePixels = 50_000_000
    /// Longest body of an inspection, in bytes.
    public var maxBodyBytes = 32 * 1024 * 1024
    /// Longest body of a batch of inspections, in bytes.
    public var maxBatchBodyBytes = 128 * 1024 * 1024
    /// Longest body of an upload of references, in bytes.
    public var maxReferenceBodyBytes = 128 * 1024 * 1024
    /// Inspections in work or waiting; one more is answered 429.
    public var queueLength = 32
    /// Bytes of decoded pictures in work or waiting; more are answered 429.
    public var queueBytes = 1024 * 1024 * 1024
    /// Threads that decode and encode pictures.
    public var pictureThreads = 2
    /// Pictures of stored results that wait to be drawn; one more is answered 429.
    public var drawingQueueLength = 32
    /// Largest image side a product may ask for, in pixels.
    public var maxImageSide = 1036
    /// Whether changing or removing a product needs `If-Match`; without it such a request is answered 428.
    public var requiresIfMatch = false
    /// Most references of a product.
    public var maxReferences = 64
    /// Most bytes of stored memory banks of a product.
    public var maxReferenceBankBytes = 1024 * 1024 * 1024
    /// How new memory banks are written, in the store and in memory; those that are there stay as they are.
    public var bankElement = CompactRows.Element.float16
    /// Memory for banks in use, in bytes; those unused longest give way, and are read again when needed.
    public var maxLoadedBankBytes = 2 * 1024 * 1024 * 1024
    /// Products whose texts' embeddings stay in memory; those of others are read when they are needed.
    public var maxPreparedProducts = 1000
    /// Longest time that readiness waits, on a first start with a model, for the default product's prompts.
    public var defaultProductWait = Duration.seconds(3)
    /// What prompts call the product ``defaultProduct``.
    public var defaultProductNoun = "object"
    /// Defect types of products that name none, by their names in the knowledge base; at least one.
    public var defaultDefectTypes = ["scratch", "crack", "hole", "stain", "bent", "broken", "missing"]
    /// Threshold of products that set none, 0…1.
    public var defaultThreshold = Double(DefectRules.defaultThreshold)
    /// Which inspected pictures are kept, for products that do not say it.
    public var defaultKeepImages = KeepImages.none
    /// How long results are kept.
    public var retention = RetentionPolicy()
    /// Log lines that were lost so far, for the metrics; nil when nobody counts them.
    public var lostLogLines: (@Sendable () -> Int)?

    /// The id of the product that pictures belong to when the request names none.
    ///
    /// It is made when the service starts and there is none; from then on it is a product like any other.
    public static let defaultProduct = "default"

    /// The default configuration.
    public init() {}
}
