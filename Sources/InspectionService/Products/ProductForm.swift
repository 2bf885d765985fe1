import AnomalyDetection
import Checkpoints
import Storage

/// Reads a product as a client states it.
struct ProductForm {
    /// What defect types may be named.
    let knowledgeBase: KnowledgeBase
    let patchSize: Int
    let configuration: InspectionServiceConfiguration

    /// Members that answers show and that are not settings: sending an answer back is no mistake.
    private static let derived = [
        "status", "progress", "problem", "references", "calibrationId", "calibrationStatus", "createdAt", "updatedAt",
    ]
    private static let settings = [
        "noun", "defectTypes", "threshold", "reviewThreshold", "mapThreshold", "decision", "pictureCheck", "imageSide",
        "ignore",
        "include", "mmPerPixel",
        "keepImages", "maxBankRows",
    ]
    private static let maxTypes = 64
    private static let maxPhrases = 64
    private static let maxPolygons = 64
    private static let maxPoints = 1000
    /// An atom or a house per pixel: beyond it areas are no numbers any more.
    private static let mmPerPixel = 1e-6...1e6
    /// Fewer rows than this say nothing about a picture; more than this are no cap.
    private static let bankRows = 16...1_000_000

    /// Accepts an id: a letter or digit, then at most 63 letters, digits, dots, underscores and hyphens.
    static func check(id: String) throws(Problem) {
        let bytes = Array(id.utf8)
        func isAlphanumeric(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        let isUsable =
            (1...64).contains(bytes.count) && isAlphanumeric(bytes[0])
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == 0x2D || $0 == 0x2E || $0 == 0x5F }
        guard isUsable else {
            throw Problem(
                .invalidParameter,
                "expected a product id of 1 to 64 letters, digits, “.”, “_” and “-”, beginning with a letter or digit, "
                    + "found “\(id.prefix(80))”")
        }
    }

    /// Reads the settings from a JSON body.
    ///
    /// - Throws: `Problem` of kind `malformedJSON`, or `invalidProduct` with every fault and its JSON Pointer.
    func settings(from body: [UInt8], id: String) throws(Problem) -> ProductSettings {
        try settings(from: try FormReader.root(of: body), id: id)
    }

    /// The settings of the product that is made when the service starts, held to the same rules as a client's.
    ///
    /// - Throws: `Problem` of kind `invalidProduct` that names the configuration's keys.
    func defaultSettings(id: String) throws(Problem) -> ProductSettings {
        let tree: JSONTree = [
            "noun": .string(configuration.defaultProductNoun),
            "defectTypes": .array(configuration.defaultDefectTypes.map { .string($0) }),
        ]
        do throws(Problem) {
            return try settings(from: tree.bytes, id: id)
        } catch {
            throw Problem(
                error.kind,
                "inspection.defaultProductNoun and inspection.defaultDefectTypes of the configuration: \(error.detail)")
        }
    }

    /// Reads the settings after a JSON merge patch (RFC 7396).
    ///
    /// - Parameters:
    ///   - product: What it is applied to: what its operator set, without the defaults that answers show.
    ///   - body: The patch.
    /// - Returns: The complete new settings.
    /// - Throws: `Problem` of kind `malformedJSON`, or `invalidProduct` with every fault of the outcome.
    func settings(patching product: ProductRecord, with body: [UInt8]) throws(Problem) -> ProductSettings {
        let current = try FormReader.root(of: ProductDocument.settings(product.settings).bytes)
        let patched = current.value.merging(try FormReader.root(of: body).value)
        return try settings(from: FormReader.Node(value: patched, pointer: ""), id: product.id)
    }

    /// Reads the settings from a JSON object.
    ///
    /// - Parameters:
    ///   - root: A JSON object.
    ///   - id: The id in the path; a member `id` must agree.
    /// - Returns: The settings, with the default defect types where none are named.
    /// - Throws: `Problem` of kind `invalidProduct` with every fault and its JSON Pointer.
    private func settings(from root: FormReader.Node, id: String) throws(Problem) -> ProductSettings {
        var form = FormReader()
        let members = form.members(of: root, known: ["id"] + Self.settings + Self.derived, required: ["noun"])
        if let node = members["id"], node.value != .string(id) {
            form.note(node, expected: "the id in the path, “\(id)”")
        }
        var settings = ProductSettings(noun: "")
        if let node = members["noun"] { settings.noun = form.text(node, atMost: 100) ?? "" }
        if let node = members["defectTypes"] {
            settings.defectTypes = defectTypes(node, &form)
        } else {
            settings.defectTypes = configuration.defaultDefectTypes.map { ProductDefectType(name: $0) }
        }
        if let node = members["threshold"] {
            settings.threshold = form.number(node, expected: "a number from 0 to 1") { (0...1).contains($0) }
        }
        if let node = members["reviewThreshold"] {
            let threshold = settings.threshold ?? 1
            settings.reviewThreshold = form.number(
                node,
                expected: "a number above 0 and below the threshold" + (settings.threshold.map { ", \($0)" } ?? "")
            ) { $0 > 0 && $0 < threshold }
            if members["threshold"] == nil {
                // The configuration's may become another.
                form.note(
                    pointer: "/threshold", "expected a number with a reviewThreshold, which lies below it, found none")
            }
        }
        if let node = members["mapThreshold"] {
            settings.mapThreshold = form.number(node, expected: "a number from 0 to 1") { (0...1).contains($0) }
        }
        if let node = members["decision"] {
            settings.decision = form.choice(node, Decision.self)
            if settings.decision == .references, members["threshold"] == nil {
                form.note(
                    pointer: "/threshold",
                    "expected a number with decision “references”, whose scores are distances, found none; "
                        + "POST /products/\(id)/calibrate?decision=references finds one")
            }
        }
        if let node = members["pictureCheck"] {
            settings.pictureCheck = form.choice(node, Storage.PictureCheck.self)
        }
        if let node = members["imageSide"] { settings.imageSide = imageSide(node, &form) }
        if let node = members["ignore"] { settings.ignore = polygons(node, &form) }
        if let node = members["include"] { settings.include = polygons(node, &form) }
        if let node = members["mmPerPixel"] {
            settings.mmPerPixel = form.number(node, expected: "a number from 0.000001 to 1000000") {
                Self.mmPerPixel.contains($0)
            }
        }
        if let node = members["keepImages"] {
            settings.keepImages = form.choice(node, KeepImages.self)
        }
        if let node = members["maxBankRows"] {
            settings.maxBankRows = node.value.integer.flatMap { Self.bankRows.contains($0) ? $0 : nil }
            if settings.maxBankRows == nil {
                form.note(
                    node, expected: "a whole number from \(Self.bankRows.lowerBound) to \(Self.bankRows.upperBound)")
            }
        }
        try form.finish(.invalidProduct, "the product cannot be used")
        return settings
    }

    private func imageSide(_ node: FormReader.Node, _ form: inout FormReader) -> Int? {
        guard let side = node.value.integer, side > 0, side.isMultiple(of: patchSize),
            side <= configuration.maxImageSide
        else {
            form.note(
                node,
                expected: "a positive multiple of \(patchSize), the model's patch size, "
                    + "of at most \(configuration.maxImageSide)")
            return nil
        }
        return side
    }

    private func polygons(_ node: FormReader.Node, _ form: inout FormReader) -> [[Storage.PixelPoint]] {
        form.elements(of: node, atMost: Self.maxPolygons).map { polygon in
            let points = form.elements(of: polygon, atMost: Self.maxPoints).compactMap { point -> Storage.PixelPoint? in
                guard case .array(let pair) = point.value, pair.count == 2 else {
                    form.note(point, expected: "[x, y]")
                    return nil
                }
                let coordinates = zip(["0", "1"], pair).compactMap { key, value in
                    form.number(point.child(key, value), expected: "a coordinate in pixels") { abs($0) <= 1e6 }
                }
                return coordinates.count == 2 ? Storage.PixelPoint(x: coordinates[0], y: coordinates[1]) : nil
            }
            if case .array(let items) = polygon.value, items.count < 3 {
                form.note(polygon, expected: "a polygon of at least 3 points")
            }
            return points
        }
    }
}

// Defect types.
extension ProductForm {
    private func defectTypes(_ node: FormReader.Node, _ form: inout FormReader) -> [ProductDefectType] {
        let entries = form.elements(of: node, atMost: Self.maxTypes)
        if case .array(let items) = node.value, items.isEmpty { form.note(node, expected: "at least one defect type") }
        var seen: Set<String> = []
        return entries.compactMap { entry in
            let type: ProductDefectType?
            switch entry.value {
            case .string(let name): type = builtIn(name, entry, &form)
            case .object: type = own(entry, &form)
            default:
                form.note(entry, expected: "a defect type's name, or an object with name and phrases")
                return nil
            }
            guard let type else { return nil }
            guard type.name != PromptEnsemble.normalState, type.name != Findings.binaryType else {
                form.note(entry, expected: "a name other than “\(type.name)”, which has a meaning of its own")
                return nil
            }
            guard seen.insert(type.name).inserted else {
                form.note(entry, expected: "each defect type once")
                return nil
            }
            return type
        }
    }

    private func builtIn(_ name: String, _ node: FormReader.Node, _ form: inout FormReader) -> ProductDefectType? {
        do throws(KnowledgeBaseError) {
            return ProductDefectType(name: try knowledgeBase.defectType(named: name).name)
        } catch {
            form.note(pointer: node.pointer, "expected \(error.expected), found \(error.found)")
            return nil
        }
    }

    private func own(_ node: FormReader.Node, _ form: inout FormReader) -> ProductDefectType? {
        let members = form.members(of: node, known: ["name", "phrases"], required: ["name", "phrases"])
        guard let nameNode = members["name"], let phrasesNode = members["phrases"] else { return nil }
        let count = form.faults.count
        let name = form.text(nameNode, atMost: 64)
        let nodes = form.elements(of: phrasesNode, atMost: Self.maxPhrases)
        let phrases = nodes.compactMap { form.text($0, atMost: PromptText.maximumLength) }
        guard let name, form.faults.count == count else { return nil }
        do throws(KnowledgeBaseError) {
            _ = try DefectType(name: name, phrases: phrases)
            return ProductDefectType(name: name, phrases: phrases)
        } catch {
            form.note(
                pointer: node.pointer + Self.pointer(error.path), "expected \(error.expected), found \(error.found)")
            return nil
        }
    }

    /// `phrases[1]` as `/phrases/1`.
    private static func pointer(_ path: String) -> String {
        let parts = path.split { $0 == "." || $0 == "[" || $0 == "]" }
        return parts.map { "/\($0)" }.joined()
    }
}
