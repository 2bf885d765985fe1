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
            guard !sample.isAnomalous || truth.labels.contains(where: { $0 != 0 }) else {
                throw TrainingError(
                    .badMask,
                    "\(sample.masks.map(\.path).joined(separator: ", ")): expected marked pixels, for "
                        + "\(sample.picture) shows a defect, found none")
            }
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
    ///
    /// - Throws: ``TrainingError`` with `.badPicture`, also when the file is not the one that was prepared.
    func pixels(_ picture: TrainingPicture) throws(TrainingError) -> RGBImage {
        let name = picture.sample.picture
        do {
            let region = try ByteRegion.map(path: set.dataset.absolute(name))
            guard SHA256Digest.of(region).hex == picture.digest else {
                throw TrainingError(
                    .badPicture, "\(name): expected the picture as it was when the training began, found another one")
            }
            return try ImageDecoder.decode(region.bytes)
        } catch let error as TrainingError {
            throw error
        } catch {
            throw TrainingError(.badPicture, "\(name): \(Self.words(error))")
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
    func mosaic(_ pictures: [TrainingPicture]) throws(TrainingError) -> (picture: RGBImage, labels: PixelLabels) {
        var tiles: [(picture: RGBImage, truth: GroundTruth)] = []
        for picture in pictures {
            let image = try pixels(picture)
            tiles.append((image, try truth(of: picture.sample, width: image.width, height: image.height)))
        }
        do {
            let joined = try Mosaic.join(tiles)
            return (joined.picture, try rule.labels(from: joined.truth, side: side))
        } catch {
            throw TrainingError(.badPicture, "mosaic from \(pictures[0].sample.picture): \(error)")
        }
    }

    private static func words(_ error: any Error) -> String {
        (error as? CheckpointError)?.detail ?? "\(error)"
    }
}
