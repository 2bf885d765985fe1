/// What belongs to a result besides its record.
public struct ResultContents: Sendable, Equatable {
    /// The defect types found, by name.
    public let defects: [ResultDefect]
    /// Its pictures, in the order in which they were stored; not the picture as received.
    public let files: [ResultFile]
}
