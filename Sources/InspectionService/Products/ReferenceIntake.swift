import AnomalyDetection
import Checkpoints
import HTTPTypes
import Images
import Storage
import Tensors

/// Takes in pictures of good parts for one product: checks, encodes, compares and stores them, then adds all that are new
/// to the set in one step.
///
/// A picture is encoded once. One that was encoded before (taken out, part of an old version, or of an upload that broke
/// off) is not encoded again.
struct ReferenceIntake: Sendable {
    /// What became of one picture.
    struct Outcome: Sendable {
        enum Status: String, Sendable {
            case created
            case duplicate
            case rejected
        }

        let index: Int
        let name: String?
        var status = Status.rejected
        var id: Storage.SHA256Digest?
        var size: (width: Int, height: Int)?
        var problem: Problem?
        /// Nil for the first picture of a set, and for those that are not new.
        var hygiene: ReferenceHygiene?
        /// What to look at besides what the hygiene says.
        var lookWarnings: [ReferenceHygiene.Warning] = []

        /// All that an operator should look at.
        var warnings: [ReferenceHygiene.Warning] { (hygiene?.warnings ?? []) + lookWarnings }
    }

    /// What became of all of them.
    struct Report: Sendable {
        var outcomes: [Outcome]
        var references: ReferenceSetSummary
    }

    /// How long a picture waits that no set took up: an hour.
    private static let stagedMicroseconds: Int64 = 3_600_000_000

    let core: ServiceCore
    let product: ProductRecord
    let plan: ProductPlan
    /// Whether all are added or none.
    let isAtomic: Bool

    /// Takes in pictures in their order.
    ///
    /// - Returns: An outcome for each.
    /// - Throws: What is not a single picture's affair, such as a full queue or disk; with `isAtomic` also the first
    ///   picture's `Problem`. The set is then as it was.
    func add(_ images: [ImageUpload.Image]) async throws -> Report {
        let members = try await core.store.referenceSet(of: product.id, version: nil)?.members.map(\.id) ?? []
        var run = Run(members: members, bankBytes: try await bankBytes())
        // Uploads that broke off leave pictures behind, so that trying again is fast; who tries later starts anew.
        let now = core.environment.now()
        try await core.store.discardStagedReferences(
            of: product.id, before: Timestamp(microseconds: now.microseconds - Self.stagedMicroseconds))
        var outcomes: [Outcome] = []
        for (index, image) in images.enumerated() {
            var outcome = Outcome(index: index, name: image.name)
            do {
                try await take(image, &outcome, &run)
            } catch {
                let problem = Problem(error)
                guard problem.isAboutPicture else { throw error }
                if isAtomic { throw try await refusal(problem, outcome, run) }
                outcome.problem = problem
            }
            outcomes.append(outcome)
        }
        guard !run.new.isEmpty else { return Report(outcomes: outcomes, references: product.references) }
        let change = try await commit(run)
        for index in outcomes.indices where outcomes[index].status == .created {
            // Somebody else was adding the same picture and was faster.
            if let id = outcomes[index].id, !change.added.contains(id) { outcomes[index].status = .duplicate }
        }
        return Report(outcomes: outcomes, references: change.references)
    }

    private func commit(_ run: Run) async throws -> ReferenceChange {
        do {
            return try await core.store.addReferences(
                run.new, to: product.id, encodedWith: plan.encodingKey, limits: core.referenceLimits,
                at: core.environment.now())
        } catch let error where error.code == .notFound {
            _ = try await core.product(product.id)
            throw Problem(
                .overloaded, "another upload of the same pictures was refused as a whole and withdrew them",
                retryAfterSeconds: 1)
        }
    }

    /// What is known while pictures are taken in.
    private struct Run {
        let members: [Storage.SHA256Digest]
        var bankBytes: Int
        /// To be added.
        var new: [Storage.SHA256Digest] = []
        /// Those of them that were stored by this upload.
        var staged: [Storage.SHA256Digest] = []
    }

    private func bankBytes() async throws -> Int {
        guard product.references.version > 0 else { return 0 }
        return try await core.store.bankLayout(
            of: product.id, version: product.references.version, encodedWith: plan.encodingKey
        ).byteCount
    }

    private func take(_ image: ImageUpload.Image, _ outcome: inout Outcome, _ run: inout Run) async throws {
        let bytes = image.bytes
        let header = try ImageDecoder.header(
            of: bytes, limits: ImageLimits(maxPixels: core.configuration.maxImagePixels))
        guard let id = Storage.SHA256Digest(bytes: Checkpoints.SHA256Digest.of(bytes).bytes) else {
            throw Problem.internalError
        }
        outcome.id = id
        outcome.size = (header.width, header.height)
        guard !run.members.contains(id), !run.new.contains(id) else {
            outcome.status = .duplicate
            return
        }
        try checkRoom(run)
        let place = try core.line.enter(bytes: header.decodingBytes)
        let isEncoded =
            try await core.store.encodedReference(id, of: product.id, encodedWith: plan.encodingKey) != nil
        if !isEncoded {
            let encoding = try await core.references.encode(bytes, key: plan.encodingKey, lane: .request)
            let reference = NewReference(
                id: id, format: header.format.rawValue, width: header.width, height: header.height,
                bytes: bytes, encoding: encoding)
            _ = try await core.store.stageReference(reference, of: product.id, at: core.environment.now())
            run.staged.append(id)
        }
        outcome.hygiene = try await compare(id, size: (header.width, header.height), with: run)
        outcome.lookWarnings = try await lookWarnings(id, with: run)
        withExtendedLifetime(place) {}
        run.new.append(id)
        run.bankBytes += core.references.bankBytes(at: plan.encodingKey)
        outcome.status = .created
    }

    /// Refuses a picture for which there is no room, before anything is computed for it.
    private func checkRoom(_ run: Run) throws(Problem) {
        let count = run.members.count + run.new.count + 1
        guard count <= core.configuration.maxReferences else {
            throw Problem(
                .referenceLimit,
                "expected at most \(core.configuration.maxReferences) references of a product, found \(count) with this one"
            )
        }
        let bytes = run.bankBytes + core.references.bankBytes(at: plan.encodingKey)
        guard bytes <= core.configuration.maxReferenceBankBytes else {
            throw Problem(
                .referenceLimit,
                "expected memory banks of at most \(core.configuration.maxReferenceBankBytes) bytes for a product, "
                    + "found \(bytes) with the \(core.references.bankBytes(at: plan.encodingKey)) of this picture")
        }
    }

    private func compare(
        _ id: Storage.SHA256Digest, size: (width: Int, height: Int), with run: Run
    ) async throws -> ReferenceHygiene? {
        let others = run.members + run.new
        guard !others.isEmpty, let own = try await banks(of: id) else { return nil }
        var comparison = ReferenceComparison(own, threads: core.model.threads)
        var distances: [ReferenceDistance] = []
        for other in others {
            // Of a member encoded for another side there is nothing to compare with.
            guard let bank = try await banks(of: other) else { continue }
            let current = comparison
            let (next, distance) = try await core.compute.run {
                var next = current
                let distance = next.add(bank)
                return (next, distance)
            }
            comparison = next
            distances.append(ReferenceDistance(from: id, to: other, mean: distance.mean, peak: distance.peak))
        }
        guard let overall = comparison.overall, let farthest = comparison.farthestPatch else { return nil }
        let known = try await core.store.distances(
            of: product.id, version: product.references.version, encodedWith: plan.encodingKey)
        try await core.store.saveDistances(distances, product: product.id, encodedWith: plan.encodingKey)
        return ReferenceHygiene(
            distances, overall: overall, farthest: place(ofPatch: farthest, size), known: known)
    }

    /// What tells the picture as a whole from all others.
    private func lookWarnings(
        _ id: Storage.SHA256Digest, with run: Run
    ) async throws -> [ReferenceHygiene.Warning] {
        let others = run.members + run.new
        let looks = try await core.store.looks(of: others + [id], product: product.id, encodedWith: plan.encodingKey)
        guard let own = looks[id] else { return [] }
        return AnomalyDetection.PictureCheck.faults(
            of: PictureLook(own), among: others.compactMap { looks[$0] }.map { PictureLook($0) }
        ).map { fault in
            ReferenceHygiene.Warning(
                kind: .unusualLook,
                detail: "\(fault.detail): inspections will judge pictures that look like it, if it stays")
        }
    }

    private func banks(of id: Storage.SHA256Digest) async throws -> ReferenceFeatures? {
        try await core.store.referenceBanks(of: id, product: product.id, encodedWith: plan.encodingKey)
            .map { ReferenceFeatures($0) }
    }

    /// The centre of a patch, in pixels of the picture that was sent.
    private func place(ofPatch patch: Int, _ size: (width: Int, height: Int)) -> Storage.PixelPoint {
        let grid = plan.imageSide / core.references.patchSize
        func center(_ cell: Int, _ extent: Int) -> Double { (Double(cell) + 0.5) * Double(extent) / Double(grid) }
        return Storage.PixelPoint(x: center(patch % grid, size.width), y: center(patch / grid, size.height))
    }

    /// Takes back what was stored, and says which picture was the reason.
    private func refusal(_ problem: Problem, _ outcome: Outcome, _ run: Run) async throws -> Problem {
        try await core.store.discardReferences(run.staged, of: product.id)
        return problem.naming(
            "nothing was added, because", picture: outcome.index, name: outcome.name, lacks: "cannot be")
    }
}
