import AnomalyDetection
import Checkpoints
import Images
import Storage
import Tensors

/// From a picture's bytes to findings: decode, features, maps, regions, each on the queue it belongs to.
struct Inspector: Sendable {
    let model: InspectionModel
    let line: WorkLine
    let compute: ComputeQueue
    let pictures: PictureQueue
    let registry: ProductRegistry
    let limits: ImageLimits
    let environment: ServiceEnvironment

    /// Inspects one picture.
    ///
    /// - Parameters:
    ///   - request: The picture and what is asked of it.
    ///   - product: What it is a picture of.
    ///   - drawsOverlay: Whether the overlay is wanted.
    /// - Returns: The inspection, not yet stored.
    /// - Throws: `ImageError`, `InspectionModelError`, `Problem` of kind `queueFull`, or `CancellationError`.
    func inspect(
        _ request: InspectionRequest, of product: PreparedProduct, drawsOverlay: Bool
    ) async throws -> Inspection {
        let started = environment.uptime()
        let header = try ImageDecoder.header(of: request.image, limits: limits)
        let place = try line.enter(bytes: header.decodingBytes)

        let decoded = try await pictures.run { [limits, environment] in
            let started = environment.uptime()
            let digest = Checkpoints.SHA256Digest.of(request.image).bytes
            let image = try ImageDecoder.decode(request.image, limits: limits)
            return (image: image, digest: digest, time: environment.uptime() - started)
        }
        let queued = environment.uptime()
        let computed = try await computed(decoded.image, product)
        line.engineWasBusy(for: computed.encode + computed.score)
        guard let digest = Storage.SHA256Digest(bytes: decoded.digest) else { throw Problem.internalError }
        let now = environment.now()
        let id = environment.identifier(at: now)
        let found = try await pictures.run { [environment] in
            try Self.find(computed.maps, decoded.image, request.mode, product, id, drawsOverlay, environment)
        }
        return Inspection(
            id: id, createdAt: now, place: place, request: request, product: product,
            imageDigest: digest, findings: found.findings, globalAnomaly: computed.maps.globalAnomaly,
            mapMaximum: computed.maps.maximum, pictures: found.pictures, overlay: found.overlay,
            timings: Inspection.Timings(
                decode: decoded.time, queue: computed.started - queued, encode: computed.encode,
                score: computed.score + found.score, store: found.store, total: environment.uptime() - started))
    }

    private struct Computed: Sendable {
        let maps: AnomalyMaps
        let started: Duration
        let encode: Duration
        let score: Duration
    }

    /// Holds the bank no longer than the engine needs it.
    private func computed(_ image: RGBImage, _ product: PreparedProduct) async throws -> Computed {
        let bank = try await registry.bank(of: product)
        return try await compute.run { [model, environment] in
            try Self.compute(image, product, bank.references, model, environment)
        }
    }

    private static func compute(
        _ image: RGBImage, _ product: PreparedProduct, _ references: [ReferenceFeatures], _ model: InspectionModel,
        _ environment: ServiceEnvironment
    ) throws -> Computed {
        let started = environment.uptime()
        let side = product.plan.imageSide
        let features = try model.features(of: image, imageSide: side)
        let encoded = environment.uptime()
        let settings = product.record.settings
        let validity = ValidityMap.make(
            include: settings.include.map(Polygon.init), ignore: settings.ignore.map(Polygon.init),
            imageWidth: image.width, imageHeight: image.height, side: side)
        let maps = try model.maps(
            features: features, imageSide: side, states: product.states, references: references,
            validity: validity)
        return Computed(
            maps: maps, started: started, encode: encoded - started, score: environment.uptime() - encoded)
    }

    private struct Found: Sendable {
        let findings: Findings
        let pictures: ResultPictures
        let overlay: [UInt8]?
        let score: Duration
        let store: Duration
    }

    private static func find(
        _ maps: AnomalyMaps, _ image: RGBImage, _ mode: InspectionMode, _ product: PreparedProduct, _ id: String,
        _ drawsOverlay: Bool, _ environment: ServiceEnvironment
    ) throws -> Found {
        let started = environment.uptime()
        let finder = DefectFinder(rules: DefectRules(threshold: product.plan.threshold), mode: mode)
        let findings = try finder.findings(maps, imageWidth: image.width, imageHeight: image.height)
        let scored = environment.uptime()
        let pictures = try ResultPictures(
            findings, maps: maps, width: image.width, height: image.height, location: "/results/\(id)")
        let stored = environment.uptime()
        let overlay = drawsOverlay ? try Self.overlay(image, maps, findings) : nil
        return Found(
            findings: findings, pictures: pictures, overlay: overlay, score: scored - started, store: stored - scored)
    }

    private static func overlay(_ image: RGBImage, _ maps: AnomalyMaps, _ findings: Findings) throws -> [UInt8] {
        let map = try MapResize.bilinear(
            maps.final.values, width: maps.side, height: maps.side, toWidth: image.width, toHeight: image.height,
            corners: .edges)
        let masks = findings.defects.map {
            OverlayMask(name: $0.type, mask: $0.mask, score: $0.score, regions: $0.regions)
        }
        let title = findings.verdict == .ok ? "OK" : "NOT OK"
        return try PNGEncoder.encode(
            try Overlay.render(
                image: image, heatMap: OverlayHeatMap(map: map, scale: try ResultPictures.scale(findings.threshold)),
                masks: masks, title: title))
    }
}

extension Polygon {
    fileprivate init(_ points: [Storage.PixelPoint]) { self.init(points: points.map { [$0.x, $0.y] }) }
}
