extension ResultFilter {
    static let maxMetadata = 8

    /// Binds a page token to the filter that it came from.
    var fingerprint: UInt64 {
        var bytes = Array("results".utf8)
        func add(_ field: [UInt8]?) {
            // The length, and a value that no length has for "not set", keep neighbouring fields apart.
            bytes.appendBigEndian(field.map { UInt64($0.count) } ?? .max)
            bytes += field ?? []
        }
        func add(_ number: UInt64?) {
            add(
                number.map { number in
                    var field: [UInt8] = []
                    field.appendBigEndian(number)
                    return field
                })
        }
        for text in [product, verdict?.rawValue, defect, partID, camera, mode, label?.rawValue] {
            add(text.map { Array($0.utf8) })
        }
        add(isReview.map { $0 ? 1 : 0 })
        for moment in [since, until] { add(moment.map { UInt64(bitPattern: $0.microseconds) }) }
        add(minScore.map { ($0 == 0 ? 0 : $0).bitPattern })
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            add(Array(key.utf8))
            add(Array(value.utf8))
        }
        return FNV1a.hash(bytes)
    }

    func validate() throws(StorageError) {
        try Validation.optionalName(product, "the filter's product")
        try Validation.optionalName(defect, "the filter's defect")
        try Validation.optionalName(partID, "the filter's part")
        try Validation.optionalName(camera, "the filter's camera")
        try Validation.optionalName(mode, "the filter's mode")
        try Validation.finite(minScore, "the filter's score")
        guard metadata.count <= Self.maxMetadata else {
            throw StorageError(
                .invalidValue, "the filter has too many members of metadata", expected: Self.maxMetadata,
                found: metadata.count)
        }
        for (key, value) in metadata {
            try Validation.name(key, "the name of a member of metadata")
            try Validation.name(value, "the value of a member of metadata")
        }
    }
}
