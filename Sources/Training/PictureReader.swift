import Checkpoints
import Datasets
import Images

/// One picture of a training set after its masks were read.
struct TrainingPicture: Sendable {
    let sample: DatasetSample
    /// SHA-256 of the picture's file.
    let digest: String
    let labels: PixelLabels
}

/// Reads pictures and masks of a training set; failures name the file.
struct PictureReader: Sendable {
    let set: TrainingSet
    let rule: GroundTruthRule
    let side: Int

    /// Digest and labels; the picture itself is not decoded.
    func prepare(_ sample: DatasetSample) -> Result<TrainingPicture, TrainingError> {
        Result { () throws(TrainingError) in
            let region: ByteRegion
            let header: ImageHeader
            do {
                region = try ByteRegion.map(path: set.dataset.absolute(sample.picture))
                header = try ImageDecoder.header(of: region.bytes)
            } catch {
                throw TrainingError(.badPicture, "\(sample.picture): \(Self.words(error))")
            }
            let truth = try truth(of: sample, width: header.width, height: header.height)
            do {
                return TrainingPicture(
                    sample: sample, digest: SHA256Digest.of(region).hex,
                    labels: try rule.labels(from: truth, side: side))
            } catch {
                throw TrainingError(.badMask, "\(sample.picture): \(error)")
            }
        }
    }

    /// The decoded picture.
    func pixels(_ sample: DatasetSample) throws(TrainingError) -> RGBImage {
        do {
            return try set.dataset.picture(of: sample)
        } catch {
            throw TrainingError(.badPicture, error.description)
        }
    }

    /// Labels at the picture's own size.
    func truth(of sample: DatasetSample, width: Int, height: Int) throws(TrainingError) -> GroundTruth {
        do {
            return try set.dataset.groundTruth(
                of: sample, types: set.types, side: nil, picture: (width: width, height: height))
        } catch {
            throw TrainingError(.badMask, error.description)
        }
    }

    /// A mosaic of four pictures and its labels.
    func mosaic(_ samples: [DatasetSample]) throws(TrainingError) -> (picture: RGBImage, labels: PixelLabels) {
        var tiles: [(picture: RGBImage, truth: GroundTruth)] = []
        for sample in samples {
            let picture = try pixels(sample)
            tiles.append((picture, try truth(of: sample, width: picture.width, height: picture.height)))
        }
        do {
            let joined = try Mosaic.join(tiles)
            return (joined.picture, try rule.labels(from: joined.truth, side: side))
        } catch {
            throw TrainingError(.badPicture, "mosaic from \(samples[0].picture): \(error)")
        }
    }

    private static func words(_ error: any Error) -> String {
        (error as? CheckpointError)?.detail ?? "\(error)"
    }
}
