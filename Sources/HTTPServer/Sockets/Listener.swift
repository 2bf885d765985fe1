import CLinuxSockets
import Glibc

/// A listening TCP socket, non-blocking.
final class Listener: Sendable {
    /// Bytes of responses that wait in the kernel for the client's window.
    private static let unsentBytes: Int32 = 128 * 1024

    let descriptor: Descriptor
    let address: BoundAddress

    /// What one attempt to accept came to.
    enum Acceptance: ~Copyable {
        case connection(Descriptor, BoundAddress)
        /// Nobody waits.
        case none
        /// The waiting connection vanished; try the next.
        case vanished
        /// Descriptors or memory ran out; pause.
        case exhausted(Int32)
    }

    /// Resolves the host, binds and listens.
    ///
    /// - Parameters:
    ///   - host: A numeric address or a name; of several addresses the first that can be bound is taken.
    ///   - port: 0…65535; 0 for a free port.
    ///   - isTrial: Whether it only binds, so that nobody can connect.
    /// - Throws: `ServerError` with `.unknownHost` or `.cannotListen`.
    init(host: String, port: Int, isTrial: Bool = false) throws(ServerError) {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let status = getaddrinfo(host, String(port), &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard status == 0 else {
            let reason = String(cString: gai_strerror(status))
            throw ServerError(
                .unknownHost, "expected an address or host name to listen on, found \"\(host)\" (\(reason))")
        }
        var lastError: Int32 = 0
        var entry = list
        while let info = entry?.pointee {
            let number = socket(
                info.ai_family, info.ai_socktype | Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
            if number >= 0 {
                let candidate = Descriptor(owning: number)
                if let bound = Self.listen(candidate, info, isTrial: isTrial) {
                    descriptor = candidate
                    address = bound
                    return
                }
            }
            lastError = errno
            entry = info.ai_next
        }
        throw ServerError(
            .cannotListen, "cannot listen on \(host) port \(port): \(String(cString: strerror(lastError)))",
            errno: lastError)
    }

    /// Binds and listens; nil with `errno` set when the system refuses.
    private static func listen(
        _ socket: borrowing Descriptor, _ info: addrinfo, isTrial: Bool
    ) -> BoundAddress? {
        // Without this a restart would wait for the last run's connections to be forgotten.
        socket.setOption(SOL_SOCKET, SO_REUSEADDR, to: 1)
        if info.ai_family == AF_INET6 {
            socket.setOption(Int32(IPPROTO_IPV6), IPV6_V6ONLY, to: 0)
        }
        guard bind(socket.number, info.ai_addr, info.ai_addrlen) == 0,
            isTrial || Glibc.listen(socket.number, SOMAXCONN) == 0
        else { return nil }
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let named = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket.number, $0, &length) }
        }
        return named == 0 ? BoundAddress(storage) : nil
    }

    /// Takes one waiting connection.
    func accept() -> Acceptance {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let listening = descriptor.number
        let (result, code) = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                retryingInterrupts { Int(linux_accept_nonblocking(listening, address, &length)) }
            }
        }
        if let result {
            let connection = Descriptor(owning: Int32(result))
            // Head and body leave together, so nothing is gained by waiting for more (Nagle), and 40 ms would be lost.
            connection.setOption(Int32(IPPROTO_TCP), TCP_NODELAY, to: 1)
            // A socket is writable again when a third of its buffer is free. With megabytes in it, a client that reads
            // at the least rate would seem to stand still for minutes.
            connection.setOption(Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, to: Self.unsentBytes)
            return .connection(connection, BoundAddress(storage))
        }
        switch code {
        case EAGAIN, EWOULDBLOCK: return .none
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted(code)
        // ECONNABORTED and network errors of the connection that was waiting (accept(2), "Error handling").
        default: return .vanished
        }
    }
}
