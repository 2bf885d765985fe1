import Foundation
import Synchronization
import Tensors

/// Makes pictures on all processors and hands them on in order.
struct PictureWorkers {
    private let threads: ComputeThreads

    /// Uses `count` threads, or as many as the process may use.
    init(count: Int?) { threads = count.map(ComputeThreads.init) ?? .available() }

    /// Computes items 0 ..< count and passes each to `consume`, in order, on the calling thread.
    ///
    /// - Parameters:
    ///   - count: How many.
    ///   - make: Makes item `i`; called on several threads.
    ///   - consume: Gets them; a false answer ends the work.
    /// - Throws: What `make` or `consume` throws; of several failures that of the lowest number.
    func forEach<Item: Sendable>(
        _ count: Int, make: @Sendable (Int) throws -> Item, consume: (Item) throws -> Bool
    ) throws {
        let batch = threads.count * 12
        for start in stride(from: 0, to: count, by: batch) {
            let size = min(batch, count - start)
            let results = Mutex([Result<Item, any Error>?](repeating: nil, count: size))
            let next = Atomic(0)
            threads.run { _ in
                while true {
                    let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard index < size else { return }
                    let result = Result { try make(start + index) }
                    results.withLock { $0[index] = result }
                }
            }
            for result in results.withLock({ $0 }) {
                guard let result else { continue }
                guard try consume(result.get()) else { return }
            }
        }
    }
}
