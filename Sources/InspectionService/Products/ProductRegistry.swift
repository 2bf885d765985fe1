import AnomalyDetection
import Images
import Storage

/// A product that can be inspected: everything but the picture, and the bank, which is lent when it is needed.
struct PreparedProduct: Sendable {
    let record: ProductRecord
    var plan: ProductPlan
    let states: StateEmbeddings

    /// How its thresholds stand to a calibration.
    var calibration: CalibrationState { plan.calibration(of: record) }

    /// The same product, decided in another way; nil leaves it as it is.
    func deciding(by decision: Decision?) -> PreparedProduct {
        var product = self
        product.plan.decision = decision ?? plan.decision
        return product
    }

    /// Refuses a product that decides by references and has none.
    ///
    /// - Throws: `Problem` of kind `noReferences`.
    func checkReferences() throws(Problem) {
        guard plan.decision == .references, record.references.count == 0 else { return }
        throw Problem(
            .noReferences,
            "expected references of “\(record.id)”, which decides by them alone, found none; add some with "
                + "POST /products/\(record.id)/references, or set its decision to “combined”")
    }

    /// Where defects count in a picture.
    struct Validity: Sendable {
        /// On the square that the network sees; nil for everywhere.
        let map: [Float]?

        /// Whether any place counts.
        var holdsAnything: Bool { map?.contains { $0 > 0 } ?? true }
    }

    /// Where defects count in a picture of it.
    func validity(width: Int, height: Int) -> Validity {
        Validity(
            map: ValidityMap.make(
                include: record.settings.include.map(Polygon.init), ignore: record.settings.ignore.map(Polygon.init),
                imageWidth: width, imageHeight: height, side: plan.imageSide))
    }

    /// Why nothing can be said about the part in a picture of it.
    ///
    /// - Parameters:
    ///   - image: As it was sent.
    ///   - square: As the network sees it.
    ///   - look: Of the square.
    ///   - references: How the references look that it is compared with.
    /// - Returns: Empty for a picture that can be judged.
    func faults(
        of image: RGBImage, seenAs square: RGBImage, _ look: PictureLook, references: [PictureLook]
    ) -> [PictureFault] {
        guard validity(width: image.width, height: image.height).holdsAnything else {
            return [.nothingCounts(width: image.width, height: image.height)]
        }
        return plan.pictureCheck.faults(of: image, seenAs: square, look, references: references)
    }
}

extension Polygon {
    fileprivate init(_ points: [Storage.PixelPoint]) { self.init(points: points.map { [$0.x, $0.y] }) }
}

/// Knows how products are prepared, and prepares them when asked for the first time.
///
/// A fixed number of them is kept ready; one that was dropped is ready again as soon as its texts' embeddings are read
/// from the store.
actor ProductRegistry {
    private struct Entry {
        let revision: Int
        let plan: ProductPlan
        let preparation: Preparation
        let task: Task<Void, Never>
        var lastUse: Int

        /// Whether nothing would be lost but time.
        var isDone: Bool {
            switch preparation.state {
            case .checking, .preparing: false
            case .ready, .failed: true
            }
        }
    }

    private let preparer: ProductPreparer
    private let banks: BankLibrary
    private let makePlan: @Sendable (ProductSettings) throws -> ProductPlan
    private let maxEntries: Int
    private var entries: [String: Entry] = [:]
    private var uses = 0
    private var resuming: Task<Void, Never>?
    private var isStopped = false

    init(
        preparer: ProductPreparer, banks: BankLibrary, maxEntries: Int,
        makePlan: @escaping @Sendable (ProductSettings) throws -> ProductPlan
    ) {
        self.preparer = preparer
        self.banks = banks
        self.maxEntries = maxEntries
        self.makePlan = makePlan
    }

    /// Products kept ready or being prepared.
    var count: Int { entries.count }

    /// How a product's preparation stands; begins it when there is none for these settings.
    func preparation(of product: ProductRecord) throws -> Preparation { try entry(for: product).preparation }

    /// What the product's settings mean for the model.
    func plan(of product: ProductRecord) throws -> ProductPlan { try entry(for: product).plan }

    /// How a product stands.
    func status(of product: ProductRecord) async -> ProductStatus {
        do {
            let entry = try entry(for: product)
            return ProductStatus(
                preparation: await entry.preparation.checkedState(), calibration: entry.plan.calibration(of: product))
        } catch {
            // Whatever the thresholds were found with, it is not what would inspect.
            let calibration = product.calibration.map { CalibrationState.outdated($0.id) } ?? .none
            let problem = Problem(error)
            return ProductStatus(
                preparation: problem.kind == .productPreparing ? .preparing(progress: 0) : .failed(problem),
                calibration: calibration)
        }
    }

    /// The product with all that inspecting a picture of it needs, but the bank.
    ///
    /// - Throws: `Problem` of kind `productPreparing` with `Retry-After`, or `preparationFailed`.
    func prepared(_ product: ProductRecord) async throws -> PreparedProduct {
        let entry = try entry(for: product)
        switch await entry.preparation.checkedState() {
        case .checking, .preparing(progress: _):
            throw Self.preparing(product.id, entry.preparation)
        case .failed(let problem):
            // The next request tries again: what failed may be a full disk that has room by then.
            if entries[product.id]?.preparation === entry.preparation { forget(product.id) }
            throw Problem(
                .preparationFailed, "product “\(product.id)” could not be prepared: \(problem.detail)",
                retryAfterSeconds: problem.retryAfterSeconds ?? 5)
        case .ready(let states):
            return PreparedProduct(record: product, plan: entry.plan, states: states)
        }
    }

    /// The bank that a product's pictures are compared with: that of the version its record names.
    ///
    /// - Returns: To be held while it is used, and no longer.
    /// - Throws: `Problem` of kind `productPreparing` when members must be encoded again first; `StorageError`.
    func bank(of product: PreparedProduct) async throws -> BankLibrary.Lease {
        let record = product.record
        guard record.references.count > 0 else { return .none }
        do {
            return try await banks.lease(product.plan.bank(of: record))
        } catch let error as StorageError where error.code == .staleEncoding {
            // Added while the image side changed, or part of a version that is older than the change: preparing again
            // encodes them at the new one.
            forget(record.id, revision: record.revision)
            throw Self.preparing(record.id, try entry(for: record).preparation)
        }
    }

    /// Takes up what the last stop broke off: prepares all stored products, one after the other, in the background.
    func prepareAll(in store: any ProductStore) {
        guard !isStopped, resuming == nil else { return }
        resuming = Task { await prepareEach(in: store) }
    }

    private func prepareEach(in store: any ProductStore) async {
        var token: PageToken?
        repeat {
            guard let page = try? await store.products(after: token, limit: 100) else { return }
            for product in page.items {
                guard !Task.isCancelled else { return }
                // One that cannot be prepared says so when it is asked for.
                _ = await (try? preparation(of: product))?.finalState()
            }
            token = page.next
        } while token != nil
    }

    /// Stops all preparations; what was encoded stays in the store.
    func stop() async {
        isStopped = true
        resuming?.cancel()
        let tasks = entries.values.map(\.task)
        entries = [:]
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Drops what is known of a product that was deleted, or whose preparation must begin anew.
    func forget(_ id: String, revision: Int? = nil) {
        guard let entry = entries[id], revision == nil || entry.revision == revision else { return }
        entry.task.cancel()
        entries[id] = nil
    }

    private func entry(for product: ProductRecord) throws -> Entry {
        uses += 1
        if let entry = entries[product.id], entry.revision == product.revision {
            entries[product.id]?.lastUse = uses
            return entry
        }
        // Preparing what a request read before the product was changed would undo the newer preparation's encodings.
        if let newer = entries[product.id], newer.revision > product.revision {
            throw Problem(
                .productPreparing, "product “\(product.id)” was changed in the meantime: send the request again",
                retryAfterSeconds: 1)
        }
        guard !isStopped else {
            throw Problem(.draining, "the service is shutting down", retryAfterSeconds: 5)
        }
        let plan: ProductPlan
        do {
            plan = try makePlan(product.settings)
        } catch {
            throw Problem(.preparationFailed, "product “\(product.id)” cannot be prepared: \(error)")
        }
        let preparation = Preparation()
        let task = Task { [preparer] in await preparer.prepare(product, plan: plan, preparation) }
        let entry = Entry(
            revision: product.revision, plan: plan, preparation: preparation, task: task, lastUse: uses)
        entries[product.id]?.task.cancel()
        entries[product.id] = entry
        makeRoom()
        return entry
    }

    /// Drops what was unused longest and is not being worked on.
    private func makeRoom() {
        guard entries.count > maxEntries else { return }
        let idle = entries.filter { $0.value.isDone }.sorted { $0.value.lastUse < $1.value.lastUse }
        for (id, _) in idle.prefix(entries.count - maxEntries) { entries[id] = nil }
    }

    private static func preparing(_ id: String, _ preparation: Preparation) -> Problem {
        let progress = if case .preparing(let progress) = preparation.state { progress } else { 0.0 }
        return Problem(
            .productPreparing, "product “\(id)” is being prepared, \(Int(progress * 100)) % done",
            retryAfterSeconds: 2)
    }
}
