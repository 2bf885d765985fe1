import AnomalyDetection
import ArgumentParser
import CLIP
import Foundation
import Tensors

/// From arguments to text embeddings.
struct ProductPrompts {
    /// What prompts call a product whose noun is not given.
    static let defaultNoun = "object"

    /// The phrases and templates that the arguments ask for.
    ///
    /// - Parameters:
    ///   - arguments: Noun and defect types, or a states file.
    ///   - adapter: Gives the default defect types, from its metadata.
    /// - Returns: The normal state and the defect types.
    /// - Throws: `KnowledgeBaseError` or ``CommandFailure`` for names, files and lists that cannot be used.
    static func ensemble(_ arguments: ProductArguments, adapter: Adapter) throws -> PromptEnsemble {
        var knowledge = try KnowledgeBase.builtIn()
        for path in arguments.knowledgeBase {
            try knowledge.merge(file: path, bytes: InputFile.read(path, maximumBytes: InputFile.maximumTextBytes))
        }
        if let path = arguments.states {
            let file = try StatesFile(
                parsing: InputFile.read(path, maximumBytes: InputFile.maximumTextBytes), file: path)
            return try PromptEnsemble(noun: file.noun, states: file.states, templates: knowledge.templates)
        }
        guard let names = arguments.defects?.names ?? trainedTypes(adapter) else {
            let known = try knowledge.dataset(named: KnowledgeBase.generalDataset).defectTypes.map(\.name)
            throw CommandFailure(
                "expected --defects, since the adapter does not say which types it was trained on; "
                    + "the general ones are \(known.joined(separator: ", "))")
        }
        var types: [DefectType] = []
        for name in names {
            do throws(KnowledgeBaseError) {
                types.append(try knowledge.defectType(named: name))
            } catch {
                throw arguments.defects == nil ? error : ValidationError(error.description)
            }
        }
        return try knowledge.promptEnsemble(noun: arguments.productNoun ?? defaultNoun, defectTypes: types)
    }

    /// The defect types recorded by training.
    static func trainedTypes(_ adapter: Adapter) -> [String]? {
        adapter.metadata["defect_types"].flatMap(NameList.init(argument:))?.names
    }

    /// Encodes what the cache does not have.
    ///
    /// - Parameters:
    ///   - ensemble: States and phrases.
    ///   - clip: Encodes them.
    ///   - cache: Asked first and filled; nil for none.
    ///   - progress: Shows the advance.
    /// - Returns: One column per state.
    /// - Throws: `InspectionModelError` for prompts that the model refuses.
    static func embeddings(
        of ensemble: PromptEnsemble, clip: CLIPModel, cache: TextEmbeddingCache?, progress: ProgressReporter
    ) throws -> StateEmbeddings {
        try StateEncoder(clip: clip, cache: cache, progress: progress).embeddings(of: ensemble)
    }
}
