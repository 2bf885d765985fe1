import AnomalyDetection
import CLIP
import Images
import Storage

/// Scores pictures of good parts as inspections of the product would, each compared with references other than itself.
///
/// Pictures wait for their place in line and for the engine behind whoever has an inspection to wait for.
struct CalibrationScorer: Sendable {
    let core: ServiceCore
    let product: PreparedProduct
    let banks: MemberBanks

    /// A picture to be scored.
    struct Picture: Sendable {
        let id: Storage.SHA256Digest
        /// Its place among the others.
        let index: Int
        /// The file name that the client gave.
        let name: String?
        /// Read when its turn comes.
        let bytes: @Sendable () async throws -> [UInt8]
    }

    /// Scores a picture.
    ///
    /// - Throws: `ImageError`, `InspectionModelError`, `StorageError`, `Problem` or `CancellationError`.
    func score(_ picture: Picture) async throws -> CalibrationScore {
        let bytes = try await picture.bytes()
        let limits = ImageLimits(maxPixels: core.configuration.maxImagePixels)
        let header = try ImageDecoder.header(of: bytes, limits: limits)
        let place = try await core.line.enterWaiting(bytes: header.decodingBytes)
        let image = try await core.pictures.run { try ImageDecoder.decode(bytes, limits: limits) }
        let side = product.plan.imageSide
        let features = try await core.compute.run(.background) { [model = core.model] in
            try model.features(of: image, imageSide: side)
        }
        // What an inspection would not judge says nothing about how good parts score. References look like themselves.
        let look = PictureLook(features.picture)
        let faults = product.faults(
            of: image, seenAs: features.picture, look,
            references: banks.members.contains(picture.id)
                ? [look] : try await core.registry.bank(of: product).looks)
        guard faults.isEmpty else {
            throw Problem(.unusableImage, faults.map(\.detail).joined(separator: "; "))
        }
        let validity = product.validity(width: image.width, height: image.height)
        let distances = try await distances(of: features, without: picture.id)
        let options = product.plan.mapOptions
        let maps = try await core.compute.run(.background) { [model = core.model, product] in
            // The score stays that of the maps before; what is marked is what has to be kept from.
            try model.maps(
                features: features, imageSide: side, states: product.states, distances: distances,
                validity: validity.map, options: options
            ).refined(by: model.refiner(for: features), validity: validity.map, options: options)
        }
        withExtendedLifetime(place) {}
        return CalibrationScore(id: picture.id, name: picture.name, score: maps.imageScore, mapMaximum: maps.maximum)
    }

    /// Distances to the references other than a picture; nil when there are none.
    private func distances(
        of features: VisionTower.Features, without id: Storage.SHA256Digest
    ) async throws -> ReferenceDistances? {
        let options = product.plan.mapOptions
        guard banks.members.contains(id) else {
            guard !banks.members.isEmpty else { return nil }
            let bank = try await core.registry.bank(of: product)
            return try await core.compute.run(.background) { [model = core.model] in
                try model.distances(of: features, to: bank.references, options: options)
            }
        }
        guard banks.members != [id] else {
            throw Problem(
                .calibrationImpossible,
                "expected pictures other than the product's only reference, which there is nothing to compare with, "
                    + "found it among them")
        }
        var joined: ReferenceDistances?
        for position in banks.members.indices where banks.members[position] != id {
            let reference = ReferenceBank([try await banks.features(at: position)])
            let distances = try await core.compute.run(.background) { [model = core.model] in
                try model.distances(of: features, to: reference, options: options)
            }
            if joined == nil { joined = distances } else { joined?.formMinimum(with: distances) }
        }
        return joined
    }
}
