import Checkpoints

extension BPEVocabulary {
    /// Reads the `model` of Hugging Face's `tokenizer.json`.
    ///
    /// Merges may be strings `"left right"` or pairs `["left", "right"]`; both are in use.
    ///
    /// - Parameters:
    ///   - bytes: The JSON text.
    ///   - file: Name for error messages.
    ///   - size: Number of ids the model has.
    /// - Throws: ``CLIPError`` with `.badVocabulary`.
    init(tokenizerJSON bytes: UnsafeRawBufferPointer, file: String, size: Int) throws(CLIPError) {
        func refuse(_ expected: String, _ found: String) -> CLIPError {
            CLIPError(.badVocabulary, "\(file): expected \(expected), found \(found)")
        }
        let root: JSONValue
        do {
            root = try StrictJSON.parse(bytes)
        } catch {
            throw refuse("JSON", "\(error.reason) at byte \(error.offset)")
        }
        guard case .object(let members) = root, case .object(let model) = members["model"] else {
            throw refuse("an object “model”", "none")
        }
        guard model["type"]?.text == "BPE", model["end_of_word_suffix"]?.text == "</w>" else {
            throw refuse("a byte-pair model with the end-of-word suffix “</w>”", "another kind of tokenizer")
        }
        guard case .object(let vocabulary) = model["vocab"], case .array(let merges) = model["merges"] else {
            throw refuse("“vocab” and “merges”", "a model without them")
        }
        guard vocabulary.count == size else { throw refuse("a vocabulary of \(size)", "\(vocabulary.count) symbols") }

        var ids: [Spelling: Int32] = [:]
        ids.reserveCapacity(size)
        var used = [Bool](repeating: false, count: size)
        for (spelling, value) in vocabulary {
            guard let id = value.integer, used.indices.contains(id), !used[id] else {
                throw refuse("distinct ids below \(size)", "another id for “\(spelling)”")
            }
            used[id] = true
            ids[Spelling(spelling.utf8)] = Int32(id)
        }
        var pairs: [Pair] = []
        pairs.reserveCapacity(merges.count)
        for (index, merge) in merges.enumerated() {
            guard let pair = Pair(merge) else { throw refuse("two symbols", "something else in merge \(index)") }
            pairs.append(pair)
        }
        func special(_ spellings: [String]) throws(CLIPError) -> Int32 {
            for spelling in spellings {
                if let id = ids[Spelling(spelling.utf8)] { return id }
            }
            throw refuse("the special token “\(spellings[0])”", "a vocabulary without it")
        }
        let start = try special(["<|startoftext|>", "<start_of_text>"])
        let end = try special(["<|endoftext|>", "<end_of_text>"])
        try self.init(ids: ids, pairs: pairs, special: (start, end), size: size, file: file)
    }
}

extension BPEVocabulary.Pair {
    fileprivate init?(_ merge: JSONValue) {
        let parts: [Substring]
        switch merge {
        case .string(let text): parts = text.split(separator: " ", omittingEmptySubsequences: false)
        case .array(let items): parts = items.compactMap { $0.text.map { Substring($0) } }
        default: return nil
        }
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(left: BPEVocabulary.Spelling(parts[0].utf8), right: BPEVocabulary.Spelling(parts[1].utf8))
    }
}
