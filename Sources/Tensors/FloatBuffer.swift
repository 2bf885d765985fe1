/// Uninitialised float32 scratch memory, aligned to 64 bytes (one cache line, one AVX-512 register), freed on deinit.
///
/// Not synchronised: one owner at a time may write.
public final class FloatBuffer: @unchecked Sendable {
    // Sound to send: the pointer never changes; callers give each buffer to one thread (or disjoint parts to several).

    /// The whole allocation.
    public let pointer: UnsafeMutableBufferPointer<Float>

    /// Number of elements.
    public var count: Int { pointer.count }

    /// Address of the first element; valid even when the buffer is empty.
    public let baseAddress: UnsafeMutablePointer<Float>

    /// Allocates room for `count` elements (traps when negative).
    public init(count: Int) {
        precondition(count >= 0, "a buffer cannot hold \(count) elements")
        let raw = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1) * 4, alignment: 64)
        baseAddress = raw.bindMemory(to: Float.self, capacity: max(count, 1))
        pointer = UnsafeMutableBufferPointer(start: baseAddress, count: count)
    }

    deinit { UnsafeMutableRawPointer(baseAddress).deallocate() }
}
