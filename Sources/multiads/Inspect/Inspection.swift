import AnomalyDetection
import CLIP
import Images

/// A picture as it was read.
struct Picture {
    /// As named by the user.
    let path: String
    let pixels: RGBImage
    /// SHA-256 of the file.
    let sha256: String
    /// Reading and decoding.
    let decodeSeconds: Double
}

/// Everything known about one inspected picture.
struct Inspection {
    let picture: Picture
    /// How it looks as a whole.
    let look: PictureLook
    let features: VisionTower.Features
    let maps: AnomalyMaps
    /// The maps that places were marked by, where they are others.
    let refined: AnomalyMaps?
    let findings: Findings
    /// When the inspection ended.
    let time: String
    /// The image tower.
    let encodeSeconds: Double
    /// Maps, score and regions.
    let scoreSeconds: Double

    /// From reading the file to the verdict.
    var totalSeconds: Double { picture.decodeSeconds + encodeSeconds + scoreSeconds }
}
