/// What people say of results.
public protocol LabelStore: Sendable {
    /// Labels a result, in place of what was said before.
    ///
    /// - Returns: Whether there is such a result.
    /// - Throws: `.invalidValue`, or an engine failure.
    func setLabel(_ label: ResultLabel, of result: String) async throws(StorageError) -> Bool

    /// Reads a result's label.
    ///
    /// - Returns: `nil` when there is no such result, or nobody said anything.
    func label(of result: String) async throws(StorageError) -> ResultLabel?

    /// Takes a result's label away.
    ///
    /// - Returns: Whether there was one.
    func removeLabel(of result: String) async throws(StorageError) -> Bool

    /// Counts results by what became of them, those of several filters at the same moment.
    ///
    /// - Returns: For each filter the outcomes that occur.
    /// - Throws: `.invalidValue` for a filter, or an engine failure.
    func outcomeCounts(of filters: [ResultFilter]) async throws(StorageError) -> [[ResultOutcome: Int]]
}
