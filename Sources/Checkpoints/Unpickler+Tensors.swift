/// What persistent ids, calls and names mean in a saved tensor.
extension Unpickler {
    func global(_ module: String, _ name: String) throws(CheckpointError) -> PickleGlobal {
        if let global = PickleGlobal(module: module, name: name) { return global }
        if module == "torch", name.hasSuffix("Storage") {
            throw CheckpointError(
                .unknownElementType, file: file, "expected a storage of known type, found torch.\(name)")
        }
        throw CheckpointError(
            .refusedGlobal, file: file,
            "the file names \(module.prefix(200)).\(name.prefix(200)), which loading weights does not need; "
                + "refused without executing anything")
    }

    /// A storage from its persistent id: ("storage", class, key, location, element count).
    func storage(_ identifier: PickleValue) throws(CheckpointError) -> PickleValue {
        guard case .tuple(let index) = identifier else { throw invalid("a persistent id is not a tuple") }
        let parts = heap.sequences[index]
        guard parts.count >= 5, case .string("storage") = parts[0], case .global(.storageClass(let type)) = parts[1],
            case .string(let key) = parts[2], case .string = parts[3], case .int(let count) = parts[4], count >= 0
        else { throw invalid("a persistent id is not (\"storage\", class, key, location, count)") }
        return .storage(TorchStorage(key: key, elementType: type, count: count))
    }

    /// The effect of calling an allowed global.
    mutating func call(_ callable: PickleValue, _ arguments: PickleValue) throws(CheckpointError) -> PickleValue {
        guard case .global(let function) = callable, case .tuple(let index) = arguments else {
            throw invalid("expected a known function and its arguments")
        }
        let parts = heap.sequences[index]
        switch function {
        case .orderedDictionary:
            guard parts.isEmpty else { throw invalid("OrderedDict with arguments") }
            return makeDictionary()
        case .rebuildTensor: return try rebuiltTensor(parts)
        case .rebuildParameter:
            guard let first = parts.first, case .tensor = first else { throw invalid("a parameter without its tensor") }
            return first
        case .size, .identity:
            guard let first = parts.first else { throw invalid("a list without its elements") }
            return first
        case .storageClass, .moduleClass: throw invalid("a class is called like a function")
        }
    }

    private mutating func rebuiltTensor(_ parts: [PickleValue]) throws(CheckpointError) -> PickleValue {
        guard parts.count >= 4, case .storage(let storage) = parts[0], case .int(let offset) = parts[1],
            let shape = integers(parts[2]), let strides = integers(parts[3])
        else { throw invalid("a tensor is not (storage, offset, shape, strides, …)") }
        guard let tensor = TorchTensor(storage: storage, offset: offset, shape: shape, strides: strides) else {
            throw CheckpointError(
                .invalidTensor, file: file,
                "tensor of shape \(shape.prefix(8)), strides \(strides.prefix(8)) and offset \(offset) "
                    + "does not fit its storage “\(storage.key)” of \(storage.count) elements")
        }
        heap.tensors.append(tensor)
        return .tensor(heap.tensors.count - 1)
    }

    private func integers(_ value: PickleValue) -> [Int]? {
        // The limit is TorchTensor's; checked first so that repeating one long tuple cannot buy unbounded work.
        guard case .tuple(let index) = value, heap.sequences[index].count <= TorchTensor.maximumRank else { return nil }
        var integers: [Int] = []
        for element in heap.sequences[index] {
            guard case .int(let integer) = element else { return nil }
            integers.append(integer)
        }
        return integers
    }
}
