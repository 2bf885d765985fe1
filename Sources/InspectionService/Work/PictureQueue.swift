import Dispatch

/// Decodes, measures and encodes pictures on a few threads, beside the model's.
struct PictureQueue: Sendable {
    private let queue = DispatchQueue(label: "inspection.pictures", attributes: .concurrent)
    private let lanes: DispatchSemaphore
    private let entrance = DispatchQueue(label: "inspection.pictures.entrance")

    /// Makes a queue.
    ///
    /// - Parameter threads: How many pieces of work run at the same time.
    init(threads: Int) { lanes = DispatchSemaphore(value: max(1, threads)) }

    /// Runs a piece of work and returns its outcome.
    func run<Output: Sendable>(_ work: @escaping @Sendable () throws -> Output) async throws -> Output {
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            // Only the entrance's own thread ever waits for a free lane.
            entrance.async {
                lanes.wait()
                queue.async {
                    let result = Result { try work() }
                    lanes.signal()
                    continuation.resume(with: result)
                }
            }
        }
    }
}
