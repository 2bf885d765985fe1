internal import LargePages

/// Uninitialised memory aligned to 64 bytes, freed on deinit.
///
/// Not synchronised: one owner at a time may write.
public final class RawBuffer: @unchecked Sendable {
    // Sound to send: the pointer never changes; callers give each buffer to one thread (or disjoint parts to several).

    /// Address of the first byte; valid even when the buffer is empty.
    public let baseAddress: UnsafeMutableRawPointer
    /// Size in bytes.
    public let byteCount: Int

    /// Allocates `byteCount` bytes (traps when negative).
    public init(byteCount: Int) {
        precondition(byteCount >= 0, "a buffer cannot hold \(byteCount) bytes")
        self.byteCount = byteCount
        baseAddress = UnsafeMutableRawPointer.allocate(
            byteCount: max(byteCount, 64), alignment: LargePages.alignment(byteCount: byteCount))
        LargePages.advise(UnsafeMutableRawBufferPointer(start: baseAddress, count: byteCount))
    }

    deinit { baseAddress.deallocate() }
}
