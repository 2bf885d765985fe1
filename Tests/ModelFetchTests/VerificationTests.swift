import Checkpoints
import Foundation
import ModelFetch
import Testing

@Suite("Verifying downloads", .timeLimit(.minutes(1)))
struct VerificationTests {
    private let pinned = CatalogFile("weights.bin", sha256: SHA256Digest.of(sample))

    @Test("a wrong digest leaves no file and names both digests")
    func wrongDigest() throws {
        let harness = try FetchHarness { request, _ in .content(otherSample, for: request) }
        let error = expectFailure(.digestMismatch) { try harness.fetch([pinned]) }
        let detail = error?.detail ?? ""
        #expect(detail.contains(SHA256Digest.of(sample).hex) && detail.contains(SHA256Digest.of(otherSample).hex))
        #expect(harness.names == [])
    }

    @Test("a mismatch after joining two responses is tried once from the start")
    func joinedContents() throws {
        let harness = try FetchHarness { request, number in
            // The validator does not change with the content, as on a badly kept mirror.
            var response = TestResponse.content(number == 0 ? otherSample : sample, for: request)
            if number == 0 { response.cutAfter = 40_000 }
            return response
        }
        try harness.fetch([pinned])
        #expect(harness.server.requests.map(\.rangeStart) == [nil, 40_000, nil])
        #expect(harness.content("weights.bin") == sample)
    }

    @Test("the digest announced beside the redirect is checked when none is pinned")
    func announced() throws {
        for (content, isGood) in [(sample, true), (otherSample, false)] {
            let harness = try FetchHarness { request, _ in
                if request.path.hasPrefix("/store/") { return .content(content, for: request, etag: "\"s3\"") }
                let digest = SHA256Digest.of(sample).hex
                return TestResponse(
                    status: 302, headers: [("Location", "/store/blob"), ("X-Linked-ETag", "\"\(digest)\"")],
                    body: Array("Found. Redirecting".utf8))
            }
            if isGood {
                #expect(try harness.fetch([CatalogFile("weights.bin")])[0].trust == .announced)
                #expect(harness.content("weights.bin") == sample)
            } else {
                expectFailure(.digestMismatch) { try harness.fetch([CatalogFile("weights.bin")]) }
            }
        }
    }

    @Test("a server that announces another digest than the pinned one is refused before the body")
    func announcedAgainstPinned() throws {
        let harness = try FetchHarness { request, _ in
            var response = TestResponse.content(sample, for: request)
            response.headers.append(("X-Linked-ETag", "\"\(SHA256Digest.of(otherSample).hex)\""))
            return response
        }
        let error = expectFailure(.digestMismatch) { try harness.fetch([pinned]) }
        #expect(error?.detail.contains("announced") == true)
        #expect(harness.progress.isEmpty)
    }

    @Test("a size other than the catalogue's is refused before the body")
    func wrongSize() throws {
        let harness = try FetchHarness { request, _ in .content(sample, for: request) }
        let file = CatalogFile("weights.bin", byteCount: 12)
        let error = expectFailure(.digestMismatch) { try harness.fetch([file]) }
        #expect(error?.detail.contains("12 bytes") == true && error?.detail.contains("100000") == true)
        #expect(harness.progress.isEmpty)
    }

    @Test("more than the allowed size is refused, announced or not", arguments: [true, false])
    func tooLarge(isUnsized: Bool) throws {
        let harness = try FetchHarness { _, _ in TestResponse(status: 200, body: sample, isUnsized: isUnsized) }
        expectFailure(.unexpectedContent) { try harness.fetch([CatalogFile("config.json", maximumByteCount: 50_000)]) }
        #expect((harness.content("config.json.part")?.count ?? 0) <= 50_000)
        #expect(harness.content("config.json") == nil)
    }

    @Test("without any digest the first download is recorded, and later runs compare with it")
    func recorded() throws {
        let harness = try FetchHarness { request, _ in .content(sample, for: request) }
        let file = CatalogFile("merges.txt")
        #expect(try harness.fetch([file])[0].trust == .firstUse)
        let second = try harness.fetch([file])[0]
        #expect(second.trust == .recorded && second.outcome == .alreadyPresent)
        #expect(harness.server.requests.count == 1)
        try harness.write(otherSample, to: "merges.txt")
        let error = expectFailure(.digestMismatch) { try harness.fetch([file]) }
        #expect(error?.detail.contains("delete the file") == true)
        #expect(harness.content("merges.txt") == otherSample)
    }

    @Test("a file deleted after it was recorded must come back with the same digest")
    func recordedThenChangedUpstream() throws {
        let harness = try FetchHarness { request, number in .content(number == 0 ? sample : otherSample, for: request) }
        try harness.fetch([CatalogFile("merges.txt")])
        try FileManager.default.removeItem(at: harness.folder.appending(path: "merges.txt"))
        expectFailure(.digestMismatch) { try harness.fetch([CatalogFile("merges.txt")]) }
    }

    @Test("a folder copied by hand is verified and its digests recorded, without a request")
    func copiedByHand() throws {
        let harness = try FetchHarness { request, _ in .content(otherSample, for: request) }
        try harness.write(sample, to: "weights.bin")
        try harness.write([1], to: "tokenizer.json")
        let files = [pinned, CatalogFile("merges.txt", alternative: "tokenizer.json")]
        let result = try harness.fetch(files)
        #expect(result.map(\.name) == ["weights.bin", "tokenizer.json"])
        #expect(result.map(\.trust) == [.pinned, .firstUse])
        #expect(harness.server.requests.isEmpty)
        #expect(try FileDigests.read(folder: harness.folder.path)?.files.count == 2)
    }

    @Test("a damaged digest list is an error, not ignored")
    func damagedList() throws {
        let harness = try FetchHarness { request, _ in .content(sample, for: request) }
        try harness.write(Array("{\"version\": 1}".utf8), to: FileDigests.fileName)
        let error = expectFailure(.cannotWrite) { try harness.fetch([pinned]) }
        #expect(error?.detail.contains("digests.json") == true)
    }
}
