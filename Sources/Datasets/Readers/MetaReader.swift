import Checkpoints

/// Reads JSON lists of pictures: `{"train": {product: [entry…]}, "test": …}`, `{product: [entry…]}` for tests alone, or as Real-IAD gives them out,
/// a file for each product, `{"meta": …, "train": [entry…], "test": [entry…]}`.
///
/// Entries name their picture, mask and type by the keys that the datasets' lists use (`specie_name` or `defect_cls`).
/// A type that an entry leaves out is taken from VisA's annotations or, in Real-IAD, from the path.
struct MetaReader {
    let reader: DatasetReader

    /// Reads a list.
    ///
    /// - Parameters:
    ///   - file: Its path.
    ///   - isRelative: Whether the path is relative to the dataset in any case; else only where there is no such file.
    /// - Returns: The pictures.
    /// - Throws: ``DatasetError``.
    func samples(file: String, isRelative: Bool = false) throws(DatasetError) -> [DatasetSample] {
        let isOwn = isRelative || !file.hasPrefix("/") && !FolderListing.exists(file)
        let path = isOwn ? "\(reader.root)/\(file)" : file
        guard case .object(let top) = try JSONFile.read(path) else {
            throw DatasetError(.badList, path: file, "expected an object, found another JSON value")
        }
        let labels = reader.kind == .visa ? try VisAReader(reader: reader).labels() : [:]
        guard top["train"] != nil || top["test"] != nil else {
            return try samples(.object(top), .test, place: "", file: file, labels: labels)
        }
        var samples: [DatasetSample] = []
        for split in DatasetSplit.allCases {
            guard let part = top[split.rawValue] else { continue }
            samples += try self.samples(part, split, place: split.rawValue + ".", file: file, labels: labels)
        }
        return samples
    }

    private func samples(
        _ part: JSONValue, _ split: DatasetSplit, place: String, file: String, labels: [String: [String]]
    ) throws(DatasetError) -> [DatasetSample] {
        // Real-IAD's own lists, one for each product: entries say their product themselves.
        if case .array(let entries) = part, reader.kind == .realIAD {
            var samples: [DatasetSample] = []
            for (index, entry) in entries.enumerated() {
                let fields = MetaEntry(entry, file: file, place: "\(place.dropLast())[\(index)]")
                let product = try fields.requiredText("category")
                samples.append(try sample(fields, product: product, split, labels: labels))
            }
            return samples
        }
        guard case .object(let products) = part else {
            throw DatasetError(.badList, path: file, "expected an object of products at \(place), found another value")
        }
        var samples: [DatasetSample] = []
        // Real-IAD's original lists keep a description of themselves among the products.
        for (name, value) in products.sorted(by: { $0.key < $1.key }) where name != "meta" {
            guard case .array(let entries) = value else {
                throw DatasetError(.badList, path: file, "expected a list at \(place)\(name), found another value")
            }
            for (index, entry) in entries.enumerated() {
                let fields = MetaEntry(entry, file: file, place: "\(place)\(name)[\(index)]")
                samples.append(try sample(fields, product: name, split, labels: labels))
            }
        }
        return samples
    }

    private func sample(
        _ entry: MetaEntry, product folder: String, _ split: DatasetSplit, labels: [String: [String]]
    ) throws(DatasetError) -> DatasetSample {
        // Real-IAD's paths start below the product's folder.
        let prefix = reader.kind == .realIAD ? folder + "/" : ""
        let listed = try entry.requiredText("img_path", "image_path")
        let picture = FolderListing.plain(prefix + listed)
        var rawNames = entry.text("defect_cls", "specie_name", "anomaly_class").map { $0.isEmpty ? [] : [$0] } ?? []
        if rawNames.isEmpty {
            rawNames = reader.kind == .realIAD ? [Self.defectCode(in: listed)] : labels[picture] ?? []
        }
        let anomaly = try entry.flag("anomaly")
        let isAnomalous = if let anomaly { anomaly } else { try self.isAnomalous(entry, rawNames) }
        let product = reader.product(ofFolder: folder)
        // Lists of MAD name masks of good pictures that do not exist.
        guard isAnomalous else {
            // What a list says against itself, the check tells.
            let defects = rawNames.filter { if case .type = reader.names.meaning(of: $0) { true } else { false } }
            return DatasetSample(
                product: product, split: split, picture: picture, isAnomalous: false, rawNames: defects, masks: [])
        }
        var masks: [DefectMask] = []
        for part in try entry.entries("masks") {
            masks.append(
                reader.names.mask(
                    FolderListing.plain(prefix + (try part.requiredText("mask_path"))),
                    [try part.requiredText("defect_cls", "specie_name")])
            )
        }
        if masks.isEmpty, let path = entry.text("mask_path"), !path.isEmpty {
            masks = [reader.names.mask(FolderListing.plain(prefix + path), rawNames)]
        }
        return DatasetSample(
            product: product, split: split, picture: picture, isAnomalous: true,
            rawNames: entry.has("masks") ? masks.flatMap(\.rawNames) : rawNames, masks: masks)
    }

    /// Whether an entry that does not say so itself shows a defect: by its type, and without one by its mask.
    private func isAnomalous(_ entry: MetaEntry, _ rawNames: [String]) throws(DatasetError) -> Bool {
        guard rawNames.isEmpty else { return !rawNames.allSatisfy(reader.names.isNormal) }
        if let path = entry.text("mask_path") { return !path.isEmpty }
        return try !entry.entries("masks").isEmpty
    }

    /// `NG/AK/S0001/x.jpg` is of type AK, `OK/S0001/x.jpg` normal.
    private static func defectCode(in path: String) -> String {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] != "OK" ? String(parts[1]) : "OK"
    }
}

/// One entry of a list; errors name its place.
struct MetaEntry {
    private let fields: [String: JSONValue]
    private let file: String
    private let place: String

    init(_ value: JSONValue, file: String, place: String) {
        if case .object(let fields) = value { self.fields = fields } else { fields = [:] }
        self.file = file
        self.place = place
    }

    func has(_ key: String) -> Bool { fields[key] != nil }

    /// The first of these keys that holds a text.
    func text(_ keys: String...) -> String? { keys.lazy.compactMap { fields[$0]?.text }.first }

    func requiredText(_ keys: String...) throws(DatasetError) -> String {
        guard let text = keys.lazy.compactMap({ fields[$0]?.text }).first, !text.isEmpty else {
            throw DatasetError(
                .badList, path: file,
                "expected a text under \(keys.map { "“\($0)”" }.joined(separator: " or ")) at \(place), found none")
        }
        return text
    }

    /// 0, 1, false or true.
    func flag(_ key: String) throws(DatasetError) -> Bool? {
        switch fields[key] {
        case nil: return nil
        case .bool(let value): return value
        case .some(let value):
            guard let number = value.integer, number == 0 || number == 1 else {
                throw DatasetError(.badList, path: file, "expected 0 or 1 at \(place).\(key), found another value")
            }
            return number == 1
        }
    }

    func entries(_ key: String) throws(DatasetError) -> [MetaEntry] {
        guard let value = fields[key] else { return [] }
        guard case .array(let items) = value else {
            throw DatasetError(.badList, path: file, "expected a list at \(place).\(key), found another value")
        }
        return items.enumerated().map { MetaEntry($1, file: file, place: "\(place).\(key)[\($0)]") }
    }
}

/// Reads JSON files strictly.
enum JSONFile {
    static func read(_ path: String) throws(DatasetError) -> JSONValue {
        let region = try FileBytes.map(path, .cannotOpen)
        do {
            // Editors of Windows put a mark of the byte order in front.
            let mark = region.bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
            return try StrictJSON.parse(UnsafeRawBufferPointer(rebasing: region.bytes[mark...]))
        } catch {
            let line = region.bytes.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
            throw DatasetError(.badList, path: path, "expected strict JSON, line \(line): \(error.reason)")
        }
    }
}

/// Reads whole files.
enum FileBytes {
    static func map(_ path: String, _ code: DatasetError.Code) throws(DatasetError) -> ByteRegion {
        do {
            return try ByteRegion.map(path: path)
        } catch {
            throw DatasetError(code, path: path, error.detail)
        }
    }
}
