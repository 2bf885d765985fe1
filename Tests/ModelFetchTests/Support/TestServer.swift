import Foundation
import Synchronization

/// A request as the test server saw it.
struct TestRequest: Sendable {
    let path: String
    /// Values by lower-case name.
    let headers: [String: String]

    /// First byte of an open-ended Range header.
    var rangeStart: Int? {
        headers["range"].flatMap { $0.hasPrefix("bytes=") && $0.hasSuffix("-") ? Int($0.dropFirst(6).dropLast()) : nil }
    }
}

/// What the test server answers.
struct TestResponse: Sendable {
    var status: Int
    var headers: [(String, String)] = []
    var body: [UInt8] = []
    /// Announce the whole body but close the connection after this many bytes of it.
    var cutAfter: Int?
    /// Leave Content-Length out; the connection's end ends the body.
    var isUnsized = false
    /// Sent as it is, instead of everything above.
    var raw: [UInt8]?

    /// The content from the requested byte on, as a server that knows ranges sends it.
    static func content(_ content: [UInt8], for request: TestRequest, etag: String? = "\"v1\"") -> TestResponse {
        let tag = etag.map { [("ETag", $0)] } ?? []
        let isValid = request.headers["if-range"] == nil || request.headers["if-range"] == etag
        guard let start = request.rangeStart, isValid else {
            return TestResponse(status: 200, headers: tag, body: content)
        }
        guard start < content.count else {
            return TestResponse(status: 416, headers: [("Content-Range", "bytes */\(content.count)")])
        }
        let range = ("Content-Range", "bytes \(start)-\(content.count - 1)/\(content.count)")
        return TestResponse(status: 206, headers: tag + [range], body: Array(content[start...]))
    }
}

/// An HTTP server on a free port of the loopback interface, one request per connection.
final class TestServer: Sendable {
    typealias Handler = @Sendable (TestRequest, _ number: Int) -> TestResponse

    let port: UInt16
    private let listener: Int32
    private let seen = Mutex<[TestRequest]>([])
    private let handler: Handler

    var baseURL: String { "http://127.0.0.1:\(port)" }
    var requests: [TestRequest] { seen.withLock { $0 } }

    /// Starts answering with `handler`, which gets each request and its number from 0.
    init(_ handler: @escaping Handler) throws {
        self.handler = handler
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && listen(descriptor, 16) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard listener >= 0, status else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [self] in serve() }
    }

    /// Stops accepting; the serving thread ends by itself.
    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            if let request = Self.read(connection) {
                let number = seen.withLock { requests in
                    requests.append(request)
                    return requests.count - 1
                }
                Self.write(handler(request, number), to: connection)
            }
            close(connection)
        }
        close(listener)
    }

    private static func read(_ connection: Int32) -> TestRequest? {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while !text.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            text += buffer[..<count]
        }
        let lines = String(decoding: text, as: UTF8.self).components(separatedBy: "\r\n")
        let path = lines[0].split(separator: " ").dropFirst().first.map(String.init) ?? ""
        let headers = lines.dropFirst().compactMap { line -> (String, String)? in
            let parts = line.split(separator: ":", maxSplits: 1)
            return parts.count == 2 ? (parts[0].lowercased(), parts[1].trimmingCharacters(in: .whitespaces)) : nil
        }
        return TestRequest(path: path, headers: Dictionary(headers) { _, last in last })
    }

    private static func write(_ response: TestResponse, to connection: Int32) {
        var head = "HTTP/1.1 \(response.status) Status\r\nConnection: close\r\n"
        for (name, value) in response.headers { head += "\(name): \(value)\r\n" }
        if !response.isUnsized { head += "Content-Length: \(response.body.count)\r\n" }
        let whole = Array((head + "\r\n").utf8) + response.body.prefix(response.cutAfter ?? response.body.count)
        let bytes = response.raw ?? whole
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
        // Closing with unread input would reset the connection and lose what was sent.
        shutdown(connection, Int32(SHUT_WR))
    }
}
