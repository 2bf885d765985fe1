import AnomalyDetection
import Checkpoints
import Foundation
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
    /// The epoch of the newest adapters, where they are those of a training.
    var adaptersEpoch: Int? { (try? CheckpointFile.open(path: adapter).metadata["epoch"]).flatMap { Int($0) } }
    /// Whether the newest adapters are those after an epoch and as many steps in all.
    func holdsAdapters(epoch: Int, steps: Int) -> Bool {
        let metadata = try? CheckpointFile.open(path: adapter).metadata
        return metadata?["epoch"] == "\(epoch)" && metadata?["steps"] == "\(steps)"
    }
    /// Loss of every step as comma-separated values.
    public var lossTable: String { "\(path)/loss.csv" }
    /// Loss of every step as a picture.
    public var lossChart: String { "\(path)/loss.svg" }
    /// Where features are kept unless another place is named.
    public var features: String { "\(path)/features" }

    /// Keeps other trainings out of the folder, and removes what a killed one had not finished writing.
    ///
    /// - Returns: The claim, which ends with the object or the process.
    /// - Throws: ``TrainingError`` with `.cannotWrite`, also when another training is writing to the folder.
    func claim() throws(TrainingError) -> FolderClaim {
        let claim: FolderClaim
        do { claim = try FolderClaim(path) } catch { throw TrainingError(.cannotWrite, "\(path): \(error.detail)") }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        where name.hasPrefix(".") && name.hasSuffix(".tmp") {
            let target = name.dropFirst()
            if ["adapter", "training.safetensors.", "loss."].contains(where: target.hasPrefix) {
                unlink("\(path)/\(name)")
            }
        }
        return claim
    }

    /// Refuses a folder with results of something else, which would be replaced.
    ///
    /// - Parameters:
    ///   - epochs: Of the training that would write here.
    ///   - own: What its adapters record: those that were written before the first state are replaced; nil for a new one.
    /// - Throws: ``TrainingError`` with `.otherTraining`, naming the first such file.
    func checkUnused(epochs: Int, except own: [String: String]? = nil) throws(TrainingError) {
        if own == nil, hasState {
            throw TrainingError(
                .otherTraining,
                "\(state): expected an unused folder, found the state of a training; go on with it by --resume, or "
                    + "name another folder")
        }
        let adapters = ([adapter] + adapters(epochs: epochs)).filter { access($0, F_OK) == 0 }
        var foreign = adapters.filter { file in own.map { !Self.holds(file, $0) } ?? true }
        // The loss has no metadata; a training writes it after its adapters.
        if own == nil || !adapters.contains(adapter) {
            foreign += [lossTable, lossChart].filter { access($0, F_OK) == 0 }
        }
        if let file = foreign.first {
            throw TrainingError(
                .otherTraining,
                "\(file): expected an unused folder, found a file that would be replaced; name another folder")
        }
    }

    /// Adapters in the folder that have the names of epochs up to one.
    private func adapters(epochs: Int) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().filter { name in
            guard let digits = name.firstMatch(of: /^adapter-epoch-(\d+)\.safetensors$/)?.1 else { return false }
            return Int(digits).map { $0 <= epochs } ?? false
        }.map { "\(path)/\($0)" }
    }

    /// Whether a file holds adapters with these metadata and no other start.
    private static func holds(_ file: String, _ own: [String: String]) -> Bool {
        guard let found = try? CheckpointFile.open(path: file).metadata else { return false }
        return own.allSatisfy { found[$0.key] == $0.value } && found["started_from"] == own["started_from"]
    }

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
