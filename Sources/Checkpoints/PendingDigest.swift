import Dispatch
import Synchronization

/// The digest of a region, computed on a thread of its own while others read the same bytes.
///
/// SHA-256 cannot be shared out: its pieces follow one another. On two processors it hides behind the packing of the weights.
public final class PendingDigest: Sendable {
    /// Bytes between looks at whether the digest is still wanted.
    private static let pieceBytes = 1 << 24

    private let work = Work()

    /// Begins at once.
    ///
    /// - Parameter region: Mapped pages are released as they are read, so that they do not count as this process's memory.
    public init(of region: ByteRegion) {
        DispatchQueue(label: "model digest").async { [work] in work.run(region) }
    }

    deinit { work.isWanted.store(false, ordering: .relaxed) }

    /// Waits for the digest of all bytes.
    public func wait() -> SHA256Digest {
        work.group.wait()
        guard let digest = work.digest.withLock({ $0 }) else { preconditionFailure("a wanted digest was given up") }
        return digest
    }

    private final class Work: Sendable {
        let isWanted = Atomic(true)
        let digest = Mutex<SHA256Digest?>(nil)
        let group = DispatchGroup()

        init() { group.enter() }

        func run(_ region: ByteRegion) {
            defer { group.leave() }
            var hasher = SHA256Hasher()
            for start in stride(from: 0, to: region.count, by: PendingDigest.pieceBytes) {
                guard isWanted.load(ordering: .relaxed) else { return }
                let range = start..<min(start + PendingDigest.pieceBytes, region.count)
                hasher.update(UnsafeRawBufferPointer(rebasing: region.bytes[range]))
                region.releasePages(range)
            }
            let found = hasher.finalize()
            digest.withLock { $0 = found }
        }
    }
}
