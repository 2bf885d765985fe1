import Glibc

/// The address a server listens on.
public struct BoundAddress: Sendable, Equatable, CustomStringConvertible {
    /// The numeric IPv4 or IPv6 address.
    public let host: String
    /// The TCP port, as chosen by the system where 0 was configured.
    public let port: Int

    /// `127.0.0.1:8080` or `[::1]:8080`.
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The server's base URL, such as `http://127.0.0.1:8080`.
    public var url: String { "http://\(description)" }

    /// Reads a socket address; unknown families give an empty host.
    init(_ storage: sockaddr_storage) {
        var storage = storage
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        switch Int32(storage.ss_family) {
        case AF_INET:
            (host, port) = withUnsafePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { address in
                    withUnsafePointer(to: address.pointee.sin_addr) {
                        _ = inet_ntop(AF_INET, $0, &text, socklen_t(text.count))
                    }
                    return (String(nulTerminated: text), Int(UInt16(bigEndian: address.pointee.sin_port)))
                }
            }
        case AF_INET6:
            (host, port) = withUnsafePointer(to: &storage) { pointer in
                pointer.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { address in
                    withUnsafePointer(to: address.pointee.sin6_addr) {
                        _ = inet_ntop(AF_INET6, $0, &text, socklen_t(text.count))
                    }
                    return (String(nulTerminated: text), Int(UInt16(bigEndian: address.pointee.sin6_port)))
                }
            }
        default:
            (host, port) = ("", 0)
        }
    }
}

extension String {
    /// The text before the first NUL of a C buffer.
    fileprivate init(nulTerminated buffer: [CChar]) {
        self.init(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
