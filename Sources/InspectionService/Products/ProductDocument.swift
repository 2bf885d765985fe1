import Storage

/// A product as answers show it.
enum ProductDocument {
    static func tree(
        _ product: ProductRecord, preparation: Preparation.State, imageSide: Int, threshold: Double
    ) -> JSONTree {
        let settings = product.settings
        var members: [JSONTree.Member] = []
        func add(_ name: String, _ value: JSONTree) { members.append(.init(name: name, value: value)) }
        add("id", .string(product.id))
        add("noun", .string(settings.noun))
        add("defectTypes", .array(settings.defectTypes.map(type)))
        add("threshold", .number(settings.threshold ?? threshold))
        add("imageSide", .integer(settings.imageSide ?? imageSide))
        add("ignore", polygons(settings.ignore))
        add("include", polygons(settings.include))
        add("mmPerPixel", settings.mmPerPixel.map { .number($0) } ?? .null)
        add("keepImages", .string(settings.keepImages.rawValue))
        switch preparation {
        case .checking: add("status", .string("preparing")); add("progress", .number(0.0))
        case .preparing(let progress):
            add("status", .string("preparing"))
            add("progress", .number((progress * 1000).rounded(.down) / 1000))
        case .ready: add("status", .string("ready")); add("progress", .number(1.0))
        case .failed(let problem):
            add("status", .string("failed"))
            add("progress", .number(0.0))
            add("problem", problem.tree)
        }
        add("references", references(product.references))
        add("calibrationId", .null)
        add("createdAt", .string(RFC3339.text(product.createdAt)))
        add("updatedAt", .string(RFC3339.text(product.updatedAt)))
        return .object(members)
    }

    /// A set of references in two numbers.
    static func references(_ set: ReferenceSetSummary) -> JSONTree {
        ["version": .integer(set.version), "count": .integer(set.count)]
    }

    /// The product's revision as an entity tag (RFC 9110, section 8.8.3).
    static func entityTag(_ product: ProductRecord) -> String { "\"r\(product.revision)\"" }

    private static func type(_ type: ProductDefectType) -> JSONTree {
        guard let phrases = type.phrases else { return .string(type.name) }
        return ["name": .string(type.name), "phrases": .array(phrases.map { .string($0) })]
    }

    private static func polygons(_ polygons: [[PixelPoint]]) -> JSONTree {
        .array(polygons.map { .array($0.map { [.number($0.x), .number($0.y)] }) })
    }
}
