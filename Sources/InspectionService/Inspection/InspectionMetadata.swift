import Checkpoints

/// The client's own JSON object, kept with the result.
struct InspectionMetadata: Sendable {
    /// Longest text, in bytes.
    static let maxBytes = 16 * 1024
    /// Deepest nesting; the object itself is the first level.
    static let maxDepth = 8

    /// The object as text.
    let text: [UInt8]
    /// Members that say which part it was, and which camera took the picture.
    let partID: String?
    let camera: String?

    /// Reads the text of an object.
    ///
    /// - Throws: `Problem` of kind `malformedJSON`, or `invalidMetadata` with every fault.
    init(_ text: [UInt8]) throws(Problem) {
        guard text.count <= Self.maxBytes else { throw Self.tooLong(text.count) }
        var form = FormReader()
        self.init(try FormReader.root(of: text), text: text, &form)
        try form.finish(.invalidMetadata, Self.subject)
    }

    /// What a problem is about.
    static let subject = "the metadata cannot be used"

    /// Takes an object that was read already, noting its faults.
    init(_ node: FormReader.Node, text: [UInt8], _ form: inout FormReader) {
        self.text = text
        guard case .object(let members) = node.value else {
            form.note(node, expected: "an object")
            (partID, camera) = (nil, nil)
            return
        }
        if Self.depth(of: node.value) > Self.maxDepth {
            form.note(pointer: node.pointer, "expected at most \(Self.maxDepth) levels of nesting, found more")
        }
        func searchable(_ key: String) -> String? {
            guard let value = members[key], value != .null else { return nil }
            guard let text = value.text.flatMap(QueryReader.usable) else {
                form.note(node.child(key, value), expected: "a text of 1 to 128 characters without control characters")
                return nil
            }
            return text
        }
        partID = searchable("partId")
        camera = searchable("camera")
    }

    /// The list that comes with a batch: one object, or null, per picture.
    ///
    /// - Throws: `Problem` of kind `malformedJSON`, or `invalidMetadata` with every fault.
    static func list(_ text: [UInt8], count: Int) throws(Problem) -> [InspectionMetadata?] {
        // Read in full it takes many times its size.
        let limit = count * (maxBytes + 1) + 2
        guard text.count <= limit else {
            throw Problem(
                .invalidMetadata,
                "expected at most \(limit) bytes of metadata for \(count) pictures, \(maxBytes) each, found \(text.count)"
            )
        }
        let root = try FormReader.root(of: text)
        var form = FormReader()
        guard case .array(let items) = root.value, items.count == count else {
            form.note(root, expected: "a list of \(count) objects, one for each part “image” in their order")
            try form.finish(.invalidMetadata, subject)
            return []
        }
        var list: [InspectionMetadata?] = []
        for (index, value) in items.enumerated() where value != .null {
            let node = root.child(String(index), value)
            let text = JSONTree(value).bytes
            if text.count > maxBytes { form.note(pointer: node.pointer, tooLong(text.count).detail) }
            while list.count < index { list.append(nil) }
            list.append(InspectionMetadata(node, text: text, &form))
        }
        while list.count < count { list.append(nil) }
        try form.finish(.invalidMetadata, subject)
        return list
    }

    private static func tooLong(_ count: Int) -> Problem {
        Problem(.invalidMetadata, "expected at most \(maxBytes) bytes of metadata, found \(count)")
    }

    private static func depth(of value: JSONValue) -> Int {
        switch value {
        case .array(let items): 1 + (items.map(depth).max() ?? 0)
        case .object(let members): 1 + (members.values.map(depth).max() ?? 0)
        default: 0
        }
    }
}
