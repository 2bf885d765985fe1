import AnomalyDetection
import CLIP
import Images
import Tensors

/// The JSON form of results: the members of the service's `GET /results/{id}`, as far as they exist without a store.
enum InspectionJSON {
    /// One inspected picture.
    static func result(_ inspection: Inspection, _ inspector: Inspector) -> OutputJSON {
        let findings = inspection.findings
        let picture = inspection.picture
        let model = inspector.model
        return .members([
            "product": .string(inspector.ensemble.noun),
            "createdAt": .string(inspection.time),
            "verdict": .string(findings.verdict.rawValue),
            "faults": .array(findings.faults.map(fault)),
            "score": .float(findings.score),
            "scoreRaw": .members([
                "global": .float(inspection.maps.globalAnomaly), "mapMax": .float(inspection.maps.maximum),
            ]),
            "threshold": .float(findings.threshold),
            "reviewThreshold": findings.reviewThreshold.map(OutputJSON.float) ?? .null,
            "mapThreshold": .float(findings.mapThreshold),
            "calibrationId": .null,
            "mode": .string(inspector.formulas.mode.rawValue),
            "shots": .integer(inspector.references.count),
            "defects": .array(findings.defects.map(defect)),
            "image": .members([
                "file": .string(picture.path), "width": .integer(picture.pixels.width),
                "height": .integer(picture.pixels.height), "sha256": .string(picture.sha256),
                "brightness": figure(inspection.look.brightness), "contrast": figure(inspection.look.contrast),
                "sharpness": figure(inspection.look.sharpness),
            ]),
            "provenance": .members([
                "engine": .string(Version.text), "weights": .string("sha256:\(model.clip.digest)"),
                "adapter": .string("sha256:\(model.adapter.digest)"),
                "activation": .string(model.clip.configuration.activation.rawValue),
                "stages": .array(model.stages.map(OutputJSON.integer)), "imageSide": .integer(inspector.side),
                "references": .text(inspector.referencesDigest.map { "sha256:\($0)" }),
                "precision": .string(model.clip.arithmetic.precision.rawValue),
            ]),
            "timings": .members([
                "decode": .number(inspection.picture.decodeSeconds), "encode": .number(inspection.encodeSeconds),
                "score": .number(inspection.scoreSeconds), "total": .number(inspection.totalSeconds),
            ]),
        ])
    }

    /// A picture that could not be inspected.
    static func failure(_ path: String, _ error: any Error) -> OutputJSON {
        let code =
            switch error {
            case let failure as PictureFailure: failure.error.code.rawValue
            case let failure as InspectionModelError: failure.code.rawValue
            default: "unreadable"
            }
        return .members([
            "verdict": .string(Verdict.undecidable.rawValue),
            "image": .members(["file": .string(path)]),
            "error": .members(["code": .string(code), "detail": .string("\(error)")]),
        ])
    }

    private static func fault(_ fault: PictureFault) -> OutputJSON {
        .members(["type": .string(fault.kind.rawValue), "detail": .string(fault.detail)])
    }

    /// Four decimals, as the service.
    private static func figure(_ value: Double) -> OutputJSON { .number((value * 1e4).rounded() / 1e4) }

    private static func defect(_ defect: Defect) -> OutputJSON {
        .members([
            "type": .string(defect.type), "score": .float(defect.score), "areaPixels": .integer(defect.areaPixels),
            "areaFraction": .number(defect.areaFraction), "areaMm2": .null,
            "regions": .array(zip(defect.regions, defect.rankedTypes).map(region)),
        ])
    }

    private static func region(_ region: Region, _ types: [RankedType]) -> OutputJSON {
        .members([
            "box": .members([
                "x": .integer(region.box.x), "y": .integer(region.box.y), "width": .integer(region.box.width),
                "height": .integer(region.box.height),
            ]),
            "areaPixels": .integer(region.areaPixels),
            "peak": region.peak.map(OutputJSON.float) ?? .null,
            "types": .array(types.map { .members(["type": .string($0.type), "score": .float($0.score)]) }),
            "contour": .array(region.contour.map { .array([.integer($0.x), .integer($0.y)]) }),
        ])
    }
}
