import Datasets

// What is looked at before anything is computed.
extension Evaluator {
    /// The dataset that adapters were trained on, by the name the adapters record and the one that was given.
    static func source(named: String?, recorded: String?) throws(EvaluationError) -> String? {
        guard let named, let recorded, named != recorded else { return named ?? recorded }
        // Adapters of a user's own pictures record their folder's name, converted ones what somebody typed.
        let kind = DatasetKind(name: recorded) ?? .folder
        guard DatasetKind(name: named) == kind else {
            throw EvaluationError(
                .otherSource,
                "expected a source that the adapters do not contradict, found \(named), where they record \(recorded); "
                    + "leave --source out")
        }
        return kind == .folder ? recorded : kind.rawValue
    }

    /// Masks that no picture uses, to be noted; a misspelt name as a rule, whose picture would count as normal.
    static func strayMasks(of dataset: Dataset, skipsBad: Bool) throws -> [String] {
        guard let masks = try dataset.strayMasks() else { return [] }
        guard skipsBad else { throw EvaluationError(.strayMask, masks.refusal) }
        return masks.paths
    }
}
