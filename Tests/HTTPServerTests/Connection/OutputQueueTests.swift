import Glibc
import HTTPServer
import Testing

@Suite("Output queue")
struct OutputQueueTests {
    /// What would be sent now.
    private func offered(_ queue: OutputQueue) -> [UInt8] {
        queue.withVectors { vectors in
            vectors.flatMap { Array(UnsafeRawBufferPointer(start: $0.iov_base, count: $0.iov_len)) }
        }
    }

    @Test(
        "offers all bytes in order, however little is taken at a time", arguments: [997, 4096, 20_000, 50_000, 1 << 20])
    func order(taken: Int) {
        var queue = OutputQueue()
        var expected: [UInt8] = []
        // Small pieces that are joined, large ones that are not, more of them than go into one call, and empty ones.
        for index in 0..<40 {
            let piece = (0..<(index.isMultiple(of: 3) ? 20_000 : index)).map { UInt8(truncatingIfNeeded: $0 &+ index) }
            queue.append(piece)
            expected += piece
        }
        var sent = 0
        while !queue.isEmpty {
            let offer = offered(queue)
            let count = min(taken, offer.count)
            guard count > 0, offer.elementsEqual(expected[sent..<min(sent + offer.count, expected.count)]) else {
                Issue.record("wrong bytes behind \(sent)")
                return
            }
            queue.removeFirst(count)
            sent += count
        }
        #expect(sent == expected.count)
    }
}
