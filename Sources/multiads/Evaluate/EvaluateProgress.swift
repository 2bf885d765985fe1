import Evaluation

/// Shows what an evaluation is doing and how long it will take.
final class EvaluateProgress {
    private let progress: ProgressReporter
    /// Runs from the first picture on: encoding prompts says nothing about the pace.
    private var watch: Stopwatch?
    /// Pictures that were done before or left out, which say nothing about the pace.
    private var resumed = 0

    init(progress: ProgressReporter) { self.progress = progress }

    /// Shows an event.
    func show(_ event: Evaluator.Event) {
        switch event {
        case .resumed(let product, let pictures):
            resumed += pictures
            progress.note("\(product): done before")
        case .leftOut(let product, let pictures):
            resumed += pictures
            progress.note("\(product.name): left out: \(product.reason)")
        case .evaluating(let product, let done, let total, let allDone, let allTotal):
            progress.advance(product, done, of: total, note: note(allDone, allTotal))
        case .finished(let result):
            let left = result.skipped.isEmpty ? "" : ", \(result.skipped.count) left out"
            progress.note(
                "\(result.name): \(result.pictures.count) pictures\(left) in \(TextLayout.duration(result.seconds))")
            for skipped in result.skipped.prefix(5) { progress.note("  left out: \(skipped.reason)") }
        }
    }

    private func note(_ done: Int, _ total: Int) -> String {
        let watch = self.watch ?? Stopwatch()
        self.watch = watch
        let own = done - resumed
        // The first pictures also pay for references and caches.
        guard own >= 3 else { return "\(done) of \(total) in all" }
        let left = watch.seconds / Double(own) * Double(total - done)
        return "\(done) of \(total) in all, \(TextLayout.duration(left)) left"
    }
}
