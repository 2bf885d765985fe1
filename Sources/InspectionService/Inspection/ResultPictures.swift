import AnomalyDetection
import Images
import Storage
import Tensors

/// The pictures of a result: small when they are stored, drawn when they are sent.
///
/// Masks are kept as run lengths, the deciding map as one grey picture at the network's size. So a commit does not wait
/// for encoders, and what is sent at once and what is fetched later is drawn by the same code from the same bytes, to the
/// same bytes.
struct ResultPictures: Sendable {
    /// Where one defect type was found.
    struct Mask: Sendable {
        let type: String
        let score: Float
        let runs: [UInt8]
    }

    /// Media type of a mask as `MaskRunLengths` writes it.
    static let maskMediaType = "application/vnd.multiads.mask-run-lengths"

    /// The result's id.
    let id: String
    /// Whether the result is in the store, so that its pictures have addresses.
    let isStored: Bool
    let width: Int
    let height: Int
    /// Of the map.
    let threshold: Float
    let verdict: AnomalyDetection.Verdict
    /// The highest score first, as the result lists its defects.
    let masks: [Mask]
    /// A grey PNG: 0 is black, 1 and more is white.
    let map: [UInt8]

    /// The address of the result, when it has one.
    var location: String? { isStored ? "/results/\(id)" : nil }

    /// The address of a mask.
    func maskLocation(_ type: String) -> String? { location.map { "\($0)/masks/\(PathSegment.encode(type)).png" } }

    /// The address of the heat map.
    var heatMapLocation: String? { location.map { "\($0)/heatmap.png" } }

    /// What the store keeps.
    var files: [ResultFile] {
        masks.map { ResultFile(kind: .mask(defectType: $0.type), mediaType: Self.maskMediaType, bytes: $0.runs) }
            + [ResultFile(kind: .heatMap, mediaType: "image/png", bytes: map)]
    }

    /// Draws a mask: 1 bit per pixel of the picture that was sent, white where the defect is.
    static func maskPNG(runs: [UInt8], width: Int, height: Int, threads: ComputeThreads) throws -> [UInt8] {
        try PNGEncoder.encode(try MaskRunLengths.decode(runs, width: width, height: height), threads: threads)
    }

    /// Draws the heat map in the size of the picture that was sent, on the scale that belongs to the threshold.
    static func heatMapPNG(
        map: [UInt8], width: Int, height: Int, threshold: Float, threads: ComputeThreads
    ) throws -> [UInt8] {
        let map = try values(map)
        return try PNGEncoder.encode(
            ScaledMap(map.values, width: map.width, height: map.height, scale: try scale(threshold)), width: width,
            height: height, threads: threads)
    }

    /// Draws everything that was found onto the picture.
    ///
    /// - Parameters:
    ///   - image: The picture that was inspected.
    ///   - threads: Workers to use.
    /// - Returns: A PNG of the picture's size.
    /// - Throws: `ImageError`.
    func overlayPNG(on image: RGBImage, threads: ComputeThreads) throws -> [UInt8] {
        let masks = try masks.map {
            OverlayMask(
                name: $0.type, mask: try MaskRunLengths.decode($0.runs, width: width, height: height),
                score: $0.score)
        }
        let map = try Self.values(map)
        let heatMap = OverlayHeatMap(
            map: try MapResize.bilinear(
                map.values, width: map.width, height: map.height, toWidth: width, toHeight: height, corners: .edges),
            scale: try Self.scale(threshold))
        return try PNGEncoder.encode(
            try Overlay.render(image: image, heatMap: heatMap, masks: masks, title: verdict.words),
            threads: threads)
    }

    /// The stored map in its own size.
    private static func values(_ map: [UInt8]) throws -> (values: [Float], width: Int, height: Int) {
        let grey = try ImageDecoder.decode(map)
        let values = stride(from: 0, to: grey.pixels.count, by: 3).map { Float(grey.pixels[$0]) / 255 }
        return (values, grey.width, grey.height)
    }

    /// The colour scale of a threshold; a threshold of 0, where everything is a defect, has no scale of its own.
    private static func scale(_ threshold: Float) throws -> HeatScale {
        try HeatScale(threshold: max(threshold, 1 / 255))
    }
}

extension ResultPictures {
    /// Makes the stored forms of what was found.
    init(
        _ findings: Findings, maps: AnomalyMaps, width: Int, height: Int, id: String, isStored: Bool,
        threads: ComputeThreads
    ) throws {
        self.id = id
        self.isStored = isStored
        self.width = width
        self.height = height
        threshold = findings.mapThreshold
        verdict = findings.verdict
        masks = findings.defects.map {
            Mask(type: $0.type, score: $0.score, runs: MaskRunLengths.encode($0.mask))
        }
        let grey = maps.final.values.map { UInt8((min(max($0, 0), 1) * 255).rounded()) }
        map = try PNGEncoder.encode(GrayImage(width: maps.side, height: maps.side, pixels: grey), threads: threads)
    }

    /// Takes the stored forms out of the store.
    ///
    /// - Throws: `StorageError` with `.corrupt` when one of them is missing.
    init(_ record: ResultRecord, _ contents: ResultContents, defaultThreshold: Double) throws {
        id = record.id
        isStored = true
        width = record.imageWidth
        height = record.imageHeight
        threshold = record.mapThreshold(default: defaultThreshold)
        verdict = AnomalyDetection.Verdict(record.verdict)
        let files = Dictionary(contents.files.map { ($0.kind, $0.bytes) }) { first, _ in first }
        masks = contents.defects.compactMap { defect in
            files[.mask(defectType: defect.type)].map {
                Mask(type: defect.type, score: Float(defect.score), runs: $0)
            }
        }.sorted { ($0.score, $1.type) > ($1.score, $0.type) }
        guard let map = files[.heatMap], masks.count == contents.defects.count else {
            throw StorageError(.corrupt, "a result's pictures are incomplete")
        }
        self.map = map
    }
}

extension ResultRecord {
    /// What the map's values were compared with; results of early versions had one threshold for both.
    func mapThreshold(default threshold: Double) -> Float { Float(mapThreshold ?? self.threshold ?? threshold) }
}
