import AnomalyDetection
import Images
import Storage
import Tensors

/// The pictures of a result: small when they are stored, drawn when they are sent.
///
/// Masks are kept as run lengths, the deciding map as one grey picture at the network's size. So a commit does not wait
/// for encoders, and what is sent at once and what is fetched later is drawn by the same code, to the same bytes.
struct ResultPictures: Sendable {
    /// Media type of a mask as `MaskRunLengths` writes it.
    static let maskMediaType = "application/vnd.multiads.mask-run-lengths"

    /// The address of the result.
    let location: String
    let width: Int
    let height: Int
    let threshold: Float
    /// By type, in the result's order.
    let masks: [(type: String, runs: [UInt8])]
    /// A grey PNG: 0 is black, 1 and more is white.
    let map: [UInt8]

    init(_ findings: Findings, maps: AnomalyMaps, width: Int, height: Int, location: String) throws {
        self.location = location
        self.width = width
        self.height = height
        threshold = findings.threshold
        masks = findings.defects.map { ($0.type, MaskRunLengths.encode($0.mask)) }
        let grey = maps.final.values.map { UInt8((min(max($0, 0), 1) * 255).rounded()) }
        map = try PNGEncoder.encode(GrayImage(width: maps.side, height: maps.side, pixels: grey))
    }

    /// The address of a mask.
    func maskLocation(_ type: String) -> String { "\(location)/masks/\(PathSegment.encode(type)).png" }

    /// The address of the heat map.
    var heatMapLocation: String { "\(location)/heatmap.png" }

    /// What the store keeps.
    var files: [ResultFile] {
        masks.map { ResultFile(kind: .mask(defectType: $0.type), mediaType: Self.maskMediaType, bytes: $0.runs) }
            + [ResultFile(kind: .heatMap, mediaType: "image/png", bytes: map)]
    }

    /// Draws a mask: 1 bit per pixel of the picture that was sent, white where the defect is.
    static func maskPNG(runs: [UInt8], width: Int, height: Int) throws -> [UInt8] {
        try PNGEncoder.encode(try MaskRunLengths.decode(runs, width: width, height: height))
    }

    /// Draws the heat map in the size of the picture that was sent, on the scale that belongs to the threshold.
    static func heatMapPNG(map: [UInt8], width: Int, height: Int, threshold: Float) throws -> [UInt8] {
        let grey = try ImageDecoder.decode(map)
        let values = stride(from: 0, to: grey.pixels.count, by: 3).map { Float(grey.pixels[$0]) / 255 }
        let resized = try MapResize.bilinear(
            values, width: grey.width, height: grey.height, toWidth: width, toHeight: height, corners: .edges)
        return try PNGEncoder.encode(
            HeatMap.render(map: resized, width: width, height: height, scale: try scale(threshold)))
    }

    /// The colour scale of a threshold; a threshold of 0, where everything is a defect, has no scale of its own.
    static func scale(_ threshold: Float) throws -> HeatScale {
        try HeatScale(threshold: max(threshold, 1 / 255))
    }
}
