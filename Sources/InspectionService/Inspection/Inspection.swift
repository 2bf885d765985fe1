import AnomalyDetection
import Images
import Storage

/// One finished inspection, before it is stored.
struct Inspection: Sendable {
    /// Time spent in each step.
    struct Timings: Sendable {
        var decode = Duration.zero
        var queue = Duration.zero
        var encode = Duration.zero
        var score = Duration.zero
        var store = Duration.zero
        var total = Duration.zero
    }

    let id: String
    let createdAt: Timestamp
    /// The place in line: freed when the inspection is let go, and its masks with it.
    let place: WorkLine.Place
    let request: InspectionRequest
    let product: PreparedProduct
    let imageDigest: Storage.SHA256Digest
    /// How the picture looks as a whole.
    let look: PictureLook
    let findings: Findings
    let globalAnomaly: Float
    let mapMaximum: Float
    let pictures: ResultPictures
    /// The picture with what was found drawn on it, where it was asked for.
    let overlay: [UInt8]?
    var timings: Timings

    /// What the store keeps, in one transaction.
    ///
    /// - Parameter document: The JSON that will be answered.
    /// - Returns: The result with its pictures.
    func newResult(document: [UInt8]) -> NewResult {
        let references = product.record.references
        let record = ResultRecord(
            id: id, product: product.record.id, createdAt: createdAt,
            verdict: Storage.Verdict(findings.verdict), score: findings.score.decimal,
            threshold: findings.threshold.decimal,
            reviewThreshold: findings.isJudged ? findings.reviewThreshold?.decimal : nil,
            mapThreshold: findings.mapThreshold.decimal,
            mode: request.options.mode.rawValue, shots: references.count,
            referencesVersion: references.count == 0 ? nil : references.version,
            partID: request.partID, camera: request.camera, imageWidth: pictures.width, imageHeight: pictures.height,
            imageDigest: imageDigest, metadata: request.metadata.map { String(decoding: $0, as: UTF8.self) },
            document: document)
        var files = pictures.files
        if keepsImage, let format = try? request.image.withUnsafeBytes({ try ImageFormat(recognizing: $0) }) {
            files.append(ResultFile(kind: .image, mediaType: "image/\(format.rawValue)", bytes: request.image))
        }
        return NewResult(
            record: record,
            defects: findings.defects.map {
                ResultDefect(type: $0.type, score: $0.score.decimal, areaPixels: $0.areaPixels)
            },
            files: files, calibration: product.calibration.currentID)
    }

    private var keepsImage: Bool {
        switch product.plan.keepImages {
        case .none: false
        case .notOk: findings.verdict != .ok
        case .all: true
        }
    }
}

extension Float {
    /// The number that the shortest text of this one names, so that filters agree with what answers show: the nearest
    /// double of 0.83 is not the value of the nearest float.
    var decimal: Double { Double("\(self)") ?? Double(self) }
}

extension AnomalyDetection.Verdict {
    init(_ verdict: Storage.Verdict) {
        switch verdict {
        case .ok: self = .ok
        case .notOk: self = .notOk
        case .undecidable: self = .undecidable
        }
    }
}

extension Storage.Verdict {
    init(_ verdict: AnomalyDetection.Verdict) {
        switch verdict {
        case .ok: self = .ok
        case .notOk: self = .notOk
        case .undecidable: self = .undecidable
        }
    }
}
