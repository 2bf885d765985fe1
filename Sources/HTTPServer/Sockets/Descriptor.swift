import Glibc

/// Owns one file descriptor; closing is letting go, and happens once.
///
/// Descriptor numbers are reused at once: a number kept elsewhere would soon name a stranger, so the number is lent
/// for the length of a call only.
struct Descriptor: ~Copyable, Sendable {
    let number: Int32

    /// Takes ownership of an open descriptor.
    init(owning number: Int32) {
        self.number = number
    }

    deinit {
        // EINTR is not retried: on Linux the number is free already.
        _ = Glibc.close(number)
    }

    /// Gives the number to another owner.
    consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }
}

/// What a non-blocking read or write came to.
enum TransferResult: Equatable {
    case transferred(Int)
    /// Nothing now; epoll will tell when.
    case wouldBlock
    /// The connection is broken: reset, timed out, or closed by the peer.
    case failed(Int32)
}

/// Repeats a system call while it is interrupted.
///
/// - Returns: The call's result, or nil with the error number when it is negative.
func retryingInterrupts(_ call: () -> Int) -> (result: Int?, errno: Int32) {
    while true {
        let result = call()
        if result >= 0 { return (result, 0) }
        if errno != EINTR { return (nil, errno) }
    }
}

extension Descriptor {
    /// Reads what is there; zero bytes are the end of input.
    borrowing func receive(into buffer: UnsafeMutableRawBufferPointer) -> TransferResult {
        let number = number
        return Self.transfer { recv(number, buffer.baseAddress, buffer.count, 0) }
    }

    /// Sends as much of the queue as the network takes now, without removing it.
    borrowing func send(_ output: OutputQueue) -> TransferResult {
        let number = number
        return output.withVectors { vectors in
            if vectors.count == 1 {
                return Self.transfer {
                    Glibc.send(number, vectors[0].iov_base, vectors[0].iov_len, Int32(MSG_NOSIGNAL))
                }
            }
            var message = msghdr()
            message.msg_iov = vectors.baseAddress
            message.msg_iovlen = vectors.count
            return Self.transfer { sendmsg(number, &message, Int32(MSG_NOSIGNAL)) }
        }
    }

    private static func transfer(_ call: () -> Int) -> TransferResult {
        let (result, code) = retryingInterrupts(call)
        if let result { return .transferred(result) }
        return code == EAGAIN || code == EWOULDBLOCK ? .wouldBlock : .failed(code)
    }

    /// Sends FIN; errors show at the next read.
    borrowing func shutdownWrite() {
        _ = shutdown(number, Int32(SHUT_WR))
    }

    /// Makes the coming close a reset: what the peer has is not a whole response.
    borrowing func resetOnClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        _ = setsockopt(number, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    }

    /// Sets an integer option; these only tune, so a refusal is no error.
    borrowing func setOption(_ level: Int32, _ name: Int32, to value: Int32) {
        var value = value
        _ = setsockopt(number, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
