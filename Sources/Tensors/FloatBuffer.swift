/// Uninitialised float32 scratch memory, aligned to 64 bytes (one cache line, one AVX-512 register), freed on deinit.
///
/// Not synchronised: one owner at a time may write.
public final class FloatBuffer: Sendable {
    private let memory: RawBuffer

    /// The whole allocation.
    public var pointer: UnsafeMutableBufferPointer<Float> { .init(start: baseAddress, count: count) }

    /// Number of elements.
    public let count: Int

    /// Address of the first element; valid even when the buffer is empty.
    public var baseAddress: UnsafeMutablePointer<Float> { memory.baseAddress.assumingMemoryBound(to: Float.self) }

    /// Allocates room for `count` elements (traps when negative).
    public init(count: Int) {
        precondition(count >= 0, "a buffer cannot hold \(count) elements")
        self.count = count
        memory = RawBuffer(byteCount: count * 4)
        memory.baseAddress.bindMemory(to: Float.self, capacity: count)
    }
}
