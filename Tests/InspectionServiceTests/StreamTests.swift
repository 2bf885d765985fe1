import AnomalyDetection
import Foundation
import HTTPServer
import HTTPTypes
import Images
import Synchronization
import Tensors
import TestSupport
import Testing

@testable import InspectionService

@Suite("A streamed result", .timeLimit(.minutes(2)))
struct StreamTests {
    private static let document = Array(#"{"id":"7"}"#.utf8)

    private func pictures(masks: [[UInt8]], side: Int = 4) throws -> ResultPictures {
        let map = try PNGEncoder.encode(GrayImage(width: 2, height: 2, pixels: [0, 90, 180, 255]))
        return ResultPictures(
            id: "7", isStored: true, width: side, height: side, threshold: 0.5, verdict: masks.isEmpty ? .ok : .notOk,
            masks: masks.enumerated().map { .init(type: "type\($0)", score: 0.9, runs: $1) }, map: map)
    }

    @Test("has its JSON, with the delimiter that completes it, before any picture is drawn")
    func first() throws {
        // The mask's run lengths are damaged: whoever draws it first fails.
        let stream = InspectionStream(
            document: Self.document, pictures: try pictures(masks: [[200]]),
            threads: ComputeThreads(count: 1))
        let text = String(decoding: try #require(try stream.next()), as: UTF8.self)
        #expect(text.hasSuffix("\r\n\r\n{\"id\":\"7\"}\r\n--result-7"))
        #expect(throws: ImageError.self) { try stream.next() }
    }

    @Test("draws one picture each time it is asked, the heat map last", arguments: 0...2)
    func pieces(_ masks: Int) throws {
        let pixels = [UInt8](repeating: 1, count: 16)
        let mask = MaskRunLengths.encode(RunMask(BinaryMask(width: 4, height: 4, pixels: pixels)))
        let stream = InspectionStream(
            document: Self.document, pictures: try pictures(masks: Array(repeating: mask, count: masks)),
            threads: ComputeThreads(count: 2))
        var pieces: [[UInt8]] = []
        while let piece = try stream.next() { pieces.append(piece) }
        #expect(pieces.count == masks + 3)
        #expect(pieces.last == Array("--\r\n".utf8))
        let parts = try Answer(
            status: 200, fields: [("Content-Type", stream.contentType)], body: pieces.flatMap(\.self)
        ).parts()
        #expect(parts.count == masks + 2)
        #expect(parts.last?["content-disposition"]?.contains("heatmap.png") == true)
    }

    @Test("of an ok part is JSON and heat map")
    func ok() async throws {
        try await withService(.socket) { service in
            try await service.put("cable", cable.replacingOccurrences(of: "0.05", with: "1"))
            let answer = try await service.send(
                "POST", "/inspect?product=cable", ["Accept": "multipart/mixed"], body: try Golden.png())
            let parts = try answer.parts()
            try #require(parts.count == 2)
            #expect(try parts[0].json()["verdict"].string == "ok")
            #expect(parts[1]["content-type"] == "image/png")
        }
    }

    @Test("is drawn no faster than a slow reader takes it, and ends with it at the write deadline")
    func slowReader() async throws {
        // Noise makes masks of 130 kB each: together far more than the buffers of a socket hold.
        let side = 1000
        var generator = SeededGenerator(seed: 5)
        let noise = (0..<side * side).map { _ in UInt8.random(in: 0...1, using: &generator) }
        let runs = MaskRunLengths.encode(RunMask(BinaryMask(width: side, height: side, pixels: noise)))
        let pictures = try pictures(masks: Array(repeating: runs, count: 80), side: side)
        let drawn = Mutex(0)
        let ended = AsyncStream<Void>.makeStream()
        struct Counting: ResponseChunks {
            let stream: InspectionStream
            let count: @Sendable () -> Void
            let end: @Sendable () -> Void

            func next() throws -> [UInt8]? {
                count()
                return try stream.next()
            }

            func cancelled() {
                stream.cancelled()
                end()
            }
        }
        var router = Router()
        router.on(.get, "/") { _ in
            let stream = InspectionStream(
                document: Self.document, pictures: pictures, threads: ComputeThreads(count: 2))
            let counting = Counting(
                stream: stream, count: { drawn.withLock { $0 += 1 } }, end: { ended.continuation.finish() })
            return ServerResponse(
                status: .ok, headerFields: [.contentType: stream.contentType], body: .stream(counting))
        }
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.deadlines.write = .milliseconds(300)
        configuration.limits.minBytesPerSecond = 1 << 30
        let server = HTTPServer(configuration: configuration, router: router)
        let connection = try LiveConnection(try server.start(), receiveBufferBytes: 4096)
        try connection.send(Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8))
        // The JSON and the delimiter behind it have come; nothing more is read.
        let start = try await onOwnThread { try connection.receive(until: Array("{\"id\":\"7\"}\r\n--result-7".utf8)) }
        #expect(String(decoding: start, as: UTF8.self).contains("application/json"))
        for await _ in ended.stream {}
        #expect(drawn.withLock { $0 } < 70, "the kernel holds a few megabytes, no more may have been drawn")
        #expect(try await onOwnThread { try connection.receiveAll() } == .reset)
        await server.drain(deadline: .milliseconds(1))
    }
}
