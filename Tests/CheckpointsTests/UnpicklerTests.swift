import Checkpoints
import Tensors
import Testing

@Suite("The restricted unpickler")
struct UnpicklerTests {
    private func open(_ pickle: [UInt8], storages: [(String, [UInt8])] = []) throws -> TorchArchive {
        try TorchArchive(region: ByteRegion(ZipBuilder.torch(pickle: pickle, storages: storages).build()), name: "t.pt")
    }

    private let four: [(String, [UInt8])] = [("0", [Float]([1, 2, 3, 4]).flatMap { le($0.bitPattern) })]

    @Test("a hand-written program yields its tensor")
    func smallest() throws {
        let archive = try open(Pickle.oneTensor(), storages: four)
        #expect(try archive.tensor("w").values == [1, 2, 3, 4])
        #expect(archive.info("w") == TensorInfo(shape: [2, 2], elementType: .float32))
    }

    @Test("a function that would run a command is refused by name, and nothing runs")
    func shell() {
        let message = expectFailure(.refusedGlobal) { _ = try CheckpointFixtures.open("hostile-shell.pt") }
        #expect(message.contains("posix.system") && message.contains("without executing"))
    }

    @Test(
        "globals outside the list",
        arguments: [
            ("os", "system"), ("builtins", "eval"), ("torch", "load"), ("torch.hub", "load"),
            ("collections", "Counter"),
            ("torch._utils", "_rebuild_tensor_v3"), ("__torch", "x"), ("__torch__x", "y"), ("numpy", "ndarray"),
            ("", ""),
        ])
    func globals(module: String, name: String) {
        let program = Pickle.program(Pickle.global(module, name), Pickle.ascii(")R"))
        let message = expectFailure(.refusedGlobal) { _ = try open(program) }
        #expect(message.contains("\(module).\(name)"))
    }

    @Test("a global named through STACK_GLOBAL is refused alike")
    func stackGlobal() {
        let name = [0x8C, 2] + Pickle.ascii("os") + [0x8C, 6] + Pickle.ascii("system") + [0x93]
        expectFailure(.refusedGlobal) { _ = try open(Pickle.program(name, Pickle.ascii(")R"))) }
    }

    @Test("control characters of a refused name do not reach the terminal")
    func printable() {
        let program = Pickle.program(Pickle.global("evil\u{1B}[2J", String(repeating: "x", count: 1000)))
        let message = expectFailure(.refusedGlobal) { _ = try open(program) }
        #expect(!message.contains("\u{1B}") && message.count < 700)
    }

    @Test("an unknown storage class is named")
    func storageClass() {
        let message = expectFailure(.unknownElementType) {
            _ = try open(Pickle.oneTensor(type: "QInt8Storage"), storages: four)
        }
        #expect(message.contains("QInt8Storage"))
    }

    @Test(
        "views that leave their storage",
        arguments: [
            (4, 0, [5], [1]), (4, 1, [4], [1]), (4, 0, [2, 2], [3, 2]), (4, 5, [0], [1]), (4, -1, [1], [1]),
            (4, 0, [-1], [1]), (4, 0, [2], [-1]), (4, 0, [2, 2], [1]), (4, 0, [2, 2], [Int32.max, Int32.max]),
            (0, 0, [1], [1]), (4, 0, [Int32.max, Int32.max], [0, 0]), (4, 0, [16_777_217], [0]),
        ] as [(Int32, Int32, [Int32], [Int32])])
    func views(count: Int32, offset: Int32, shape: [Int32], strides: [Int32]) {
        let storage = [("0", [UInt8](repeating: 0, count: 4 * Int(count)))]
        expectFailure(.invalidTensor, "\(shape) \(strides)") {
            _ = try open(
                Pickle.oneTensor(count: count, offset: offset, shape: shape, strides: strides), storages: storage)
        }
    }

    @Test("an axis of one element may have any stride")
    func unusedStride() throws {
        let shape = [Pickle.int(1), Pickle.int(2), Pickle.int(2)]
        let strides = [Pickle.long(le(Int64.max)), Pickle.int(1), Pickle.int(2)]
        let tensor = Pickle.tensor(
            Pickle.storage("FloatStorage", key: "0", count: 4), offset: Pickle.int(0), shape: shape, strides: strides)
        let archive = try open(Pickle.program(Pickle.dictionary(Pickle.text("w"), tensor)), storages: four)
        #expect(try archive.tensor("w").values == [1, 3, 2, 4])
    }

    @Test("storages whose size differs from the announced, or that are missing")
    func storages() {
        expectFailure(.invalidTensor) { _ = try open(Pickle.oneTensor(count: 5), storages: four) }
        expectFailure(.invalidTensor) { _ = try open(Pickle.oneTensor(type: "HalfStorage"), storages: four) }
        expectFailure(.invalidArchive) { _ = try open(Pickle.oneTensor()) }
        expectFailure(.invalidArchive) { _ = try open(Pickle.oneTensor(), storages: [("../0", four[0].1)]) }
    }

    @Test(
        "programs that are no programs",
        arguments: [
            ("empty", [], .truncated), ("no end", [0x80, 2, 0x7D], .truncated),
            ("nothing left", [0x80, 2, 0x2E], .invalidPickle),
            ("two values left", [0x80, 2, 0x7D, 0x7D, 0x2E], .invalidPickle),
            ("an open mark", [0x7D, 0x28, 0x2E], .invalidPickle),
            ("protocol 0 text", Pickle.ascii("I1\n."), .invalidPickle),
            ("protocol 9", [0x80, 9, 0x7D, 0x2E], .invalidPickle),
            ("pop of nothing", Pickle.program(Pickle.ascii("0")), .invalidPickle),
            ("pop below a mark", Pickle.program(Pickle.ascii("}(0")), .invalidPickle),
            ("tuple without mark", Pickle.program(Pickle.ascii("t")), .invalidPickle),
            ("tuple of too few", Pickle.program([0x87]), .invalidPickle),
            ("memo never stored", Pickle.program(Pickle.ascii("h") + [7]), .invalidPickle),
            ("append to a number", Pickle.program(Pickle.ascii("K") + [1] + Pickle.ascii("Na")), .invalidPickle),
            ("item in a list", Pickle.program(Pickle.ascii("]NNs")), .invalidPickle),
            ("odd items", Pickle.program(Pickle.ascii("}(Nu")), .invalidPickle),
            ("call of a number", Pickle.program(Pickle.ascii("K") + [1] + Pickle.ascii(")R")), .invalidPickle),
            (
                "call of a class", Pickle.program(Pickle.global("torch", "FloatStorage"), Pickle.ascii(")R")),
                .invalidPickle
            ),
            (
                "new object of a function", Pickle.program(Pickle.global("torch", "Size"), Pickle.ascii(")"), [0x81]),
                .invalidPickle
            ),
            ("state of a number", Pickle.program(Pickle.ascii("K") + [1] + Pickle.ascii("}b")), .invalidPickle),
            (
                "state twice",
                Pickle.program(Pickle.global("__torch__", "M"), Pickle.ascii(")"), [0x81], Pickle.ascii("}b}b")),
                .invalidPickle
            ),
            ("persistent id of a number", Pickle.program(Pickle.ascii("K") + [1] + Pickle.ascii("Q")), .invalidPickle),
            ("text beyond the end", [0x80, 2] + Pickle.ascii("X") + [255, 255, 255, 255], .truncated),
            ("text of 2^63 bytes", [0x80, 4, 0x8D, 0, 0, 0, 0, 0, 0, 0, 0x80], .truncated),
            ("text that is not UTF-8", Pickle.program(Pickle.ascii("X") + le(1 as UInt32) + [0xFF]), .invalidPickle),
            ("an endless global", [0x80, 2] + Pickle.ascii("c") + [UInt8](repeating: 0x61, count: 9000), .truncated),
            (
                "an integer of 200 bytes", Pickle.program([0x8A, 200] + [UInt8](repeating: 1, count: 200)),
                .invalidPickle
            ),
            ("a number at the root", Pickle.program(Pickle.ascii("K") + [1]), .invalidPickle),
            ("a key that is a dictionary", Pickle.program(Pickle.ascii("}}Ns")), .invalidPickle),
            ("INST", Pickle.program(Pickle.ascii("(ios\nsystem\n")), .invalidPickle),
            ("EXT1", Pickle.program([0x82, 1]), .invalidPickle),
            ("NEWOBJ_EX", Pickle.program(Pickle.global("__torch__", "M"), Pickle.ascii(")}"), [0x92]), .invalidPickle),
        ] as [(String, [UInt8], CheckpointError.Code)])
    func malformed(title: String, program: [UInt8], code: CheckpointError.Code) {
        expectFailure(code, "\(title)") { _ = try open(program) }
    }

    @Test("a memo index of four billion costs nothing")
    func hugeMemo() throws {
        let program = Pickle.program(Pickle.ascii("}r") + le(UInt32.max), Pickle.ascii("0j") + le(UInt32.max))
        #expect(try open(program).tensorNames == [])
    }

    @Test("integers of every width and sign")
    func integers() throws {
        let program = Pickle.program(
            Pickle.dictionary(
                Pickle.text("a"), Pickle.ascii("K") + [200], Pickle.text("b"), Pickle.ascii("M") + le(UInt16(60000)),
                Pickle.text("c"), Pickle.int(-5), Pickle.text("d"), Pickle.long([0xFF]), Pickle.text("e"),
                Pickle.long([0xFF, 0]),
                Pickle.text("f"), Pickle.long(le(Int64.min)), Pickle.text("g"), Pickle.long([]),
                Pickle.text("h"), Pickle.ascii("G") + le(Double(1.5).bitPattern).reversed()))
        #expect(
            try open(program).metadata == [
                "a": "200", "b": "60000", "c": "-5", "d": "-1", "e": "255", "f": "-9223372036854775808", "g": "0",
                "h": "1.5",
            ])
    }

    @Test("a list of lists that doubles at every level does not double the work without end")
    func doubling() {
        // 40 levels of [previous, previous]: 2^40 entries if they were walked.
        var program: [UInt8] = Pickle.ascii("}") + Pickle.text("x") + Pickle.ascii("]")
        for level in 0..<38 {
            program += Pickle.ascii("q") + [UInt8(level)] + Pickle.ascii("0](h") + [UInt8(level)] + Pickle.ascii("h")
            program += [UInt8(level)] + Pickle.ascii("e")
        }
        let message = expectFailure(.limitExceeded) { _ = try open(Pickle.program(program, Pickle.ascii("s"))) }
        #expect(message.contains("1000000"))
    }

    @Test("names are limited, nesting included")
    func longNames() {
        let key = String(repeating: "k", count: 600)
        let program = Pickle.program(
            Pickle.ascii("}"), Pickle.text(key), Pickle.ascii("}"), Pickle.text(key), Pickle.ascii("Nss"))
        let message = expectFailure(.limitExceeded) { _ = try open(program) }
        #expect(message.contains("1000 bytes, found one of 1201"))
    }

    @Test("a dictionary that contains itself ends at the depth limit")
    func cycle() {
        let program = Pickle.program(
            Pickle.ascii("}q") + [0], Pickle.text("x"), Pickle.ascii("h") + [0], Pickle.ascii("s"))
        expectFailure(.limitExceeded) { _ = try open(program) }
    }

    @Test("tuples nested a million deep neither recurse nor crash")
    func deepTuples() {
        let program = Pickle.program(Pickle.ascii(")"), [UInt8](repeating: 0x85, count: 1_000_000))
        expectFailure(.invalidPickle) { _ = try open(program) }
    }

    @Test("values, marks and memo entries are limited", arguments: ["N", "(", "N\u{94}"])
    func limits(unit: String) {
        // Doubling by appending to itself is quick even in an unoptimised build.
        var program = unit.unicodeScalars.map { UInt8($0.value) }
        while program.count <= 2_000_001 * unit.unicodeScalars.count { program += program }
        expectFailure(.limitExceeded) { _ = try open(Pickle.program(program)) }
    }

    @Test("one long tuple used as shape again and again does not buy unbounded work")
    func repeatedShape() {
        let long = Pickle.ascii("(") + [UInt8](repeating: 0x4E, count: 100_000) + Pickle.ascii("tq") + [1]
        let program = Pickle.program(
            long, Pickle.global("torch._utils", "_rebuild_tensor_v2"), Pickle.ascii("("),
            Pickle.storage("FloatStorage", key: "0", count: 4), Pickle.int(0), Pickle.ascii("h") + [1],
            Pickle.ascii("h") + [1],
            Pickle.ascii("tR"))
        expectFailure(.invalidPickle) { _ = try open(program, storages: four) }
    }

    @Test("containers of training scripts are entered, unless tensors lie beside them")
    func containers() throws {
        let tensor = Pickle.tensor(
            Pickle.storage("FloatStorage", key: "0", count: 4), offset: Pickle.int(0), shape: [Pickle.int(4)],
            strides: [Pickle.int(1)])
        let inner = Pickle.dictionary(Pickle.text("module.w"), tensor)
        for key in ["state_dict", "model", "trainable_linearlayer", "model_state_dict"] {
            let wrapped = Pickle.dictionary(Pickle.text("epoch"), Pickle.int(3), Pickle.text(key), inner)
            #expect(try open(Pickle.program(wrapped), storages: four).tensorNames == ["w"], "\(key)")
            let twice = Pickle.dictionary(Pickle.text("model"), wrapped)
            #expect(try open(Pickle.program(twice), storages: four).tensorNames == ["w"], "model, \(key)")
        }
        let beside = Pickle.dictionary(Pickle.text("model"), inner, Pickle.text("x"), tensor)
        #expect(try open(Pickle.program(beside), storages: four).tensorNames == ["model.module.w", "x"])
    }

    @Test("a name twice in one dictionary")
    func duplicateNames() {
        let tensor = Pickle.tensor(
            Pickle.storage("FloatStorage", key: "0", count: 4), offset: Pickle.int(0), shape: [], strides: [])
        let program = Pickle.program(Pickle.dictionary(Pickle.text("w"), tensor, Pickle.text("w"), tensor))
        expectFailure(.duplicateName) { _ = try open(program, storages: four) }
    }
}
