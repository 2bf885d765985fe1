/// What keeps results from filling the device.
///
/// Each call is one short transaction: inspections that are being stored wait for one of them at most.
public protocol ResultRetention: Sendable {
    /// Says how many results there are and what they take, without reading them.
    func resultTotals() async throws(StorageError) -> ResultTotals

    /// Removes the oldest results of a verdict with their pictures.
    ///
    /// - Parameters:
    ///   - verdict: Results of others stay.
    ///   - moment: Results made at this moment or later stay; nil for no such bound.
    ///   - limit: Most results to remove.
    ///   - maxBytes: No more are removed once those removed took this much.
    /// - Returns: What was removed; 0 results when there is nothing left to remove.
    /// - Throws: What the engine reports; nothing is removed then.
    func removeOldestResults(
        verdict: Verdict, before moment: Timestamp?, limit: Int, maxBytes: Int
    ) async throws(StorageError) -> ResultTotals.Amount

    /// Gives room in the database that nothing uses any more back to the device.
    ///
    /// - Parameters:
    ///   - kept: So much unused room stays, for results to come.
    ///   - maxBytes: Most bytes to give back in this call.
    /// - Returns: What was given back, and what unused room is left.
    /// - Throws: What the engine reports.
    func releaseSpace(keepingBytes kept: Int, maxBytes: Int) async throws(StorageError) -> ReleasedSpace
}
