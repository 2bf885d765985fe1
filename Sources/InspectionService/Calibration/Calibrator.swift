import AnomalyDetection
import Checkpoints
import HTTPTypes
import Images
import Storage

/// Finds a product's thresholds from pictures of good parts: those sent, or each reference compared with the others.
struct Calibrator: Sendable {
    /// What was found.
    struct Outcome: Sendable {
        let calibration: Calibration
        let document: [UInt8]
        /// The product with its new thresholds; nil after a dry run.
        let product: ProductRecord?
    }

    let core: ServiceCore

    /// Calibrates a product.
    ///
    /// - Parameters:
    ///   - product: As stored.
    ///   - order: What is asked.
    /// - Returns: What was found, stored unless it is a dry run.
    /// - Throws: `Problem` of kind `calibrationImpossible` when the pictures give no threshold, of a picture's own kind
    ///   when one cannot be used, `productPreparing` …; `StorageError`. The product is then as it was.
    func calibrate(_ product: ProductRecord, _ order: CalibrationOrder) async throws -> Outcome {
        let prepared = try await core.registry.prepared(product).deciding(by: order.decision)
        try prepared.checkReferences()
        if order.images.isEmpty, product.references.count < ScoreThreshold.minimumCount {
            throw Problem(
                .calibrationImpossible,
                "expected at least \(ScoreThreshold.minimumCount) pictures of good parts, found none in the request and "
                    + "\(product.references.count) among the references of “\(product.id)”: send parts named “image”")
        }
        // What cannot come to anything is refused before minutes are spent on it.
        let sent = try await distinct(order.images)
        let count = sent.isEmpty ? product.references.count : sent.count
        func explaining<Output>(_ body: () throws(ScoreThreshold.Failure) -> Output) throws(Problem) -> Output {
            do throws(ScoreThreshold.Failure) {
                return try body()
            } catch {
                throw Self.problem(error, count, order, prepared.plan.decision)
            }
        }
        func explainingReview<Output>(_ body: () throws(ReviewThreshold.Failure) -> Output) throws(Problem) -> Output {
            do throws(ReviewThreshold.Failure) {
                return try body()
            } catch {
                throw Self.problem(error, count, order)
            }
        }
        _ = try explaining { () throws(ScoreThreshold.Failure) in
            try ScoreThreshold.rank(count, order.falseRejectRate)
        }
        if let rate = order.reviewRate {
            _ = try explainingReview { () throws(ReviewThreshold.Failure) in try ReviewThreshold.between(count, rate) }
        }
        let banks = try await MemberBanks(
            prepared.plan.bank(of: product), store: core.store, coresets: core.coresets)
        let scorer = CalibrationScorer(core: core, product: prepared, banks: banks)
        let scores = try await scores(sent.isEmpty ? references(banks) : sent, areSent: !sent.isEmpty, scorer)
        let threshold = try explaining { () throws(ScoreThreshold.Failure) in
            try ScoreThreshold(scores.map(\.score), falseRejectRate: order.falseRejectRate)
        }
        let review = try order.reviewRate.map { rate in
            try explainingReview { () throws(ReviewThreshold.Failure) in
                try ReviewThreshold(scores.map(\.score), rate: rate, below: threshold)
            }
        }
        let now = core.environment.now()
        let calibration = Calibration(
            id: core.environment.identifier(at: now), product: product.id, createdAt: now,
            isLeaveOneOut: sent.isEmpty, falseRejectRate: order.falseRejectRate,
            decision: prepared.plan.decision, references: product.references, scores: scores,
            threshold: threshold, reviewRate: order.reviewRate, review: review,
            // Where good parts show as much as maps can hold, only that much is marked.
            mapThreshold: (try? ScoreThreshold(scores.map(\.mapMaximum), falseRejectRate: order.falseRejectRate))?
                .threshold ?? 1)
        let document = CalibrationDocument.tree(calibration, isDryRun: order.isDryRun).bytes
        guard !order.isDryRun else { return Outcome(calibration: calibration, document: document, product: nil) }
        guard let basis = prepared.plan.basis(with: product.references) else { throw Problem.internalError }
        var settings = product.settings
        settings.threshold = calibration.threshold.threshold.decimal
        // A threshold of reviews that was found from other scores would mean nothing beside the new threshold.
        settings.reviewThreshold = review?.threshold.decimal
        settings.mapThreshold = calibration.mapThreshold.decimal
        settings.decision = order.decision ?? settings.decision
        let record = CalibrationRecord(
            tag: CalibrationTag(id: calibration.id, basis: basis), createdAt: now, document: document)
        return Outcome(
            calibration: calibration, document: document,
            product: try await core.store.saveCalibration(record, of: product, settings: settings))
    }

    /// Each picture once, with its place among those that were sent.
    private func distinct(_ images: [ImageUpload.Image]) async throws -> [CalibrationScorer.Picture] {
        var distinct: [CalibrationScorer.Picture] = []
        var seen: Set<Storage.SHA256Digest> = []
        for (index, image) in images.enumerated() {
            let digest = try await core.pictures.run { Checkpoints.SHA256Digest.of(image.bytes).bytes }
            guard let id = Storage.SHA256Digest(bytes: digest) else { throw Problem.internalError }
            if seen.insert(id).inserted {
                distinct.append(.init(id: id, index: index, name: image.name) { image.bytes })
            }
        }
        return distinct
    }

    /// The references, as pictures to be scored.
    private func references(_ banks: MemberBanks) -> [CalibrationScorer.Picture] {
        banks.members.enumerated().map { index, member in
            CalibrationScorer.Picture(id: member, index: index, name: nil) { [store = core.store, banks] in
                guard let picture = try await store.referencePicture(member, of: banks.name.product) else {
                    throw Problem(.preconditionFailed, "the product's references were changed while they were scored")
                }
                return picture.bytes
            }
        }
    }

    /// Scores pictures, highest first.
    private func scores(
        _ pictures: [CalibrationScorer.Picture], areSent: Bool, _ scorer: CalibrationScorer
    ) async throws -> [CalibrationScore] {
        var scores: [CalibrationScore] = []
        for picture in pictures {
            do {
                scores.append(try await scorer.score(picture))
            } catch {
                let problem = Problem(error)
                guard areSent, problem.isAboutPicture else { throw error }
                throw problem.naming(
                    "nothing was calibrated, because", picture: picture.index, name: picture.name,
                    lacks: "cannot be used")
            }
        }
        return scores.sorted { ($0.score, $0.mapMaximum, $0.id.hex) > ($1.score, $1.mapMaximum, $1.id.hex) }
    }

    private static func problem(
        _ failure: ReviewThreshold.Failure, _ count: Int, _ order: CalibrationOrder
    ) -> Problem {
        switch failure {
        case .tooFew(let needed, let smallest):
            Problem(
                .calibrationImpossible,
                "expected at least \(needed) different pictures of good parts for a review rate of \(order.reviewRate ?? 0), "
                    + "found \(count), which can vouch for \(smallest.roundedUp(decimals: 4)): ask for that, or send more"
            )
        case .noBand(let score):
            Problem(
                .calibrationImpossible,
                "expected good parts in review to score less than the threshold, found \(score), as much as those refused: "
                    + "ask for a larger reviewRate, or for none")
        }
    }

    private static func problem(
        _ failure: ScoreThreshold.Failure, _ count: Int, _ order: CalibrationOrder, _ decision: Decision
    ) -> Problem {
        switch failure {
        case .tooFew(let needed, let smallest):
            let rate = order.falseRejectRate.map { " for a false-reject rate of \($0)" } ?? ""
            let largest =
                count >= ScoreThreshold.minimumCount
                ? ", which can vouch for \(smallest.roundedUp(decimals: 4)): ask for that, or send more" : ""
            return Problem(
                .calibrationImpossible,
                "expected at least \(needed) different pictures of good parts\(rate), found \(count)\(largest)")
        case .noRoom(let score):
            return Problem(
                .calibrationImpossible,
                "expected good parts to score below 1, found \(score) where the threshold would be: the model sees defects on "
                    + "good parts of this product; try other defect types or noun, or other references"
                    + (decision == .references ? "" : ", or decision=references"))
        }
    }
}

extension Double {
    /// The number with so many decimals that is not below this one.
    fileprivate func roundedUp(decimals: Int) -> Double {
        var scale = 1.0
        for _ in 0..<decimals { scale *= 10 }
        return (self * scale).rounded(.up) / scale
    }
}
