/// The sentences that state phrases are put into.
///
/// Radford et al. 2021, section 3.1.4 (prompt ensembling); the set of Chen et al. 2023 (April-GAN) and MultiADS.
public struct PromptTemplates: Sendable, Equatable {
    /// In the order of the file; `{}` takes the state phrase.
    public let templates: [PromptText]

    /// Uses these sentences.
    public init(_ templates: [PromptText]) { self.templates = templates }

    /// All templates filled with one state phrase, in order.
    func filled(with phrase: String) -> [String] { templates.map { $0.filled(with: phrase) } }
}
