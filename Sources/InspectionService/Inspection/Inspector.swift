import AnomalyDetection
import CLIP
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

    /// How an inspection comes to its place in line.
    enum Entry: Sendable {
        /// Now or never.
        case atOnce
        /// When there is one.
        case waiting
    }

    /// Inspects one picture.
    ///
    /// - Parameters:
    ///   - request: The picture and what is asked of it.
    ///   - product: What it is a picture of.
    ///   - drawsOverlay: Whether the overlay is wanted.
    ///   - entry: How it enters the line.
    /// - Returns: The inspection, not yet stored.
    /// - Throws: `ImageError`, `InspectionModelError`, `Problem` of kind `queueFull` or `deadlinePassed`, or
    ///   `CancellationError`.
    func inspect(
        _ request: InspectionRequest, of product: PreparedProduct, drawsOverlay: Bool, entry: Entry
    ) async throws -> Inspection {
        guard let limit = request.options.deadline else {
            return try await inspect(request, of: product, drawsOverlay, entry, nil)
        }
        let deadline = StartDeadline(in: limit, environment)
        return try await deadline.guarding { [self] in
            try await inspect(request, of: product, drawsOverlay, entry, deadline)
        }
    }

    private func inspect(
        _ request: InspectionRequest, of product: PreparedProduct, _ drawsOverlay: Bool, _ entry: Entry,
        _ deadline: StartDeadline?
    ) async throws -> Inspection {
        let started = environment.uptime()
        let header = try ImageDecoder.header(of: request.image, limits: limits)
        let bytes = drawsOverlay ? header.drawingBytes : header.decodingBytes
        let place =
            switch entry {
            case .atOnce: try line.enter(bytes: bytes)
            case .waiting: try await line.enterWaiting(bytes: bytes)
            }
        let decoded = try await pictures.run { [limits, environment] in
            let started = environment.uptime()
            let digest = Checkpoints.SHA256Digest.of(request.image).bytes
            let image = try ImageDecoder.decode(request.image, limits: limits)
            return (image: image, digest: digest, time: environment.uptime() - started)
        }
        let queued = environment.uptime()
        let computed = try await computed(decoded.image, product, deadline)
        line.engineWasBusy(for: computed.encode + computed.score)
        guard let digest = Storage.SHA256Digest(bytes: decoded.digest) else { throw Problem.internalError }
        let now = environment.now()
        let id = environment.identifier(at: now)
        let found = try await pictures.run { [model, environment] in
            try Self.find(
                computed, decoded.image, request.options, product, id, drawsOverlay, model.threads, environment)
        }
        return Inspection(
            id: id, createdAt: now, place: place, request: request, product: product,
            imageDigest: digest, look: computed.look, findings: found.findings,
            globalAnomaly: computed.maps.globalAnomaly,
            mapMaximum: computed.mapMaximum, pictures: found.pictures, overlay: found.overlay,
            timings: Inspection.Timings(
                decode: decoded.time, queue: computed.started - queued, encode: computed.encode,
                score: computed.score + found.score, store: found.store, total: environment.uptime() - started))
    }

    private struct Computed: Sendable {
        /// What is marked and named.
        let maps: AnomalyMaps
        /// Largest value of the map that the score is made of.
        let mapMaximum: Float
        let look: PictureLook
        /// Why nothing can be decided.
        let faults: [PictureFault]
        let started: Duration
        let encode: Duration
        let score: Duration
    }

    /// Holds the bank no longer than the engine needs it.
    private func computed(
        _ image: RGBImage, _ product: PreparedProduct, _ deadline: StartDeadline?
    ) async throws -> Computed {
        let bank = try await registry.bank(of: product)
        return try await compute.run { [model, environment] in
            try deadline?.begin()
            return try Self.compute(image, product, bank, model, environment)
        }
    }

    private static func compute(
        _ image: RGBImage, _ product: PreparedProduct, _ bank: BankLibrary.Lease, _ model: InspectionModel,
        _ environment: ServiceEnvironment
    ) throws -> Computed {
        let started = environment.uptime()
        let side = product.plan.imageSide
        let features = try model.features(of: image, imageSide: side)
        let encoded = environment.uptime()
        let validity = product.validity(width: image.width, height: image.height)
        let maps = try model.maps(
            features: features, imageSide: side, states: product.states, references: bank.references,
            validity: validity.map, options: product.plan.mapOptions)
        let marked = maps.refined(
            by: model.refiner(for: features), validity: validity.map, options: product.plan.mapOptions)
        let look = PictureLook(features.picture)
        return Computed(
            maps: marked, mapMaximum: maps.maximum, look: look,
            faults: product.faults(of: image, seenAs: features.picture, look, references: bank.looks),
            started: started, encode: encoded - started,
            score: environment.uptime() - encoded)
    }

    private struct Found: Sendable {
        let findings: Findings
        let pictures: ResultPictures
        let overlay: [UInt8]?
        let score: Duration
        let store: Duration
    }

    private static func find(
        _ computed: Computed, _ image: RGBImage, _ options: InspectionOptions, _ product: PreparedProduct, _ id: String,
        _ drawsOverlay: Bool, _ threads: ComputeThreads, _ environment: ServiceEnvironment
    ) throws -> Found {
        let started = environment.uptime()
        let finder = DefectFinder(
            rules: product.plan.rules, mode: options.mode, threads: threads)
        let findings = try finder.findings(
            computed.maps, imageWidth: image.width, imageHeight: image.height, faults: computed.faults)
        let scored = environment.uptime()
        let pictures = try ResultPictures(
            findings, maps: computed.maps, width: image.width, height: image.height, id: id,
            isStored: !options.isDryRun,
            threads: threads)
        let stored = environment.uptime()
        let overlay = drawsOverlay ? try pictures.overlayPNG(on: image, threads: threads) : nil
        return Found(
            findings: findings, pictures: pictures, overlay: overlay, score: scored - started, store: stored - scored)
    }
}
