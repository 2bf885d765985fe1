public import CLIP
public import Tensors

/// One unit text embedding per state: the columns that patches are compared with.
public struct StateEmbeddings: Sendable {
    /// State names; the first is the normal state.
    public let states: [String]
    /// [states, embedDim], rows of Euclidean length 1.
    public let matrix: Tensor

    /// Joins embeddings of single states, the normal one first.
    ///
    /// - Throws: ``InspectionModelError`` with `.badStates` when there is no defect state, a name repeats or lengths differ.
    public init(_ columns: [(state: String, embedding: Tensor)]) throws(InspectionModelError) {
        guard columns.count >= 2, let embedDim = columns.first?.embedding.count else {
            throw InspectionModelError(
                .badStates, "expected a normal state and at least one defect type, found \(columns.count) states")
        }
        if let wrong = columns.first(where: { $0.embedding.count != embedDim }) {
            throw InspectionModelError(
                .badStates,
                "expected embeddings of length \(embedDim), found \(wrong.embedding.count) for \(wrong.state)")
        }
        let names = columns.map(\.state)
        guard Set(names).count == names.count else {
            throw InspectionModelError(.badStates, "expected distinct state names, found \(names)")
        }
        states = names
        matrix = Tensor(shape: [columns.count, embedDim], columns.flatMap { $0.embedding.values })
    }

    /// The columns of some states, in the same order.
    ///
    /// - Throws: ``InspectionModelError`` with `.badStates` when none but the normal state is left.
    public func keeping(_ isKept: (String) -> Bool) throws(InspectionModelError) -> StateEmbeddings {
        let embedDim = matrix.shape[1]
        return try StateEmbeddings(
            states.enumerated().filter { isKept($0.element) }.map { row, state in
                (state, matrix.rows(row..<row + 1).reshaped([embedDim]))
            })
    }

    /// The embedding of one state from its prompts.
    ///
    /// - Parameters:
    ///   - prompts: At least one complete sentence.
    ///   - model: Encodes them.
    /// - Returns: [embedDim].
    /// - Throws: ``InspectionModelError`` with `.badStates` for an empty list or prompts the model refuses.
    public static func embedding(of prompts: [String], model: CLIPModel) throws(InspectionModelError) -> Tensor {
        try embeddings(of: [prompts], model: model)[0]
    }

    /// The embeddings of several states from their prompts.
    ///
    /// Prompt ensembling (Radford et al. 2021, section 3.1.4): each prompt's embedding is scaled to length 1, the mean is taken, and scaled to length 1 again; every prompt
    /// weighs the same.
    ///
    /// - Parameters:
    ///   - prompts: For each state at least one complete sentence.
    ///   - model: Encodes them.
    ///   - progress: Called with the number of prompts encoded so far.
    /// - Returns: [embedDim] for each state.
    /// - Throws: ``InspectionModelError`` with `.badStates` for an empty list or prompts the model refuses.
    public static func embeddings(
        of prompts: [[String]], model: CLIPModel, progress: (Int) -> Void = { _ in }
    ) throws(InspectionModelError) -> [Tensor] {
        var encoding = try EnsembleEncoding(prompts, model: model)
        var done = 0
        for batch in encoding.batches {
            do {
                encoding.add(try model.text.encode(batch), of: batch)
            } catch {
                throw InspectionModelError(.badStates, "\(error)")
            }
            done += batch.indices.count
            progress(done)
        }
        return encoding.embeddings
    }
}
