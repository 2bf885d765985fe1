import Checkpoints
import Datasets

/// Draws references from a product's training pictures.
///
/// Pictures are ordered by the SHA-256 of seed and path, and the first are taken: without replacement, the same whatever
/// the order of the list, and nested, so that four shots hold the two shots of the same seed.
enum ReferenceDraw {
    /// The references of a draw.
    ///
    /// - Parameters:
    ///   - product: Its training pictures are drawn from.
    ///   - shots: How many.
    ///   - seed: Number of the draw.
    /// - Returns: `shots` pictures.
    /// - Throws: ``EvaluationError`` with `.tooFewReferences`.
    static func draw(
        from product: DatasetProduct, shots: Int, seed: Int
    ) throws(EvaluationError) -> [DatasetSample] {
        guard product.train.count >= shots else {
            throw EvaluationError(
                .tooFewReferences,
                "\(product.name): expected at least \(shots) training pictures for \(shots) shots, found "
                    + "\(product.train.count)")
        }
        let keyed = product.train.map { sample in
            (key: SHA256Digest.of(Array("\(seed)\n\(sample.picture)".utf8)).hex, sample: sample)
        }
        return keyed.sorted { ($0.key, $0.sample.picture) < ($1.key, $1.sample.picture) }.prefix(shots).map(\.sample)
    }
}
