public import Tensors

/// Presents any CLIP checkpoint under OpenCLIP's names and orientations.
///
/// Understands OpenCLIP and OpenAI files, custom-text OpenCLIP files and Hugging Face's `CLIPModel`, each with the
/// prefixes that training wrappers add. Only names and layout change, never values: Hugging Face's separate query, key
/// and value maps are stacked, and its two projections, which it stores as [out, in], are transposed to [in, out]. The
/// text projection is square, so a forgotten transpose would go unnoticed by any shape check.
public struct CanonicalCLIPTensors: TensorSource {
    /// The wrapped checkpoint's path or label.
    public var file: String { source.file }
    /// Canonical names present, and ``unknownNames`` as they are, sorted.
    public let tensorNames: [String]
    /// The wrapped checkpoint's metadata.
    public var metadata: [String: String] { source.metadata }
    /// The naming scheme found.
    public let layout: CLIPLayout
    /// Tensors of the file that no CLIP ViT has, under their names in the file, sorted; a loader should refuse them.
    public let unknownNames: [String]
    private let source: any TensorSource
    private let forms: [String: StoredForm]

    /// Finds out the layout and maps every name.
    ///
    /// - Parameter source: An opened checkpoint.
    /// - Throws: ``CheckpointError`` with `.notCLIP` when no layout fits, `.missingTensor` when a stacked tensor lacks
    ///   a part, `.shapeMismatch` when parts do not fit together, `.duplicateName` when two layouts are mixed.
    public init(_ source: any TensorSource) throws(CheckpointError) {
        self.source = source
        let candidates = source.tensorNames.filter { !CheckpointWrapping.isIgnorable($0) }
        let prefix = CheckpointWrapping.unwrapped(candidates)
        let names = Set(candidates.map { String($0.dropFirst(prefix.count)) })
        guard let layout = CLIPLayout.detect(in: names) else {
            let sample = source.tensorNames.prefix(4).joined(separator: ", ")
            throw CheckpointError(
                .notCLIP, file: source.file,
                "expected the tensors of a CLIP model with a ViT image tower, found \(source.tensorNames.count) "
                    + "tensors: \(sample.isEmpty ? "none" : sample)\(source.tensorNames.count > 4 ? ", …" : "")")
        }
        self.layout = layout
        var forms: [String: StoredForm] = [:]
        var used: Set<String> = []
        for name in Self.expectedNames(layout, in: names) {
            let form = layout.storedForm(of: name)
            let present = form.names.filter(names.contains)
            guard !present.isEmpty else { continue }
            try Self.check(form, for: name, present: present, prefix: prefix, source: source)
            used.formUnion(present)
            forms[name.openCLIP] = form.prefixed(prefix)
        }
        let strangers = names.subtracting(used).filter { !CheckpointWrapping.isIgnorable($0) }
        unknownNames = strangers.map { prefix + $0 }.sorted()
        // Presented too, so that a loader which refuses tensors it did not ask for finds them.
        for name in unknownNames {
            guard forms.updateValue(.same(name), forKey: name) == nil else {
                throw CheckpointError(
                    .duplicateName, file: source.file,
                    "tensor “\(name)” is there in the \(layout.rawValue) layout and under its OpenCLIP name too")
            }
        }
        self.forms = forms
        tensorNames = forms.keys.sorted()
    }

    /// Shape in canonical orientation and stored element type, or nil when there is no tensor of that name.
    public func info(_ name: String) -> TensorInfo? {
        guard let form = forms[name], let first = source.info(form.names[0]) else { return nil }
        switch form {
        case .same: return first
        case .transposed: return TensorInfo(shape: first.shape.reversed(), elementType: first.elementType)
        case .stacked(let parts):
            return TensorInfo(
                shape: [first.shape[0] * parts.count] + first.shape.dropFirst(), elementType: first.elementType)
        }
    }

    /// The tensor as float32, in canonical orientation; copied only where parts are stacked or a matrix is transposed.
    ///
    /// - Parameter name: One of ``tensorNames``.
    /// - Returns: The tensor.
    /// - Throws: ``CheckpointError`` as the wrapped source does.
    public func tensor(_ name: String) throws(CheckpointError) -> Tensor {
        guard let form = forms[name] else { throw missing(name) }
        switch form {
        case .same(let stored): return try source.tensor(stored)
        case .transposed(let stored): return try source.tensor(stored).transposed()
        case .stacked(let parts):
            var tensors: [Tensor] = []
            for part in parts { tensors.append(try source.tensor(part)) }
            return Self.stack(tensors)
        }
    }

    private static func stack(_ parts: [Tensor]) -> Tensor {
        let shape = [parts.reduce(0) { $0 + $1.shape[0] }] + parts[0].shape.dropFirst()
        return Tensor(shape: shape) { target in
            var offset = 0
            for part in parts {
                part.withUnsafeBufferPointer { elements in
                    _ = UnsafeMutableBufferPointer(rebasing: target[offset...]).update(fromContentsOf: elements)
                    offset += elements.count
                }
            }
        }
    }

    private static func expectedNames(_ layout: CLIPLayout, in names: Set<String>) -> [CLIPTensorName] {
        var expected = CLIPTensorName.outsideBlocks
        for tower in CLIPTensorName.Tower.allCases {
            let prefix = layout.blockPrefix(tower)
            let indices = Set(
                names.compactMap { name -> Int? in
                    guard name.hasPrefix(prefix) else { return nil }
                    return Int(name.dropFirst(prefix.count).prefix { $0 != "." })
                })
            for index in indices {
                for part in CLIPTensorName.BlockPart.all {
                    expected += CLIPTensorName.Parameter.allCases.map { .block(tower, index: index, part, $0) }
                }
            }
        }
        return expected
    }

    private static func check(
        _ form: StoredForm, for name: CLIPTensorName, present: [String], prefix: String, source: any TensorSource
    ) throws(CheckpointError) {
        if let absent = form.names.first(where: { !present.contains($0) }) {
            throw CheckpointError(
                .missingTensor, file: source.file,
                "expected a tensor “\(prefix + absent)” beside “\(prefix + present[0])”, found none")
        }
        let infos = form.names.compactMap { source.info(prefix + $0) }
        switch form {
        case .same: return
        case .transposed:
            guard infos[0].shape.count == 2 else {
                throw CheckpointError(
                    .shapeMismatch, file: source.file,
                    "tensor “\(prefix + present[0])”: expected a matrix, found shape \(infos[0].shape)")
            }
        case .stacked:
            guard let first = infos.first, !first.shape.isEmpty, infos.allSatisfy({ $0 == first }),
                checkedProduct(first.shape + [infos.count]) != nil
            else {
                throw CheckpointError(
                    .shapeMismatch, file: source.file,
                    "expected equal shapes and types for \(form.names.map { prefix + $0 }), "
                        + "found \(infos.map { "\($0.elementType.rawValue) \($0.shape)" })")
            }
        }
    }
}

extension StoredForm {
    fileprivate func prefixed(_ prefix: String) -> StoredForm {
        switch self {
        case .same(let name): .same(prefix + name)
        case .transposed(let name): .transposed(prefix + name)
        case .stacked(let names): .stacked(names.map { prefix + $0 })
        }
    }
}
