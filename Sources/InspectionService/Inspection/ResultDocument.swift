import AnomalyDetection
import Images
import Storage

/// The JSON of a result, made once: answered, stored and answered again as the same bytes.
struct ResultDocument {
    let engine: String
    /// SHA-256 of the CLIP weights and of the adapter, in hexadecimal.
    let weights: String
    let adapter: String
    /// Number format of the network's matrix products.
    let precision: String

    func tree(_ inspection: Inspection) -> JSONTree {
        let findings = inspection.findings
        let references = inspection.product.record.references
        var members: [JSONTree.Member] = []
        func add(_ name: String, _ value: JSONTree) { members.append(.init(name: name, value: value)) }
        add("id", .string(inspection.id))
        add("product", .string(inspection.product.record.id))
        add("createdAt", .string(RFC3339.text(inspection.createdAt)))
        add("verdict", .string(findings.verdict.rawValue))
        add("faults", .array(findings.faults.map(fault)))
        add("score", .number(findings.score))
        add("scoreRaw", ["global": .number(inspection.globalAnomaly), "mapMax": .number(inspection.mapMaximum)])
        add("threshold", .number(findings.threshold))
        add("reviewThreshold", findings.reviewThreshold.map { .number($0) } ?? .null)
        add("mapThreshold", .number(findings.mapThreshold))
        add("calibrationId", .string(inspection.product.calibration.currentID))
        add("mode", .string(inspection.request.options.mode.rawValue))
        add("shots", .integer(references.count))
        if let partID = inspection.request.partID { add("partId", .string(partID)) }
        if let camera = inspection.request.camera { add("camera", .string(camera)) }
        if let metadata = inspection.request.metadata { add("metadata", .raw(metadata)) }
        let mmPerPixel = inspection.product.record.settings.mmPerPixel
        add(
            "defects",
            .array(findings.defects.map { defect($0, inspection.pictures.maskLocation($0.type), mmPerPixel) }))
        add(
            "image",
            [
                "width": .integer(inspection.pictures.width), "height": .integer(inspection.pictures.height),
                "sha256": .string(inspection.imageDigest.hex),
                "brightness": figure(inspection.look.brightness), "contrast": figure(inspection.look.contrast),
                "sharpness": figure(inspection.look.sharpness),
            ])
        add("heatmap", .string(inspection.pictures.heatMapLocation))
        let version = references.count == 0 ? nil : "v\(references.version)"
        add(
            "provenance",
            [
                "engine": .string(engine), "weights": .string("sha256:\(weights)"),
                "adapter": .string("sha256:\(adapter)"), "references": .string(version),
                "precision": .string(precision),
            ])
        add("timings", timings(inspection.timings))
        if inspection.request.options.isDryRun { add("dryRun", true) }
        return .object(members)
    }

    private func fault(_ fault: PictureFault) -> JSONTree {
        ["type": .string(fault.kind.rawValue), "detail": .string(fault.detail)]
    }

    /// Four decimals: a hundredth of a grey level.
    private func figure(_ value: Double) -> JSONTree { .number((value * 1e4).rounded() / 1e4) }

    private func defect(_ defect: Defect, _ mask: String?, _ mmPerPixel: Double?) -> JSONTree {
        [
            "type": .string(defect.type), "score": .number(defect.score), "areaPixels": .integer(defect.areaPixels),
            "areaFraction": .number(defect.areaFraction),
            "areaMm2": mmPerPixel.map { area(defect.areaPixels, mmPerPixel: $0) } ?? .null,
            "mask": .string(mask), "regions": .array(zip(defect.regions, defect.rankedTypes).map(region)),
        ]
    }

    /// Square millimetres, without the noise of binary fractions behind the ninth decimal.
    private func area(_ pixels: Int, mmPerPixel: Double) -> JSONTree {
        .number((Double(pixels) * mmPerPixel * mmPerPixel * 1e9).rounded() / 1e9)
    }

    private func region(_ region: Region, _ types: [RankedType]) -> JSONTree {
        [
            "box": [
                "x": .integer(region.box.x), "y": .integer(region.box.y), "width": .integer(region.box.width),
                "height": .integer(region.box.height),
            ],
            "areaPixels": .integer(region.areaPixels), "peak": region.peak.map { .number($0) } ?? .null,
            "types": .array(types.map { ["type": .string($0.type), "score": .number($0.score)] }),
            "contour": .array(region.contour.map { [.integer($0.x), .integer($0.y)] }),
        ]
    }

    /// The commit itself cannot be in what it commits: `store` is the making of the stored forms, and the answer's
    /// `Server-Timing` field has the commit.
    private func timings(_ timings: Inspection.Timings) -> JSONTree {
        [
            "decode": .seconds(timings.decode), "queue": .seconds(timings.queue), "encode": .seconds(timings.encode),
            "score": .seconds(timings.score), "store": .seconds(timings.store), "total": .seconds(timings.total),
        ]
    }
}
