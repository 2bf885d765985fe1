import Tensors

/// Sorts by three digits of eleven bits, the least significant first (Knuth, TAOCP 3, section 5.2.5).
///
/// Each worker counts and moves its own part of the input; parts are moved to places that lie side by side for equal
/// digits, so the sort is stable and its result does not depend on the number of workers.
enum RadixSort {
    private static let digitBits = 11
    private static let buckets = 1 << digitBits

    /// Sorts in ascending order.
    ///
    /// - Parameters:
    ///   - elements: Overwritten with the result.
    ///   - keyShift: The key is the 32 bits from here on; lower bits are carried along.
    ///   - threads: Workers.
    /// - Complexity: Three passes; as much memory again as `elements`.
    static func sort<Element: FixedWidthInteger & UnsignedInteger & Sendable>(
        _ elements: inout [Element], keyShift: Int = 0, threads: ComputeThreads
    ) {
        let count = elements.count
        // Below this the counting costs more than it saves.
        guard count > 4 * buckets else {
            let floor = Element(truncatingIfNeeded: keyShift)
            elements.sort { $0 >> floor < $1 >> floor }
            return
        }
        let scratch = [Element](unsafeUninitializedCapacity: count) { output, used in
            elements.withUnsafeMutableBufferPointer { input in
                guard let a = input.baseAddress, let b = output.baseAddress else { return }
                pass(a, b, count, shift: keyShift, threads)
                pass(b, a, count, shift: keyShift + digitBits, threads)
                pass(a, b, count, shift: keyShift + 2 * digitBits, threads)
            }
            used = count
        }
        elements = scratch
    }

    private static func pass<Element: FixedWidthInteger & UnsignedInteger>(
        _ source: UnsafeMutablePointer<Element>, _ target: UnsafeMutablePointer<Element>, _ count: Int, shift: Int,
        _ threads: ComputeThreads
    ) {
        let workers = threads.count
        let mask = Element(truncatingIfNeeded: buckets - 1)
        let shift = Element(truncatingIfNeeded: shift)
        var places = [Int](repeating: 0, count: workers * buckets)
        places.withUnsafeMutableBufferPointer { counts in
            guard let counts = counts.baseAddress else { return }
            // Sound: each worker touches its own row of `counts`, and its own places of `target`.
            nonisolated(unsafe) let (source, target, counts_) = (source, target, counts)
            threads.run { worker in
                let row = counts_ + worker * buckets
                for index in part(worker, workers, count) {
                    row[Int(truncatingIfNeeded: (source[index] &>> shift) & mask)] &+= 1
                }
            }
            var next = 0
            for bucket in 0..<buckets {
                for worker in 0..<workers {
                    let size = counts[worker * buckets + bucket]
                    counts[worker * buckets + bucket] = next
                    next += size
                }
            }
            threads.run { worker in
                let row = counts_ + worker * buckets
                for index in part(worker, workers, count) {
                    let element = source[index]
                    let digit = Int(truncatingIfNeeded: (element &>> shift) & mask)
                    target[row[digit]] = element
                    row[digit] &+= 1
                }
            }
        }
    }

    private static func part(_ worker: Int, _ workers: Int, _ count: Int) -> Range<Int> {
        count * worker / workers..<count * (worker + 1) / workers
    }
}
