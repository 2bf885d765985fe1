import Testing

@testable import ModelFetch

@Suite("Catalogue and addresses")
struct CatalogTests {
    @Test("names are found in any case, and unknown ones answered with those there are")
    func names() throws {
        #expect(try ModelCatalog.model(named: "vit-l-14-336").repository == "timm/vit_large_patch14_clip_336.openai")
        let error = expectFailure(.unknownModel) { _ = try ModelCatalog.model(named: "ViT-X") }
        for model in ModelCatalog.models { #expect(error?.detail.contains(model.name) == true) }
    }

    @Test("every entry is complete: a commit, pinned weights, a configuration, a vocabulary, safe names")
    func entries() throws {
        #expect(Set(ModelCatalog.models.map(\.name)).count == ModelCatalog.models.count)
        let address = try ResourceAddress(baseURL: "https://huggingface.co")
        for model in ModelCatalog.models {
            #expect(model.revision.count == 40 && model.revision.allSatisfy(\.isHexDigit), "\(model.name)")
            let weights = try #require(model.files.first { $0.name == "open_clip_model.safetensors" })
            #expect(weights.sha256 != nil, "\(model.name)")
            #expect(weights.byteCount ?? 0 < weights.maximumByteCount)
            #expect(
                model.files.map(\.name).sorted() == [
                    "merges.txt", "open_clip_config.json", "open_clip_model.safetensors",
                ])
            for file in model.files {
                let url = try address.url(repository: model.repository, revision: model.revision, file: file.name)
                #expect(url == "https://huggingface.co/\(model.repository)/resolve/\(model.revision)/\(file.name)")
            }
        }
    }

    @Test("base addresses with port and path, with or without a final slash")
    func bases() throws {
        for base in ["http://10.0.0.5:8080/mirror", "http://10.0.0.5:8080/mirror//", "HTTP://10.0.0.5:8080/mirror"] {
            let url = try ResourceAddress(baseURL: base).url(repository: "a/b", revision: "c", file: "d.e")
            #expect(url.lowercased() == "http://10.0.0.5:8080/mirror/a/b/resolve/c/d.e")
        }
        #expect(try ResourceAddress(baseURL: "https://x").isSecure)
        #expect(try !ResourceAddress(baseURL: "http://x").isSecure)
    }

    @Test(
        "base addresses that are none",
        arguments: [
            "", "huggingface.co", "ftp://x", "file:///etc", "https://", "https:///x", "https://user@x", "https://x?q",
            "https://x#f",
            "https://x y", "https://x\r\nHost: y", "https://ü", "http://:80",
        ])
    func badBases(base: String) {
        expectFailure(.invalidBaseURL) { _ = try ModelFetcher(options: Self.options(base)) }
    }

    private static func options(_ base: String) -> FetchOptions {
        var options = FetchOptions()
        options.baseURL = base
        return options
    }

    @Test(
        "names that could leave the folder or change the address",
        arguments: [
            "", ".", "..", "../x", "a/b", ".hidden", "a b", "a%2e", "a?b", "a\u{0}", "a\\b",
            String(repeating: "a", count: 201),
        ])
    func unsafeNames(name: String) throws {
        let address = try ResourceAddress(baseURL: "https://x")
        expectFailure(.unsafeName) { _ = try address.url(repository: "a/b", revision: "c", file: name) }
        expectFailure(.unsafeName) { _ = try address.url(repository: "a/b", revision: name, file: "f") }
        expectFailure(.unsafeName) { _ = try address.url(repository: "a/\(name)/c", revision: "r", file: "f") }
    }

    @Test("response heads: status lines, ranges, validators")
    func heads() throws {
        #expect(ResponseHead(statusLine: "HTTP/2 200")?.status == 200)
        #expect(ResponseHead(statusLine: "HTTP/1.1 206 Partial Content")?.status == 206)
        for line in ["", "HTTP/1.1", "HTTP/1.1 abc", "HTTP/1.1 20", "ICY 200 OK"] {
            #expect(ResponseHead(statusLine: line) == nil)
        }
        var head = try #require(ResponseHead(statusLine: "HTTP/1.1 206 x"))
        for line in [
            "ETag: \"a b\"", "Content-Length: +5", "content-range: bytes 5-9/10", "Retry-After: 9999", "nonsense",
        ] {
            head.add(line)
        }
        #expect(head.strongETag == "\"a b\"")
        #expect(head.contentLength == nil)
        #expect(head.contentRange?.first == 5 && head.contentRange?.total == 10)
        #expect(head.retryAfter == .seconds(120))
        head.add("ETag: W/\"weak\"")
        head.add("Content-Range: bytes */77")
        #expect(head.strongETag == nil)
        #expect(head.contentRange?.first == nil && head.contentRange?.total == 77)
        head.add("Content-Range: bytes 5-9/-9223372036854775808")
        #expect(head.contentRange?.first == 5 && head.contentRange?.total == nil)
    }

    @Test("the meter tells recent speed, not the average since the start")
    func meter() {
        var meter = RateMeter()
        #expect(meter.bytesPerSecond == nil)
        for second in 0...10 { meter.note(second * 1000, at: .seconds(second)) }
        #expect(meter.bytesPerSecond == 1000)
        for second in 11...20 { meter.note(10_000 + (second - 10) * 50, at: .seconds(second)) }
        #expect(meter.bytesPerSecond == 50)
    }
}
