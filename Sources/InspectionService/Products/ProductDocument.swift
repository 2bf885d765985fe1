import Storage

/// A product as answers show it.
enum ProductDocument {
    /// - Parameters:
    ///   - product: The product as stored.
    ///   - status: How far it is, and whether calibrated.
    ///   - imageSide: What is shown where the product sets none, in pixels.
    ///   - threshold: Likewise.
    ///   - keepImages: Likewise.
    /// - Returns: An object.
    static func tree(
        _ product: ProductRecord, _ status: ProductStatus, imageSide: Int, threshold: Double, keepImages: KeepImages
    ) -> JSONTree {
        var settings = product.settings
        settings.threshold = settings.threshold ?? threshold
        settings.decision = settings.decision ?? .standard
        settings.pictureCheck = settings.pictureCheck ?? .standard
        settings.imageSide = settings.imageSide ?? imageSide
        settings.keepImages = settings.keepImages ?? keepImages
        var members = [JSONTree.Member(name: "id", value: .string(product.id))] + self.members(settings)
        func add(_ name: String, _ value: JSONTree) { members.append(.init(name: name, value: value)) }
        switch status.preparation {
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
        add("references", ReferenceDocument.summary(product.references))
        add("calibrationId", .string(status.calibration.id))
        add("calibrationStatus", .string(status.calibration.name))
        add("createdAt", .string(RFC3339.text(product.createdAt)))
        add("updatedAt", .string(RFC3339.text(product.updatedAt)))
        return .object(members)
    }

    /// What an operator set, null where nothing was.
    static func settings(_ settings: ProductSettings) -> JSONTree { .object(members(settings)) }

    private static func members(_ settings: ProductSettings) -> [JSONTree.Member] {
        [
            .init(name: "noun", value: .string(settings.noun)),
            .init(name: "defectTypes", value: .array(settings.defectTypes.map(type))),
            .init(name: "threshold", value: settings.threshold.map { .number($0) } ?? .null),
            .init(name: "reviewThreshold", value: settings.reviewThreshold.map { .number($0) } ?? .null),
            .init(name: "mapThreshold", value: settings.mapThreshold.map { .number($0) } ?? .null),
            .init(name: "decision", value: .string(settings.decision?.rawValue)),
            .init(name: "pictureCheck", value: .string(settings.pictureCheck?.rawValue)),
            .init(name: "imageSide", value: settings.imageSide.map { .integer($0) } ?? .null),
            .init(name: "ignore", value: polygons(settings.ignore)),
            .init(name: "include", value: polygons(settings.include)),
            .init(name: "mmPerPixel", value: settings.mmPerPixel.map { .number($0) } ?? .null),
            .init(name: "keepImages", value: .string(settings.keepImages?.rawValue)),
            .init(name: "maxBankRows", value: settings.maxBankRows.map { .integer($0) } ?? .null),
        ]
    }

    private static func type(_ type: ProductDefectType) -> JSONTree {
        guard let phrases = type.phrases else { return .string(type.name) }
        return ["name": .string(type.name), "phrases": .array(phrases.map { .string($0) })]
    }

    private static func polygons(_ polygons: [[PixelPoint]]) -> JSONTree {
        .array(polygons.map { .array($0.map { [.number($0.x), .number($0.y)] }) })
    }
}
