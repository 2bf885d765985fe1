import AnomalyDetection
import InspectionService
import Logging
import Tensors

/// Everything `multiads serve` can be told.
struct ServiceSettings {
    /// Data folder, made when missing.
    var data = "data"
    /// Model folder; nil for the bundled model.
    var model: String?
    /// Adapter file outside the model folder.
    var adapter: String?
    /// Overrides the adapter's record.
    var activation: Activation?
    /// Overrides the adapter's record.
    var stages: StageList?
    /// Engine and number format of the network's matrix products.
    var arithmetic = ArithmeticChoice()
    /// Workers; nil for all processors the process may use.
    var threads: Int?
    /// Knowledge base files that join the built-in ones.
    var knowledgeBase: [String] = []
    /// File of access keys; nil for the one in the data folder, if there is one.
    var accessKeys: String?
    /// Form of log lines.
    var logFormat = LogFormat.text
    /// Least severe level that is logged.
    var logLevel = Logger.Level.info
    /// Defect types of products that name none; nil for those the adapter was trained on.
    var defaultDefectTypes: [String]?
    /// The service's own configuration.
    var service = InspectionServiceConfiguration()

    /// Where access keys are, and whether the service may start without them.
    var keyFile: (file: AccessKeyFile, isOptional: Bool) {
        if let accessKeys { return (AccessKeyFile(path: accessKeys), false) }
        return (AccessKeyFile(inDataFolder: data), true)
    }

    /// The workers to use.
    var computeThreads: ComputeThreads { threads.map(ComputeThreads.init(count:)) ?? .available() }
}
