import Checkpoints
import Tensors

/// All that a training needs to go on as if nothing had happened.
struct TrainingState {
    /// The maps.
    let weights: AdapterWeights
    /// Adam's moments.
    let mean: AdapterWeights
    let square: AdapterWeights
    /// [focal, Dice] of every step so far, means over the stages.
    let losses: [SIMD2<Float>]

    private static let version = "2"
    private static let lossName = "losses"

    /// Writes the state; the file appears complete or not at all.
    ///
    /// - Parameters:
    ///   - path: Replaced when it exists.
    ///   - identity: What must be the same to go on.
    /// - Throws: ``TrainingError`` with `.cannotWrite`.
    func save(to path: String, identity: TrainingIdentity) throws(TrainingError) {
        let history = Tensor(shape: [losses.count, 2], losses.flatMap { [$0.x, $0.y] })
        do {
            try SafeTensorsWriter.write(
                weights.entries() + mean.entries(prefix: "mean.") + square.entries(prefix: "square.")
                    + [SafeTensorsWriter.Entry(Self.lossName, history)],
                metadata: identity.values.merging(["version": Self.version]) { value, _ in value }, to: path,
                isChecked: true)
        } catch {
            throw TrainingError(.cannotWrite, "\(error)")
        }
    }

    /// Reads a state.
    ///
    /// - Parameters:
    ///   - path: A file that ``save(to:identity:)`` wrote.
    ///   - identity: What must be the same.
    ///   - stages: Number of maps.
    ///   - width: Channels of the vision tower.
    ///   - embedDim: Length of the text embeddings.
    /// - Returns: The state, or nil when there is no such file.
    /// - Throws: ``TrainingError``: `.badState`, or `.otherTraining` with the first difference.
    static func load(
        _ path: String, identity: TrainingIdentity, stages: Int, width: Int, embedDim: Int
    ) throws(TrainingError) -> TrainingState? {
        do {
            let source = try CheckpointFile.openChecked(path: path)
            guard source.metadata["version"] == version else {
                throw TrainingError(
                    .badState,
                    "\(path): expected a training state of version \(version), found "
                        + (source.metadata["version"].map { "version \($0)" } ?? "another file"))
            }
            if let difference = identity.difference(from: source.metadata) {
                throw TrainingError(.otherTraining, "\(path): \(difference)")
            }
            func maps(_ prefix: String) throws(CheckpointError) -> AdapterWeights {
                try AdapterWeights(source: source, prefix: prefix, stages: stages, width: width, embedDim: embedDim)
            }
            let steps = source.info(lossName)?.shape.first ?? 0
            let losses = try source.tensor(lossName, shape: [steps, 2]).values
            return TrainingState(
                weights: try maps(""), mean: try maps("mean."), square: try maps("square."),
                losses: (0..<steps).map { SIMD2(losses[2 * $0], losses[2 * $0 + 1]) })
        } catch let error as CheckpointError {
            if error.isMissingFile { return nil }
            throw TrainingError(.badState, "\(path): \(error.detail)")
        } catch let error as TrainingError {
            throw error
        } catch {
            throw TrainingError(.badState, "\(path): \(error)")
        }
    }
}

/// What two trainings must share for one to continue the other; the number of epochs may differ.
struct TrainingIdentity: Equatable {
    /// By name, as saved.
    let values: [String: String]

    /// Names in the order in which differences are reported.
    private static let order = [
        "model", "activation", "precision", "matrix_engine", "threads", "stages", "image_side", "start", "states",
        "pictures",
        "seed", "batch_size",
        "learning_rate", "loss", "ground_truth", "mosaic_rate",
    ]

    /// The first difference in words, or nil; what is not known here yet is not compared.
    func difference(from other: [String: String]) -> String? {
        for name in Self.order where values[name] != nil && values[name] != other[name] {
            if name == "pictures" {
                return
                    "expected the pictures and masks that the training began with, found that some changed, came or went"
            }
            if name == "threads" {
                let found = other[name] ?? "another number"
                return "expected a training with --threads \(values[name] ?? ""), found one with \(found): sums over "
                    + "another number of threads are rounded otherwise, so give the same"
            }
            let (expected, found) = (values[name] ?? "nothing", other[name] ?? "nothing")
            return "expected a training with \(name.replacing("_", with: " ")) \(expected), found one with \(found)"
        }
        return nil
    }
}
