import Tensors

/// Sorts by three digits of eleven bits, the least significant first (Knuth, TAOCP 3, section 5.2.5).
///
/// Each worker counts and moves its own part of the input; parts are moved to places that lie side by side for equal
/// digits, so the sort is stable and its result does not depend on the number of workers. Concrete on purpose: an
/// unspecialised generic costs several calls per element.
enum RadixSort {
    private static let digitBits: UInt32 = 11
    private static let buckets = 1 << 11

    /// Sorts in ascending order.
    ///
    /// - Parameters:
    ///   - keys: Overwritten with the result.
    ///   - threads: Workers.
    /// - Complexity: Three passes; as much memory again as `keys`.
    static func sort(_ keys: inout [UInt32], threads: ComputeThreads) {
        var nothing: [UInt32] = []
        sort(&keys, carrying: &nothing, threads: threads)
    }

    /// Sorts in ascending order and moves a companion of each key along.
    ///
    /// - Parameters:
    ///   - keys: Overwritten with the result.
    ///   - companions: As many as keys, or none.
    ///   - threads: Workers.
    static func sort(_ keys: inout [UInt32], carrying companions: inout [UInt32], threads: ComputeThreads) {
        var keyScratch = [UInt32](repeating: 0, count: keys.count)
        var companionScratch = [UInt32](repeating: 0, count: companions.count)
        for digit in 0..<3 as Range<UInt32> {
            pass(keys, companions, &keyScratch, &companionScratch, shift: digit * digitBits, threads)
            swap(&keys, &keyScratch)
            swap(&companions, &companionScratch)
        }
    }

    private static func pass(
        _ keys: [UInt32], _ companions: [UInt32], _ movedKeys: inout [UInt32], _ movedCompanions: inout [UInt32],
        shift: UInt32, _ threads: ComputeThreads
    ) {
        let workers = threads.count
        let count = keys.count
        var places = [Int](repeating: 0, count: workers * buckets)
        keys.withUnsafeBufferPointer { keys in
            companions.withUnsafeBufferPointer { companions in
                movedKeys.withUnsafeMutableBufferPointer { movedKeys in
                    movedCompanions.withUnsafeMutableBufferPointer { movedCompanions in
                        places.withUnsafeMutableBufferPointer { places in
                            // Sound: each worker touches its own row of `places`, and its own places of the targets.
                            nonisolated(unsafe) let (movedKeys, movedCompanions, places) =
                                (movedKeys, movedCompanions, places)
                            threads.run { worker in
                                let row = UnsafeMutableBufferPointer(
                                    rebasing: places[worker * buckets..<(worker + 1) * buckets])
                                tally(keys, part(worker, workers, count), shift: shift, into: row)
                            }
                            assignPlaces(places, workers: workers)
                            threads.run { worker in
                                let row = UnsafeMutableBufferPointer(
                                    rebasing: places[worker * buckets..<(worker + 1) * buckets])
                                let range = part(worker, workers, count)
                                if companions.isEmpty {
                                    move(keys, range, shift: shift, row, to: movedKeys)
                                } else {
                                    move(keys, companions, range, shift: shift, row, to: movedKeys, movedCompanions)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static func part(_ worker: Int, _ workers: Int, _ count: Int) -> Range<Int> {
        count * worker / workers..<count * (worker + 1) / workers
    }

    @inline(__always)
    private static func digit(_ key: UInt32, _ shift: UInt32) -> Int {
        Int(truncatingIfNeeded: (key &>> shift) & UInt32(truncatingIfNeeded: buckets - 1))
    }

    private static func tally(
        _ keys: UnsafeBufferPointer<UInt32>, _ range: Range<Int>, shift: UInt32,
        into counts: UnsafeMutableBufferPointer<Int>
    ) {
        for index in range { counts[digit(keys[index], shift)] &+= 1 }
    }

    /// Turns counts into the place of each worker's first key of each digit.
    private static func assignPlaces(_ places: UnsafeMutableBufferPointer<Int>, workers: Int) {
        var next = 0
        for bucket in 0..<buckets {
            for worker in 0..<workers {
                let size = places[worker * buckets + bucket]
                places[worker * buckets + bucket] = next
                next += size
            }
        }
    }

    private static func move(
        _ keys: UnsafeBufferPointer<UInt32>, _ range: Range<Int>, shift: UInt32,
        _ places: UnsafeMutableBufferPointer<Int>, to target: UnsafeMutableBufferPointer<UInt32>
    ) {
        for index in range {
            let key = keys[index]
            let bucket = digit(key, shift)
            target[places[bucket]] = key
            places[bucket] &+= 1
        }
    }

    private static func move(
        _ keys: UnsafeBufferPointer<UInt32>, _ companions: UnsafeBufferPointer<UInt32>, _ range: Range<Int>,
        shift: UInt32, _ places: UnsafeMutableBufferPointer<Int>, to target: UnsafeMutableBufferPointer<UInt32>,
        _ targetCompanions: UnsafeMutableBufferPointer<UInt32>
    ) {
        for index in range {
            let key = keys[index]
            let bucket = digit(key, shift)
            target[places[bucket]] = key
            targetCompanions[places[bucket]] = companions[index]
            places[bucket] &+= 1
        }
    }
}
