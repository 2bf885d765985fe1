import Checkpoints
import Foundation
import ModelFetch
import Testing

@Suite("Downloading", .timeLimit(.minutes(1)))
struct DownloadTests {
    private let pinned = CatalogFile("weights.bin", sha256: SHA256Digest.of(sample), byteCount: sample.count)
    private let unpinned = CatalogFile("weights.bin")

    @Test("a whole file: address, content, digest list, progress, and nothing else in the folder")
    func whole() throws {
        let harness = try FetchHarness { request, _ in .content(sample, for: request) }
        let result = try harness.fetch([pinned])
        #expect(result.count == 1)
        #expect(result[0].name == "weights.bin" && result[0].byteCount == sample.count)
        #expect(result[0].sha256 == SHA256Digest.of(sample))
        #expect(result[0].outcome == .downloaded(resumedFrom: 0) && result[0].trust == .pinned)
        #expect(harness.server.requests.map(\.path) == ["/owner/name/resolve/r1/weights.bin"])
        #expect(harness.server.requests[0].headers["range"] == nil)
        #expect(harness.content("weights.bin") == sample)
        #expect(harness.names == ["digests.json", "weights.bin"])
        let list = try FileDigests.read(folder: harness.folder.path)
        #expect(list?.files["weights.bin"] == .init(byteCount: sample.count, sha256: SHA256Digest.of(sample)))
        #expect(harness.progress.last?.phase == .verifying)
        let downloading = harness.progress.filter { $0.phase == .downloading }
        #expect(downloading.last?.completedBytes == sample.count && downloading.last?.totalBytes == sample.count)
        #expect(zip(downloading, downloading.dropFirst()).allSatisfy { $0.completedBytes < $1.completedBytes })
    }

    @Test("a dropped connection is continued from where it broke, asking for the same content")
    func resumesWithin() throws {
        let harness = try FetchHarness { request, number in
            var response = TestResponse.content(sample, for: request)
            if number < 2 { response.cutAfter = 30_000 }
            return response
        }
        let result = try harness.fetch([pinned])
        #expect(result[0].outcome == .downloaded(resumedFrom: 0))
        #expect(harness.content("weights.bin") == sample)
        #expect(harness.server.requests.map(\.rangeStart) == [nil, 30_000, 60_000])
        #expect(harness.server.requests.dropFirst().allSatisfy { $0.headers["if-range"] == "\"v1\"" })
        #expect(harness.totalWait == .seconds(2))  // each drop had moved bytes: no growing delay
    }

    @Test("a second run continues what the first left")
    func resumesLater() throws {
        let harness = try FetchHarness { request, number in
            var response = TestResponse.content(sample, for: request)
            if number == 0 { response.cutAfter = 70_000 }
            return response
        }
        harness.attempts = 1
        expectFailure(.connectionFailed) { try harness.fetch([pinned]) }
        #expect(harness.names == ["weights.bin.part", "weights.bin.part.json"])
        #expect(harness.content("weights.bin.part")?.count == 70_000)
        let result = try harness.fetch([pinned])
        #expect(result[0].outcome == .downloaded(resumedFrom: 70_000))
        #expect(harness.content("weights.bin") == sample)
        #expect(harness.names == ["digests.json", "weights.bin"])
    }

    @Test("a part of another revision is not continued")
    func otherRevision() throws {
        let harness = try FetchHarness { request, number in
            var response = TestResponse.content(sample, for: request)
            if number == 0 { response.cutAfter = 10_000 }
            return response
        }
        harness.attempts = 1
        expectFailure(.connectionFailed) { try harness.fetch([pinned], revision: "r1") }
        try harness.fetch([pinned], revision: "r2")
        #expect(harness.server.requests.map(\.rangeStart) == [nil, nil])
        #expect(harness.content("weights.bin") == sample)
    }

    @Test("content that changed between attempts is fetched anew, because If-Range does not match")
    func changedContent() throws {
        let harness = try FetchHarness { request, number in
            if number == 0 {
                var response = TestResponse.content(otherSample, for: request, etag: "\"old\"")
                response.cutAfter = 40_000
                return response
            }
            return .content(sample, for: request, etag: "\"new\"")
        }
        try harness.fetch([unpinned])
        #expect(harness.content("weights.bin") == sample)
        #expect(harness.server.requests[1].headers["if-range"] == "\"old\"")
    }

    @Test("without validator or digest nothing is continued across runs")
    func noValidator() throws {
        let harness = try FetchHarness { request, number in
            var response = TestResponse.content(sample, for: request, etag: "W/\"weak\"")
            if number == 0 { response.cutAfter = 40_000 }
            return response
        }
        harness.attempts = 1
        expectFailure(.connectionFailed) { try harness.fetch([unpinned]) }
        try harness.fetch([unpinned])
        #expect(harness.server.requests.map(\.rangeStart) == [nil, nil])
        #expect(harness.content("weights.bin") == sample)
    }

    @Test("a server that ignores Range sends everything, and everything is taken from the start")
    func ignoresRange() throws {
        let harness = try FetchHarness { _, number in
            TestResponse(status: 200, headers: [("ETag", "\"v1\"")], body: sample, cutAfter: number == 0 ? 55_555 : nil)
        }
        try harness.fetch([pinned])
        #expect(harness.server.requests.map(\.rangeStart) == [nil, 55_555])
        #expect(harness.content("weights.bin") == sample)
    }

    @Test("a server that answers with another range is not believed")
    func wrongRange() throws {
        let harness = try FetchHarness { request, number in
            var response = TestResponse.content(sample, for: request)
            if number == 0 { response.cutAfter = 10_000 }
            if number == 1 {
                response.headers = [("Content-Range", "bytes 9000-99999/100000")]
                response.body = Array(sample[9000...])
            }
            return response
        }
        try harness.fetch([pinned])
        #expect(harness.server.requests.map(\.rangeStart) == [nil, 10_000, nil])
        #expect(harness.content("weights.bin") == sample)
    }

    @Test(
        "a rest of absurd size is refused",
        arguments: [
            ("bytes 10000-10009/*", "9223372036854775807"), ("bytes 10000-10009/9223372036854775807", "10"),
            ("bytes 10000-10009/-9223372036854775808", "9223372036854775807"),
        ])
    func absurdRange(range: String, length: String) throws {
        let harness = try FetchHarness { request, number in
            var response = TestResponse.content(sample, for: request)
            if number == 0 { response.cutAfter = 10_000 }
            if number == 1 {
                response.raw = Array(
                    "HTTP/1.1 206 Partial Content\r\nContent-Range: \(range)\r\nContent-Length: \(length)\r\n\r\n".utf8)
            }
            return response
        }
        expectFailure(.unexpectedContent) { try harness.fetch([unpinned]) }
    }

    @Test("a part that is already whole is recognised by status 416 and verified")
    func wholePart() throws {
        let harness = try FetchHarness { request, _ in .content(sample, for: request) }
        try harness.write(sample, to: "weights.bin.part")
        let url = "\(harness.server.baseURL)/owner/name/resolve/r1/weights.bin"
        try harness.write(Array("{\"url\": \"\(url)\", \"etag\": \"\\\"v1\\\"\"}".utf8), to: "weights.bin.part.json")
        let result = try harness.fetch([pinned])
        #expect(result[0].outcome == .downloaded(resumedFrom: sample.count))
        #expect(harness.server.requests.count == 1)
        #expect(harness.content("weights.bin") == sample)
    }

    @Test("a part longer than the content is thrown away")
    func longPart() throws {
        let harness = try FetchHarness { request, _ in .content(sample, for: request) }
        try harness.write(sample + [1, 2, 3], to: "weights.bin.part")
        let url = "\(harness.server.baseURL)/owner/name/resolve/r1/weights.bin"
        try harness.write(Array("{\"url\": \"\(url)\"}".utf8), to: "weights.bin.part.json")
        try harness.fetch([pinned])
        #expect(harness.content("weights.bin") == sample)
    }

    @Test("a body without announced length ends with the connection")
    func unsized() throws {
        let harness = try FetchHarness { _, _ in TestResponse(status: 200, body: sample, isUnsized: true) }
        try harness.fetch([pinned])
        #expect(harness.content("weights.bin") == sample)
    }

    @Test("a chunked body with trailers, behind an interim response, is taken once")
    func chunked() throws {
        let text =
            "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-End\r\n"
            + "Connection: close\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\nX-End: 1\r\n\r\n"
        let harness = try FetchHarness { _, _ in TestResponse(status: 200, raw: Array(text.utf8)) }
        try harness.fetch([unpinned])
        #expect(harness.content("weights.bin") == Array("abcdefg".utf8))
        #expect(harness.server.requests.count == 1)
    }

    @Test("an endless list of headers is cut off")
    func headerFlood() throws {
        let flood = (0..<500).map { "X-\($0): y\r\n" }.joined()
        let harness = try FetchHarness { _, _ in
            TestResponse(status: 200, raw: Array("HTTP/1.1 200 OK\r\n\(flood)\r\n".utf8))
        }
        expectFailure(.unexpectedContent) { try harness.fetch([unpinned]) }
    }

    @Test("an empty file is a file")
    func empty() throws {
        let harness = try FetchHarness { _, _ in TestResponse(status: 200) }
        let result = try harness.fetch([unpinned])
        #expect(result[0].byteCount == 0 && harness.content("weights.bin") == [])
    }

    @Test("speed is told while downloading")
    func rate() throws {
        let harness = try FetchHarness { request, _ in .content([UInt8](repeating: 7, count: 8 << 20), for: request) }
        try harness.fetch([unpinned])
        let rates = harness.progress.compactMap(\.bytesPerSecond)
        #expect(!rates.isEmpty && rates.allSatisfy { $0 > 0 })
    }
}
