public import CLIP
public import Tensors

/// The prompts of several states on their way through the text tower.
///
/// Prompts of one product begin alike (“a bad photo of a cable …”), across states too, and what they have in common is
/// computed once. So the more states are encoded together, the less there is to do: batches go through the tower one
/// after the other, and each brings prompts of many states.
public struct EnsembleEncoding: Sendable {
    /// What goes through the tower; together every prompt once.
    public let batches: [TextBatch]
    /// For each prompt, in the order given, the state it belongs to.
    private let stateOfPrompt: [Int]
    private var means: [PromptMean]

    /// Plans.
    ///
    /// - Parameters:
    ///   - prompts: For each state at least one complete sentence.
    ///   - model: Will encode them.
    /// - Throws: ``InspectionModelError`` with `.badStates` for a state without prompts or prompts that the model refuses.
    public init(_ prompts: [[String]], model: CLIPModel) throws(InspectionModelError) {
        guard prompts.allSatisfy({ !$0.isEmpty }) else {
            throw InspectionModelError(.badStates, "expected at least one prompt for a state, found none")
        }
        stateOfPrompt = prompts.enumerated().flatMap { state, texts in texts.map { _ in state } }
        means = prompts.map { _ in PromptMean(embedDim: model.configuration.embedDim) }
        do {
            batches = try model.plan(texts: prompts.flatMap(\.self))
        } catch {
            throw InspectionModelError(.badStates, "\(error)")
        }
    }

    /// Takes what the tower made of a batch.
    ///
    /// - Parameters:
    ///   - rows: [prompts of the batch, embedDim], rows of Euclidean length 1 (traps when the shape differs).
    ///   - batch: One of ``batches``; each once.
    public mutating func add(_ rows: Tensor, of batch: TextBatch) {
        precondition(rows.shape.first == batch.indices.count, "\(rows.shape) for \(batch.indices.count) prompts")
        for (row, prompt) in batch.indices.enumerated() {
            means[stateOfPrompt[prompt]].add(rows.rows(row..<row + 1))
        }
    }

    /// The embeddings of the states, [embedDim] each, once all batches were added.
    public var embeddings: [Tensor] { means.map(\.embedding) }
}
