import Foundation
import TestSupport
import Testing

@testable import Checkpoints

@Suite("Digests computed meanwhile", .timeLimit(.minutes(1)))
struct PendingDigestTests {
    @Test("equal the digest computed at once, whatever the size", arguments: [0, 1, 4096, 4097, (1 << 24) + 5])
    func equalsDigest(_ count: Int) throws {
        var random = SeededGenerator(seed: UInt64(count))
        let contents = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        try withTemporaryFolder { folder in
            let path = folder.appending(path: "a").path
            try Data(contents).write(to: URL(filePath: path))
            let region = try ByteRegion.map(path: path)
            let pending = PendingDigest(of: region)
            // Whoever reads the same bytes meanwhile finds them, although pages are released.
            #expect(region.bytes.elementsEqual(contents))
            #expect(pending.wait() == SHA256Digest.of(contents))
            #expect(region.bytes.elementsEqual(contents))
        }
    }

    @Test("that nobody waits for are given up and hold the file no longer")
    func abandoned() throws {
        weak var held: ByteRegion?
        do {
            let region = ByteRegion([UInt8](repeating: 7, count: 1 << 26))
            held = region
            _ = PendingDigest(of: region)
        }
        // It ends by itself; the suite's time limit is the only clock.
        while held != nil { sched_yield() }
    }
}
