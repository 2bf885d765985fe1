import AnomalyDetection
import Checkpoints
import Glibc

/// The files of a training: adapters after every epoch, the loss, and the state from which it can go on.
public struct TrainingFolder: Sendable, Equatable {
    /// Path of the folder, which must exist.
    public let path: String

    /// Names a folder.
    public init(_ path: String) { self.path = path }

    /// The newest adapters, in the form that model folders hold.
    public var adapter: String { "\(path)/\(InspectionModel.adapterFileName)" }
    /// Adapters after an epoch (from 1).
    public func adapter(epoch: Int) -> String {
        "\(path)/adapter-epoch-\(epoch < 10 ? "0" : "")\(epoch).safetensors"
    }
    /// Everything needed to go on.
    public var state: String { "\(path)/training.safetensors" }
    /// Whether a training was begun here.
    var hasState: Bool { access(state, F_OK) == 0 }
    /// Loss of every step as comma-separated values.
    public var lossTable: String { "\(path)/loss.csv" }
    /// Loss of every step as a picture.
    public var lossChart: String { "\(path)/loss.svg" }
    /// Where features are kept unless another place is named.
    public var features: String { "\(path)/features" }

    /// Writes an epoch's adapters and the loss so far.
    func write(_ weights: AdapterWeights, metadata: [String: String], epoch: Int, history: LossHistory)
        throws(TrainingError)
    {
        do {
            for path in [adapter(epoch: epoch), adapter] {
                try SafeTensorsWriter.write(weights.entries(), metadata: metadata, to: path)
            }
            try write(history.csv, to: lossTable)
            try write(LossChart(history: history).svg, to: lossChart)
        } catch {
            throw TrainingError(.cannotWrite, "\(error)")
        }
    }

    private func write(_ text: String, to path: String) throws(CheckpointError) {
        let file = try AtomicFile(path: path)
        let bytes = Array(text.utf8)
        try bytes.withUnsafeBufferPointer { buffer throws(CheckpointError) in
            try file.write(UnsafeRawBufferPointer(buffer))
        }
        try file.commit()
    }
}
