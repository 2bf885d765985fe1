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
        if prepared.plan.decision == .references, product.references.count == 0 { throw Self.noReferences(product.id) }
        if order.images.isEmpty, product.references.count < ScoreThreshold.minimumCount {
            throw Problem(
                .calibrationImpossible,
                "expected at least \(ScoreThreshold.minimumCount) pictures of good parts, found none in the request and "
                    + "\(product.references.count) among the references of “\(product.id)”: send parts named “image”")
        }
        // What cannot come to anything is refused before minutes are spent on it.
        let images = try await distinct(order.images)
        let count = order.images.isEmpty ? product.references.count : images.count
        do throws(ScoreThreshold.Failure) {
            try ScoreThreshold.rank(count, order.falseRejectRate)
        } catch {
            throw Self.problem(error, count, order, prepared.plan.decision)
        }
        let banks = try await MemberBanks(
            prepared.plan.bank(of: product), store: core.store, coresets: core.coresets)
        let scorer = CalibrationScorer(core: core, product: prepared, banks: banks)
        let scores = try await scores(images, scorer)
        let now = core.environment.now()
        let calibration = Calibration(
            id: core.environment.identifier(at: now), product: product.id, createdAt: now,
            isLeaveOneOut: order.images.isEmpty, falseRejectRate: order.falseRejectRate,
            decision: prepared.plan.decision, references: product.references, scores: scores,
            threshold: try Self.threshold(scores.map(\.score), order, prepared.plan.decision),
            mapThreshold: try Self.mapThreshold(scores.map(\.mapMaximum), order, prepared.plan.decision))
        let document = CalibrationDocument.tree(calibration, isDryRun: order.isDryRun).bytes
        guard !order.isDryRun else { return Outcome(calibration: calibration, document: document, product: nil) }
        guard let basis = prepared.plan.basis(with: product.references) else { throw Problem.internalError }
        var settings = product.settings
        settings.threshold = calibration.threshold.threshold.decimal
        settings.mapThreshold = calibration.mapThreshold.decimal
        settings.decision = order.decision ?? settings.decision
        let record = CalibrationRecord(
            tag: CalibrationTag(id: calibration.id, basis: basis), createdAt: now, document: document)
        return Outcome(
            calibration: calibration, document: document,
            product: try await core.store.saveCalibration(record, of: product, settings: settings))
    }

    /// Each picture once, with its place among those that were sent.
    private func distinct(
        _ images: [ImageUpload.Image]
    ) async throws -> [(index: Int, image: ImageUpload.Image)] {
        var distinct: [(index: Int, image: ImageUpload.Image)] = []
        var seen: Set<[UInt8]> = []
        for (index, image) in images.enumerated() {
            let digest = try await core.pictures.run { Checkpoints.SHA256Digest.of(image.bytes).bytes }
            if seen.insert(digest).inserted { distinct.append((index, image)) }
        }
        return distinct
    }

    /// Scores the pictures, or where there are none all references, highest first.
    private func scores(
        _ images: [(index: Int, image: ImageUpload.Image)], _ scorer: CalibrationScorer
    ) async throws -> [CalibrationScore] {
        var scores: [CalibrationScore] = []
        if images.isEmpty {
            for member in scorer.banks.members {
                let picture = CalibrationScorer.Picture(name: nil) { [store = core.store, product = scorer.product] in
                    guard let picture = try await store.referencePicture(member, of: product.record.id) else {
                        throw Problem(
                            .preconditionFailed, "the product's references were changed while they were scored")
                    }
                    return picture.bytes
                }
                scores.append(try await scorer.score(picture))
            }
        } else {
            for (index, image) in images {
                do {
                    scores.append(try await scorer.score(.init(name: image.name) { image.bytes }))
                } catch {
                    throw Self.refusal(error, index: index, name: image.name)
                }
            }
        }
        return scores.sorted { ($0.score, $0.mapMaximum, $0.id.hex) > ($1.score, $1.mapMaximum, $1.id.hex) }
    }

    private static func threshold(
        _ scores: [Float], _ order: CalibrationOrder, _ decision: Decision
    ) throws(Problem) -> ScoreThreshold {
        do throws(ScoreThreshold.Failure) {
            return try ScoreThreshold(scores, falseRejectRate: order.falseRejectRate)
        } catch {
            throw problem(error, scores.count, order, decision)
        }
    }

    /// Where good parts show as much as maps can hold, only that much is marked.
    private static func mapThreshold(
        _ maxima: [Float], _ order: CalibrationOrder, _ decision: Decision
    ) throws(Problem) -> Float {
        do throws(ScoreThreshold.Failure) {
            return try ScoreThreshold(maxima, falseRejectRate: order.falseRejectRate).threshold
        } catch {
            if case .noRoom = error { return 1 }
            throw problem(error, maxima.count, order, decision)
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

    private static func refusal(_ error: any Error, index: Int, name: String?) -> any Error {
        let problem = Problem(error)
        guard problem.status.kind == .clientError, problem.kind != .unknownProduct else { return error }
        let name = name.map { " “\($0)”" } ?? ""
        return Problem(
            problem.kind, "nothing was calibrated, because picture \(index)\(name) cannot be used: \(problem.detail)",
            faults: [.init(pointer: "/image/\(index)", detail: problem.detail)], status: problem.status)
    }

    /// A product that decides by references and has none.
    static func noReferences(_ product: String) -> Problem {
        Problem(
            .noReferences,
            "expected references of “\(product)”, which decides by them alone, found none; add some with "
                + "POST /products/\(product)/references, or set its decision to “combined”")
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
