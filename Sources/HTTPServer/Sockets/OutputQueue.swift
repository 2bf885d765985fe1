package import Glibc

/// Bytes waiting to be sent, in order, sent with few calls and without copying large pieces.
package struct OutputQueue: Sendable {
    /// Small pieces are joined up to this size: copying a kilobyte costs less than another I/O vector.
    private static let joinLimit = 16 * 1024
    private static let maxVectors = 16

    private var pieces: [[UInt8]] = []
    /// Bytes of `pieces[0]` already sent.
    private var offset = 0

    /// A queue without bytes.
    package init() {}

    /// Whether everything is sent.
    package var isEmpty: Bool { pieces.isEmpty }

    /// Adds bytes behind all others.
    package mutating func append(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        if let last = pieces.indices.last, pieces[last].count + bytes.count <= Self.joinLimit {
            pieces[last].append(contentsOf: bytes)
        } else {
            pieces.append(bytes)
        }
    }

    /// Drops bytes from the front, once they are sent.
    package mutating func removeFirst(_ count: Int) {
        offset += count
        var finished = 0
        while finished < pieces.count, offset >= pieces[finished].count {
            offset -= pieces[finished].count
            finished += 1
        }
        pieces.removeFirst(finished)
    }

    /// Calls `body` with pointers to the first pieces, valid during the call.
    ///
    /// The queue must not be empty.
    package func withVectors<R>(_ body: (UnsafeMutableBufferPointer<iovec>) -> R) -> R {
        var vectors: [iovec] = []
        return gather(0, &vectors, body)
    }

    /// Each array lends its pointer for the length of a closure only, so the closures nest, one per piece.
    private func gather<R>(
        _ index: Int, _ vectors: inout [iovec], _ body: (UnsafeMutableBufferPointer<iovec>) -> R
    ) -> R {
        guard index < min(pieces.count, Self.maxVectors) else {
            return vectors.withUnsafeMutableBufferPointer { body($0) }
        }
        return pieces[index].withUnsafeBytes { bytes in
            let unsent = index == 0 ? UnsafeRawBufferPointer(rebasing: bytes[offset...]) : bytes
            // sendmsg takes a mutable pointer but only reads through it.
            vectors.append(
                iovec(iov_base: UnsafeMutableRawPointer(mutating: unsent.baseAddress), iov_len: unsent.count))
            return gather(index + 1, &vectors, body)
        }
    }
}
