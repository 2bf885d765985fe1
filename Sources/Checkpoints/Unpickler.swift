/// Reads the pickle program inside a PyTorch archive without being able to do harm.
///
/// Python's pickle is a stack machine that may call any function. This one knows the instructions that saving tensors
/// produces (protocol 2, and the framing of 3 to 5), accepts the globals of ``PickleGlobal`` and refuses everything
/// else by name. Size limits keep a hostile program from exhausting memory: values are counted, not trusted.
struct Unpickler {
    /// Values a program may create, and entries its stack and memo may hold.
    static let valueLimit = 2_000_000

    var heap = PickleHeap()
    private let reader: PickleReader
    private var position = 0
    private var stack: [PickleValue] = []
    /// Stack heights at which marks were set.
    private var marks: [Int] = []
    private var memo: [Int: PickleValue] = [:]
    private var valuesCreated = 0
    let file: String

    private init(program: UnsafeRawBufferPointer, file: String) {
        reader = PickleReader(bytes: program, file: file)
        self.file = file
    }

    /// Runs a program.
    ///
    /// - Parameters:
    ///   - program: The bytes of `data.pkl`.
    ///   - file: Path or label for messages.
    /// - Returns: The value it leaves, and the containers that the value refers to.
    /// - Throws: ``CheckpointError``: `.invalidPickle`, `.refusedGlobal`, `.unknownElementType` or `.limitExceeded`.
    static func run(
        _ program: UnsafeRawBufferPointer, file: String
    ) throws(CheckpointError) -> (root: PickleValue, heap: PickleHeap) {
        var machine = Unpickler(program: program, file: file)
        while try machine.step() {}
        guard machine.stack.count == 1, machine.marks.isEmpty, let root = machine.stack.first else {
            throw machine.invalid("expected one value at the end, found \(machine.stack.count)")
        }
        return (root, machine.heap)
    }

    func invalid(_ detail: String) -> CheckpointError {
        CheckpointError(.invalidPickle, file: file, "pickle at byte \(position): \(detail)")
    }

    /// Executes one instruction; false at the end of the program.
    private mutating func step() throws(CheckpointError) -> Bool {
        let code = try reader.byte(&position)
        guard let instruction = PickleInstruction(rawValue: code) else {
            throw invalid("instruction 0x\(String(code, radix: 16)) is not one that saved tensors need")
        }
        switch instruction {
        case .stop: return false
        case .protocolVersion:
            let version = try reader.byte(&position)
            guard (2...5).contains(version) else { throw invalid("expected protocol 2 to 5, found \(version)") }
        case .frame: _ = try reader.count(&position, width: 8)
        case .mark:
            guard marks.count < Self.valueLimit else { throw limit("marks") }
            marks.append(stack.count)
        case .pop: _ = try pop()
        case .duplicate: try push(try top())
        case .none: try push(.none)
        case .true: try push(.bool(true))
        case .false: try push(.bool(false))
        case .int1: try push(.int(Int(try reader.byte(&position))))
        case .int2: try push(.int(try reader.count(&position, width: 2)))
        case .int4: try push(.int(try reader.int32(&position)))
        case .long1: try push(.int(try reader.long(&position)))
        case .double: try push(.double(try reader.double(&position)))
        case .shortText: try push(.string(try reader.text(&position, lengthWidth: 1)))
        case .text: try push(.string(try reader.text(&position, lengthWidth: 4)))
        case .wideText: try push(.string(try reader.text(&position, lengthWidth: 8)))
        case .global:
            let module = try reader.line(&position)
            try push(.global(try global(module, try reader.line(&position))))
        case .stackGlobal:
            guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
                throw invalid("expected a module and a name in text")
            }
            try push(.global(try global(module, name)))
        case .put1: try remember(Int(try reader.byte(&position)))
        case .put4: try remember(try reader.count(&position, width: 4))
        case .memoize: try remember(memo.count)
        case .get1: try recall(Int(try reader.byte(&position)))
        case .get4: try recall(try reader.count(&position, width: 4))
        case .emptyTuple: try pushSequence([], PickleValue.tuple)
        case .tuple1: try pushSequence(try popLast(1), PickleValue.tuple)
        case .tuple2: try pushSequence(try popLast(2), PickleValue.tuple)
        case .tuple3: try pushSequence(try popLast(3), PickleValue.tuple)
        case .tuple: try pushSequence(try popToMark(), PickleValue.tuple)
        case .emptyList: try pushSequence([], PickleValue.list)
        case .append: try append(try popLast(1))
        case .appends: try append(try popToMark())
        case .emptyDictionary: try pushDictionary()
        case .setItem: try setItems(try popLast(2))
        case .setItems: try setItems(try popToMark())
        case .persistentID: try push(try storage(try pop()))
        case .reduce:
            let arguments = try pop()
            try push(try call(try pop(), arguments))
        case .newObject: try newObject()
        case .build: try build()
        }
        return true
    }

    private func limit(_ what: String) -> CheckpointError {
        CheckpointError(.limitExceeded, file: file, "pickle at byte \(position): more than \(Self.valueLimit) \(what)")
    }

    private mutating func push(_ value: PickleValue) throws(CheckpointError) {
        valuesCreated += 1
        guard valuesCreated <= Self.valueLimit else { throw limit("values") }
        stack.append(value)
    }

    private func top() throws(CheckpointError) -> PickleValue {
        guard let value = stack.last, stack.count > marks.last ?? 0 else { throw invalid("the stack is empty") }
        return value
    }

    private mutating func pop() throws(CheckpointError) -> PickleValue {
        let value = try top()
        stack.removeLast()
        return value
    }

    private mutating func popLast(_ count: Int) throws(CheckpointError) -> [PickleValue] {
        guard stack.count - (marks.last ?? 0) >= count else { throw invalid("expected \(count) values on the stack") }
        defer { stack.removeLast(count) }
        return Array(stack.suffix(count))
    }

    private mutating func popToMark() throws(CheckpointError) -> [PickleValue] {
        guard let mark = marks.popLast() else { throw invalid("no mark was set") }
        defer { stack.removeLast(stack.count - mark) }
        return Array(stack[mark...])
    }

    private mutating func remember(_ index: Int) throws(CheckpointError) {
        // A dictionary, so that a huge index costs no more than a small one.
        memo[index] = try top()
        guard memo.count <= Self.valueLimit else { throw limit("memo entries") }
    }

    private mutating func recall(_ index: Int) throws(CheckpointError) {
        guard let value = memo[index] else { throw invalid("memo entry \(index) was never stored") }
        try push(value)
    }

    private mutating func pushSequence(
        _ values: [PickleValue], _ wrap: (Int) -> PickleValue
    ) throws(CheckpointError) {
        heap.sequences.append(values)
        try push(wrap(heap.sequences.count - 1))
    }

    private mutating func pushDictionary() throws(CheckpointError) {
        try push(makeDictionary())
    }

    mutating func makeDictionary() -> PickleValue {
        heap.dictionaries.append([])
        return .dictionary(heap.dictionaries.count - 1)
    }

    private mutating func append(_ values: [PickleValue]) throws(CheckpointError) {
        guard case .list(let index) = try top() else { throw invalid("expected a list to append to") }
        heap.sequences[index].append(contentsOf: values)
    }

    private mutating func setItems(_ values: [PickleValue]) throws(CheckpointError) {
        guard case .dictionary(let index) = try top() else { throw invalid("expected a dictionary to fill") }
        guard values.count.isMultiple(of: 2) else { throw invalid("a dictionary key without its value") }
        for pair in stride(from: 0, to: values.count, by: 2) {
            heap.dictionaries[index].append((key: values[pair], value: values[pair + 1]))
        }
    }

    private mutating func newObject() throws(CheckpointError) {
        guard case .tuple = try pop(), case .global(.moduleClass) = try pop() else {
            throw invalid("only TorchScript module classes may be instantiated")
        }
        heap.objects.append(nil)
        try push(.object(heap.objects.count - 1))
    }

    private mutating func build() throws(CheckpointError) {
        let state = try pop()
        switch try top() {
        case .object(let index):
            guard heap.objects[index] == nil else { throw invalid("the state of a module is set twice") }
            heap.objects[index] = state
        case .dictionary: return  // an OrderedDict's attributes, such as a state dictionary's version notes
        default: throw invalid("only modules and dictionaries have a state")
        }
    }
}
