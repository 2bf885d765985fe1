import Foundation
import HTTPServer

/// A blocking HTTP client of few words: it sends exactly the bytes it is told to, and waits with a timeout.
final class TestClient {
    /// What can go wrong for a client; `description` says where.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// A response, taken off the wire.
    struct Response {
        var status: Int
        var fields: [(name: String, value: String)]
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }

        subscript(name: String) -> String? { fields.first { $0.name.lowercased() == name }?.value }
    }

    private let descriptor: Int32
    private var isOpen = true
    private var buffer: [UInt8] = []
    private static let timeoutMilliseconds: Int32 = 60_000

    /// Connects.
    ///
    /// - Parameters:
    ///   - address: A numeric IPv4 or IPv6 address.
    ///   - receiveBuffer: Size of the kernel's receive buffer, to be a slow reader with.
    /// - Throws: `Failure` when nobody listens there.
    init(_ address: BoundAddress, receiveBuffer: Int32? = nil) throws {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, String(address.port), &hints, &list) == 0, let info = list?.pointee else {
            throw Failure(description: "not a numeric address: \(address)")
        }
        defer { freeaddrinfo(list) }
        descriptor = socket(info.ai_family, info.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        guard connect(descriptor, info.ai_addr, info.ai_addrlen) == 0 else {
            let code = errno
            isOpen = false
            Glibc.close(descriptor)
            throw Failure(description: "connect: \(String(cString: strerror(code)))")
        }
    }

    deinit { close() }

    func close() {
        if isOpen { Glibc.close(descriptor) }
        isOpen = false
    }

    /// Sends FIN; reading goes on.
    func closeWrite() { shutdown(descriptor, Int32(SHUT_WR)) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(description: "send: \(String(cString: strerror(errno)))") }
            sent += count
        }
    }

    /// Whether bytes, or the end, arrive within the time.
    func isReadable(within milliseconds: Int32) -> Bool {
        if !buffer.isEmpty { return true }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// Reads more bytes; false at the end.
    ///
    /// A reset counts as an end if `toleratingReset`.
    @discardableResult
    func fill(toleratingReset: Bool = false) throws -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, Self.timeoutMilliseconds) > 0 else { throw Failure(description: "nothing came in time") }
        var chunk = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        if count < 0 {
            if toleratingReset, errno == ECONNRESET { return false }
            throw Failure(description: "recv: \(String(cString: strerror(errno)))")
        }
        buffer += chunk[..<count]
        return count > 0
    }

    /// Reads one response; `head` says that no body follows whatever the fields say.
    func response(toHead head: Bool = false) throws -> Response {
        var response = try responseHead()
        if head || response.status < 200 || response.status == 204 || response.status == 304 { return response }
        if let length = response["content-length"].flatMap({ Int($0) }) {
            response.body = try take(length)
        } else if response["transfer-encoding"] == "chunked" {
            while true {
                guard let size = Int(try takeLine(), radix: 16) else { throw Failure(description: "bad chunk size") }
                response.body += try take(size)
                guard try take(2) == [13, 10] else { throw Failure(description: "no CRLF behind a chunk") }
                if size == 0 { break }
            }
        } else {
            response.body = try rest()
        }
        return response
    }

    /// Reads status line and fields.
    func responseHead() throws -> Response {
        let status = try takeLine().split(separator: " ")
        guard status.count >= 2, status[0] == "HTTP/1.1", let code = Int(status[1]) else {
            throw Failure(description: "not a status line: \(status)")
        }
        var response = Response(status: code, fields: [], body: [])
        while true {
            let line = try takeLine()
            guard !line.isEmpty else { return response }
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { throw Failure(description: "not a field: \(line)") }
            response.fields.append((String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces)))
        }
    }

    /// Everything up to the end.
    func rest(toleratingReset: Bool = false) throws -> [UInt8] {
        while try fill(toleratingReset: toleratingReset) {}
        defer { buffer = [] }
        return buffer
    }

    /// Reads `count` bytes.
    func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw Failure(description: "the end came \(count - buffer.count) bytes too early") }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private func takeLine() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 10), end > 0, buffer[end - 1] == 13 {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<(end - 1)], as: UTF8.self)
            }
            guard try fill() else { throw Failure(description: "the end came within a line: \(buffer)") }
        }
    }
}
