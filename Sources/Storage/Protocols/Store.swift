/// Everything the service keeps: products, references, calibrations, results, prompt embeddings.
///
/// The parts are separate protocols so that a caller asks for what it uses. All methods are safe to call from any
/// task at once; none blocks a thread of the concurrency pool. A write is one transaction: when it returns, the data
/// is on the device; when it throws, nothing of it is there. A cancelled task gets `.cancelled`, and a write that was
/// still running is rolled back.
public protocol Store:
    ProductStore, ReferenceStore, CalibrationStore, ResultStore, LabelStore, ResultRetention, TextEmbeddingStore,
    StoreMaintenance
{}
