/// Names and tensors gathered from an unpickled value.
///
/// Dictionaries and module attributes nest by dots (`visual.conv1.weight`). The dictionary in which a training script
/// put the weights is entered, and prefixes that wrappers put before every name are removed.
struct StateDictionary {
    private(set) var tensors: [String: TorchTensor] = [:]
    private(set) var scalars: [String: String] = [:]

    /// Nesting followed below the root; real models need about ten.
    static let maximumDepth = 40
    /// Entries visited; sharing lets a small pickle describe exponentially many.
    static let maximumVisits = 1_000_000
    /// Bytes of a name, nesting included; real models need about a hundred.
    static let maximumNameBytes = 1000

    private let heap: PickleHeap
    private let file: String
    private var visits = 0

    /// Gathers everything below `root`.
    ///
    /// - Parameters:
    ///   - root: The pickle's value.
    ///   - heap: The containers it refers to.
    ///   - file: Path or label for messages.
    /// - Throws: ``CheckpointError``: `.invalidPickle`, `.duplicateName` or `.limitExceeded`.
    init(root: PickleValue, heap: PickleHeap, file: String) throws(CheckpointError) {
        self.heap = heap
        self.file = file
        var start = root
        for _ in 0..<Self.maximumDepth {
            guard let inner = container(in: start) else { break }
            start = inner
        }
        switch start {
        case .dictionary, .object: try visit(start, name: "", depth: 0)
        default:
            throw CheckpointError(
                .invalidPickle, file: file, "expected a dictionary of tensors or a module, found neither at the root")
        }
        removeWrapping()
    }

    /// The dictionary under a training script's key, when `value` has no tensors of its own.
    private func container(in value: PickleValue) -> PickleValue? {
        guard case .dictionary(let index) = value else { return nil }
        let pairs = heap.dictionaries[index]
        for pair in pairs {
            if case .tensor = pair.value { return nil }
        }
        for key in CheckpointWrapping.containers {
            for pair in pairs {
                guard case .string(key) = pair.key else { continue }
                if case .dictionary = pair.value { return pair.value }
            }
        }
        return nil
    }

    private mutating func visit(_ value: PickleValue, name: String, depth: Int) throws(CheckpointError) {
        visits += 1
        guard visits <= Self.maximumVisits, depth <= Self.maximumDepth else {
            throw CheckpointError(
                .limitExceeded, file: file,
                "expected at most \(Self.maximumVisits) entries nested \(Self.maximumDepth) deep, found more")
        }
        guard name.utf8.count <= Self.maximumNameBytes else {
            throw CheckpointError(
                .limitExceeded, file: file,
                "expected names of at most \(Self.maximumNameBytes) bytes, found one of \(name.utf8.count) that begins “\(name.prefix(60))”"
            )
        }
        switch value {
        case .tensor(let index):
            guard tensors.updateValue(heap.tensors[index], forKey: name) == nil else {
                throw CheckpointError(.duplicateName, file: file, "two tensors are named “\(name)”")
            }
        case .dictionary(let index):
            for pair in heap.dictionaries[index] {
                let key: String
                switch pair.key {
                case .string(let text): key = text
                case .int(let number): key = String(number)
                default:
                    throw CheckpointError(.invalidPickle, file: file, "a dictionary key is neither text nor a number")
                }
                try visit(pair.value, name: name.isEmpty ? key : "\(name).\(key)", depth: depth + 1)
            }
        case .object(let index):
            if let state = heap.objects[index] { try visit(state, name: name, depth: depth + 1) }
        case .list(let index), .tuple(let index):
            for (number, element) in heap.sequences[index].enumerated() {
                try visit(element, name: name.isEmpty ? String(number) : "\(name).\(number)", depth: depth + 1)
            }
        case .int(let number): scalars[name] = String(number)
        case .double(let number): scalars[name] = String(number)
        case .bool(let flag): scalars[name] = String(flag)
        case .string(let text): scalars[name] = text
        case .none, .storage, .global: return
        }
    }

    private mutating func removeWrapping() {
        let prefix = CheckpointWrapping.unwrapped(Array(tensors.keys))
        guard !prefix.isEmpty else { return }
        tensors = Dictionary(uniqueKeysWithValues: tensors.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    }
}
