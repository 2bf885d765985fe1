import Foundation
import HTTPServer
import Synchronization

/// Sends one request per connection and reads the answer to its end.
struct LiveClient: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let address: BoundAddress

    /// Sends bytes as they are.
    ///
    /// Runs on a thread of its own, because it blocks: neither the concurrency pool nor Dispatch's has threads to spare.
    func exchange(_ request: [UInt8]) async throws -> Answer {
        try await onOwnThread {
            let connection = try LiveConnection(address)
            // A refusal may come while sending; the answer says why.
            try? connection.send(request)
            guard case .closed(let bytes) = try connection.receiveAll() else {
                throw Failure(description: "the connection was reset")
            }
            return try Answer(wire: bytes)
        }
    }
}

/// Runs blocking code.
func onOwnThread<Output: Sendable>(_ body: @escaping @Sendable () throws -> Output) async throws -> Output {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}

/// One connection that does exactly what it is told.
final class LiveConnection: Sendable {
    /// How the other side ended.
    enum End: Equatable {
        case closed([UInt8])
        case reset
    }

    private let descriptor: Int32
    private let isOpen = Mutex(true)

    /// Connects.
    ///
    /// - Parameters:
    ///   - address: An IPv4 address.
    ///   - receiveBufferBytes: Size of the kernel's buffer, to be a slow reader with.
    /// - Throws: `LiveClient.Failure` when nobody listens there.
    init(_ address: BoundAddress, receiveBufferBytes: Int? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw LiveClient.Failure(description: "socket: \(errno)") }
        // Only a hang takes this long, also where tests share a busy machine.
        var timeout = timeval(tv_sec: 240, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        if let receiveBufferBytes {
            var size = Int32(receiveBufferBytes)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = UInt16(address.port).bigEndian
        guard inet_pton(AF_INET, address.host, &name.sin_addr) == 1 else {
            throw LiveClient.Failure(description: "not an IPv4 address: \(address.host)")
        }
        let status = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw LiveClient.Failure(description: "connect: \(errno)") }
    }

    deinit { close() }

    func close() {
        isOpen.withLock { isOpen in
            if isOpen { Glibc.close(descriptor) }
            isOpen = false
        }
    }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw LiveClient.Failure(description: "send: \(errno)") }
            sent += count
        }
    }

    /// Reads up to and with a text, and possibly more; blocks.
    func receive(until end: [UInt8]) throws -> [UInt8] {
        var received: [UInt8] = []
        while received.firstRange(of: end) == nil {
            guard let bytes = try receive(), !bytes.isEmpty else {
                throw LiveClient.Failure(description: "ended after \(String(decoding: received, as: UTF8.self))")
            }
            received += bytes
        }
        return received
    }

    /// Reads to the end; blocks.
    func receiveAll() throws -> End {
        var received: [UInt8] = []
        while let bytes = try receive() {
            if bytes.isEmpty { return .closed(received) }
            received += bytes
        }
        return .reset
    }

    /// Reads once; empty at the end, nil when the other side reset the connection.
    private func receive() throws -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count < 0, errno == ECONNRESET { return nil }
        guard count >= 0 else { throw LiveClient.Failure(description: "recv: \(errno)") }
        return Array(chunk[..<count])
    }
}

/// An answer, however it came.
struct Answer: Sendable {
    var status: Int
    var fields: [(name: String, value: String)]
    var body: [UInt8]

    init(status: Int, fields: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// Takes a response off the wire.
    ///
    /// - Throws: `LiveClient.Failure` when it is not a whole one.
    init(wire: [UInt8]) throws {
        guard let end = wire.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw LiveClient.Failure(description: "no response head in \(String(decoding: wire, as: UTF8.self))")
        }
        let lines = String(decoding: wire[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        status = Int(lines[0].split(separator: " ").dropFirst().first ?? "") ?? 0
        fields = lines.dropFirst().compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces)) : nil
        }
        body = []
        var rest = wire[end.upperBound...]
        guard self["transfer-encoding"] == "chunked" else {
            body = Array(rest)
            return
        }
        while true {
            guard let line = rest.firstRange(of: [13, 10]),
                let size = Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16),
                rest.endIndex - line.upperBound >= size + 2
            else { throw LiveClient.Failure(description: "cut off after \(body.count) bytes of the body") }
            guard size > 0 else { return }
            body += rest[line.upperBound..<line.upperBound + size]
            rest = rest[(line.upperBound + size + 2)...]
        }
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    subscript(name: String) -> String? { fields.first { $0.name.lowercased() == name.lowercased() }?.value }
}
