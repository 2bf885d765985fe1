import Foundation
import ModelFetch
import Testing

@Suite("Servers and disks that fail", .timeLimit(.minutes(1)))
struct FailureTests {
    private let file = CatalogFile("weights.bin")

    @Test("404 names the address and is not retried; an alternative is tried")
    func notFound() throws {
        let harness = try FetchHarness { request, _ in
            request.path.hasSuffix("tokenizer.json") ? .content(sample, for: request) : TestResponse(status: 404)
        }
        let error = expectFailure(.notFound) { try harness.fetch([file]) }
        #expect(error?.status == 404 && error?.detail.contains("/owner/name/resolve/r1/weights.bin") == true)
        #expect(harness.server.requests.count == 1 && harness.waited.isEmpty && harness.names == [])
        let result = try harness.fetch([CatalogFile("merges.txt", alternative: "tokenizer.json")])
        #expect(result[0].name == "tokenizer.json" && harness.content("tokenizer.json") == sample)
        #expect(harness.names == ["digests.json", "tokenizer.json"])
    }

    @Test("refusals are reported at once", arguments: [400, 401, 403, 405, 451, 501, 204])
    func refused(status: Int) throws {
        let harness = try FetchHarness { _, _ in TestResponse(status: status) }
        let error = expectFailure(.unexpectedStatus) { try harness.fetch([file]) }
        #expect(error?.status == status && error?.isTransient == false)
        #expect(harness.server.requests.count == 1)
    }

    @Test("overload is waited for, longer every time, and overcome", arguments: [408, 429, 500, 502, 503, 504])
    func overload(status: Int) throws {
        let harness = try FetchHarness { request, number in
            number < 3 ? TestResponse(status: status) : .content(sample, for: request)
        }
        try harness.fetch([file])
        #expect(harness.content("weights.bin") == sample)
        #expect(harness.totalWait == .seconds(7))
    }

    @Test("the server's Retry-After is respected")
    func retryAfter() throws {
        let harness = try FetchHarness { request, number in
            number == 0 ? TestResponse(status: 503, headers: [("Retry-After", "17")]) : .content(sample, for: request)
        }
        try harness.fetch([file])
        #expect(harness.totalWait == .seconds(17))
    }

    @Test("attempts that move nothing are limited")
    func givesUp() throws {
        let harness = try FetchHarness { _, _ in TestResponse(status: 503) }
        harness.attempts = 4
        let error = expectFailure(.unexpectedStatus) { try harness.fetch([file]) }
        #expect(error?.status == 503)
        #expect(harness.server.requests.count == 4)
    }

    @Test("an empty answer and a closed port are connection failures with libcurl's reason")
    func unreachable() throws {
        let harness = try FetchHarness { _, _ in TestResponse(status: 200) }
        harness.attempts = 2
        harness.server.stop()
        let error = expectFailure(.connectionFailed) { try harness.fetch([file]) }
        #expect(error?.libraryCode != nil && error?.isTransient == true)
    }

    @Test("a web page instead of a file, as a login portal sends")
    func portal() throws {
        let harness = try FetchHarness { _, _ in
            TestResponse(
                status: 200, headers: [("Content-Type", "text/html; charset=utf-8")], body: Array("<html>".utf8))
        }
        let error = expectFailure(.unexpectedContent) { try harness.fetch([file]) }
        #expect(error?.detail.contains("login portal") == true)
        #expect(harness.content("weights.bin") == nil)
    }

    @Test("redirects are followed, to http and https only, and not for ever")
    func redirects() throws {
        let harness = try FetchHarness { request, number in
            number < 3
                ? TestResponse(status: [301, 302, 307][number], headers: [("Location", "/hop\(number)")])
                : .content(sample, for: request)
        }
        try harness.fetch([file])
        #expect(harness.server.requests.map(\.path).suffix(3) == ["/hop0", "/hop1", "/hop2"])
        let loop = try FetchHarness { _, _ in TestResponse(status: 302, headers: [("Location", "/again")]) }
        expectFailure(.redirectRefused) { try loop.fetch([file]) }
        #expect(loop.server.requests.count == 9)
    }

    @Test(
        "a redirect to another protocol is refused",
        arguments: ["file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1/"])
    func protocols(location: String) throws {
        let harness = try FetchHarness { _, _ in TestResponse(status: 302, headers: [("Location", location)]) }
        expectFailure(.redirectRefused) { try harness.fetch([file]) }
        #expect(harness.content("weights.bin") == nil)
    }

    @Test("too little room on the disk is told before the body")
    func diskSpace() throws {
        let harness = try FetchHarness { request, _ in .content(sample, for: request) }
        harness.freeBytes = 99_999
        let error = expectFailure(.insufficientSpace) { try harness.fetch([file]) }
        #expect(error?.detail.contains("100000") == true && error?.detail.contains("99999") == true)
        #expect(harness.progress.isEmpty)
        harness.freeBytes = 100_000
        try harness.fetch([file])
    }

    @Test("cancelling keeps what was received, and the next run continues it")
    func cancels() throws {
        let content = [UInt8](repeating: 3, count: 30 << 20)
        let harness = try FetchHarness { request, _ in .content(content, for: request) }
        harness.isCancelled = { [unowned harness] in (harness.progress.last?.completedBytes ?? 0) > 1 << 20 }
        expectFailure(.cancelled) { try harness.fetch([CatalogFile("weights.bin")]) }
        let kept = harness.content("weights.bin.part")?.count ?? 0
        #expect(kept > 1 << 20 && kept < content.count)
        harness.isCancelled = { false }
        #expect(try harness.fetch([CatalogFile("weights.bin")])[0].outcome == .downloaded(resumedFrom: kept))
        #expect(harness.content("weights.bin") == content)
    }

    @Test("cancelling while waiting ends at once")
    func cancelsWait() throws {
        let harness = try FetchHarness { _, _ in TestResponse(status: 503) }
        harness.isCancelled = { [unowned harness] in harness.waited.count >= 2 }
        expectFailure(.cancelled) { try harness.fetch([file]) }
        #expect(harness.server.requests.count == 1 && harness.waited.count == 2 && harness.names == [])
    }

    @Test("a part file in use by another download is left alone")
    func locked() throws {
        let harness = try FetchHarness { request, _ in .content(sample, for: request) }
        try harness.write([], to: "weights.bin.part")
        let descriptor = open(harness.folder.appending(path: "weights.bin.part").path, O_RDWR)
        defer { close(descriptor) }
        #expect(flock(descriptor, LOCK_EX) == 0)
        let error = expectFailure(.cannotWrite) { try harness.fetch([file]) }
        #expect(error?.detail.contains("another download") == true)
    }

    @Test("a symbolic link in place of the part file is not followed")
    func symbolicLink() throws {
        let harness = try FetchHarness { request, _ in .content(sample, for: request) }
        try harness.write(otherSample, to: "precious")
        try FileManager.default.createSymbolicLink(
            at: harness.folder.appending(path: "weights.bin.part"),
            withDestinationURL: harness.folder.appending(path: "precious"))
        expectFailure(.cannotWrite) { try harness.fetch([file]) }
        #expect(harness.content("precious") == otherSample)
    }

    @Test("a folder that cannot be created")
    func folder() throws {
        let fetcher = try ModelFetcher()
        let error = expectFailure(.cannotWrite) {
            _ = try fetcher.fetch(try ModelCatalog.model(named: "ViT-B-16"), into: "/proc/nowhere/model")
        }
        #expect(error?.systemError != nil)
    }
}
