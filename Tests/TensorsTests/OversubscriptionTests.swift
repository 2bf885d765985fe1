import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("One level of parallelism")
struct OversubscriptionTests {
    /// Nanoseconds that each thread of the process has computed, by its number (`/proc/PID/task/TID/schedstat`).
    private static func computed() -> [String: Int] {
        let folder = "/proc/self/task"
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let times = threads.map { thread in
            let text = (try? String(contentsOfFile: "\(folder)/\(thread)/schedstat", encoding: .utf8)) ?? ""
            return (thread, Int(text.split(separator: " ").first ?? "") ?? 0)
        }
        return Dictionary(uniqueKeysWithValues: times)
    }

    /// Threads that took part in a tenth of a second of products.
    static func threadsThatMultiply(_ arithmetic: Arithmetic, workers count: Int) throws -> Int {
        var random = SeededGenerator(seed: 1)
        let (rows, width) = (240, 256)
        let map = try LinearMap(
            weight: random.tensor([width, width]), bias: random.tensor([width]), arithmetic: arithmetic)
        let workers = try (0..<count).map { _ in
            let worker = try ComputeWorker(arithmetic)
            try map.prepare(rows: rows, .map, worker: worker)
            return worker
        }
        let x = ElementArray(random.floats(rows * width), as: arithmetic.precision)
        let operands = (0..<count).map { _ in RawBuffer(byteCount: rows * arithmetic.operandStride(width)) }
        let outputs = (0..<count).map { _ in RawBuffer(byteCount: rows * width * 4) }
        let before = Self.computed()
        var shares: [Int] = []
        repeat {
            ComputeThreads(count: count).forEach(64) { worker, _ in
                x.bytes.withUnsafeBytes { source in
                    guard let source = source.baseAddress else { return }
                    let rowsOfBytes = map.operands(of: source, rows: rows, scratch: operands[worker].baseAddress)
                    map.apply(
                        rowsOfBytes, rows: rows, .map, into: outputs[worker].baseAddress, worker: workers[worker])
                }
            }
            shares = Self.computed().map { thread, time in time - (before[thread] ?? 0) }
        } while shares.reduce(0, +) < 100_000_000
        let total = shares.reduce(0, +)
        return shares.filter { $0 > total / 20 }.count
    }

    // A process of its own, because other tests compute beside this one.
    @Test("no engine computes on other threads than the workers", .enabled(if: computed().values.contains { $0 > 0 }))
    func threads() async {
        await #expect(processExitsWith: .success) {
            for arithmetic in Arithmetic.usable {
                for workers in 1...2 {
                    let found = try Self.threadsThatMultiply(arithmetic, workers: workers)
                    if found > workers {
                        fatalError("\(arithmetic.description): expected \(workers) threads at most, found \(found)")
                    }
                }
            }
        }
    }
}
