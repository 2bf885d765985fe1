import Storage

/// Labels as clients state them and answers show them.
enum LabelDocument {
    private static let maxTypes = 64
    private static let maxNote = 500

    static func tree(_ label: ResultLabel, of result: String) -> JSONTree {
        [
            "result": .string(result), "verdict": .string(label.verdict.rawValue),
            "types": .array(label.types.map { .string($0) }), "note": .string(label.note),
            "labeledAt": .string(RFC3339.text(label.labeledAt)),
        ]
    }

    /// Reads a label from a JSON body.
    ///
    /// - Throws: `Problem` of kind `malformedJSON`, or `invalidBody` with every fault and its JSON Pointer.
    static func label(from body: [UInt8], at now: Timestamp) throws(Problem) -> ResultLabel {
        let root = try FormReader.root(of: body)
        var form = FormReader()
        let members = form.members(
            of: root, known: ["verdict", "types", "note", "result", "labeledAt"], required: ["verdict"])
        var label = ResultLabel(verdict: .ok, labeledAt: now)
        if let node = members["verdict"] { label.verdict = form.choice(node, ResultLabel.Verdict.self) ?? .ok }
        if let node = members["types"] {
            label.types = form.elements(of: node, atMost: maxTypes).compactMap { form.text($0, atMost: 64) }
            if label.verdict == .ok, !label.types.isEmpty {
                form.note(node, expected: "no defect types of a part that is ok")
            }
            if Set(label.types).count < label.types.count { form.note(node, expected: "each defect type once") }
        }
        if let node = members["note"] { label.note = form.text(node, atMost: maxNote) }
        try form.finish(.invalidBody, "the label cannot be used")
        return label
    }
}
