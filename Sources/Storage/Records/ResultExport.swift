/// Where an export of results stands: a value that each piece takes and gives back.
///
/// An export holds what matched the filter when its first piece was read, newest first. Results never change once they
/// are stored, so no snapshot of the database is held open for that, however slow the reader: each piece is a short
/// read of its own, and results stored later are passed over. Results removed meanwhile are missing.
public struct ResultExport: Sendable, Equatable {
    /// Which results are exported.
    public let filter: ResultFilter
    /// Whether everything was handed over.
    public internal(set) var isComplete = false
    /// The last result stored when the export began.
    var bound: Int64?
    /// The last result that was passed.
    var position: ResultPosition?

    /// Makes an export that has not begun.
    public init(matching filter: ResultFilter) {
        self.filter = filter
    }
}

/// A result as an export of records has it.
public struct ExportedResult: Sendable, Equatable {
    /// The result.
    public let record: ResultRecord
    /// The defect types found, the highest score first.
    public let defectTypes: [String]
    /// What somebody said of it.
    public let label: ResultLabel.Verdict?
}
