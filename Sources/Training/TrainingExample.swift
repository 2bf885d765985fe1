public import AnomalyDetection
public import Tensors

/// One picture as the optimiser sees it.
public struct TrainingExample: Sendable {
    /// For messages.
    public let name: String
    /// The product's states; columns of the labels.
    public let states: StateEmbeddings
    /// Class of every pixel.
    public let labels: PixelLabels
    /// Gives the tokens of a stage (from 0): [patches, width].
    public let tokens: @Sendable (Int) throws(TrainingError) -> Tensor

    /// Joins a picture's parts.
    ///
    /// - Throws: ``TrainingError`` with `.unknownType` when a label has no state.
    public init(
        name: String, states: StateEmbeddings, labels: PixelLabels,
        tokens: @escaping @Sendable (Int) throws(TrainingError) -> Tensor
    ) throws(TrainingError) {
        guard labels.maximum < states.states.count else {
            throw TrainingError(
                .unknownType,
                "\(name): expected labels of the states \(states.states.joined(separator: ", ")), found number "
                    + "\(labels.maximum)")
        }
        self.name = name
        self.states = states
        self.labels = labels
        self.tokens = tokens
    }
}
