import AnomalyDetection
import Foundation
import Testing

@testable import InspectionService

@Suite("The operator console", .timeLimit(.minutes(2)))
struct ConsoleTests {
    private static let texts = Dictionary(
        uniqueKeysWithValues: ConsoleFile.all.map { ($0.name, String(decoding: $0.bytes, as: UTF8.self)) })

    /// What the expression's only group matches, everywhere.
    private static func matches(_ pattern: String, in text: String) throws -> [String] {
        let expression = try NSRegularExpression(pattern: pattern)
        let source = text as NSString
        return expression.matches(in: text, range: NSRange(location: 0, length: source.length))
            .map { source.substring(with: $0.range(at: 1)) }
    }

    @Test("answers its page and every file with a policy that lets nothing else run", arguments: Transport.allCases)
    func files(_ transport: Transport) async throws {
        try await withService(transport) { service in
            for file in ConsoleFile.all {
                for path in ["/console/\(file.name)"] + (file.name == "index.html" ? ["/"] : []) {
                    let answer = try await service.send("GET", path)
                    #expect(answer.status == 200 && answer.body == file.bytes, "\(path)")
                    #expect(answer["Content-Type"] == file.mediaType)
                    #expect(answer["X-Content-Type-Options"] == "nosniff")
                    let policy = try #require(answer["Content-Security-Policy"])
                    #expect(policy.hasPrefix("default-src 'none';") && !policy.contains("unsafe"), "\(policy)")
                    let again = try await service.send("GET", path, ["If-None-Match": try #require(answer["ETag"])])
                    #expect(again.status == 304 && again.body.isEmpty)
                }
            }
            try await service.send("GET", "/console/none.js").expectProblem(404, "not-found")
            try await service.send("GET", "/console/..%2Fconsole.c").expectProblem(400, "malformed-request")
        }
    }

    @Test("loads only files that are there")
    func references() throws {
        let names = Set(Self.texts.keys)
        let page = try #require(Self.texts["index.html"])
        let loaded = try Self.matches(#"(?:src|href)="console/([^"]+)""#, in: page)
        #expect(!loaded.isEmpty && names.isSuperset(of: loaded), "\(loaded)")
        var reached: Set<String> = []
        var open = loaded.filter { $0.hasSuffix(".js") }
        while let name = open.popLast() {
            guard reached.insert(name).inserted else { continue }
            let imports = try Self.matches(#"from '\./([^']+)'"#, in: try #require(Self.texts[name], "\(name)"))
            open += imports
            #expect(names.isSuperset(of: imports), "\(name): \(imports)")
        }
    }

    @Test("imports only what the other file exports")
    func exports() throws {
        for (name, text) in Self.texts where name.hasSuffix(".js") {
            let sources = try Self.matches(#"import \{[^}]+\} from '\./([^']+)'"#, in: text)
            let lists = try Self.matches(#"import \{([^}]+)\} from"#, in: text)
            for (source, list) in zip(sources, lists) {
                let exported = try Self.matches(
                    #"export (?:async )?(?:function|const|class) (\w+)"#, in: try #require(Self.texts[source]))
                for item in list.split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) {
                    #expect(exported.contains(item), "\(name) wants \(item) of \(source)")
                }
            }
        }
    }

    @Test("makes text of what clients sent, and asks no other host for anything")
    func safety() throws {
        for (name, text) in Self.texts {
            let words = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"]
            for word in words + [" style=\"", "<script>"] {
                #expect(!text.contains(word), "\(name) holds \(word)")
            }
            let hosts = try Self.matches(#"https?://([^/'"\s]+)"#, in: text)
            #expect(hosts.allSatisfy { $0 == "www.w3.org" }, "\(name): \(hosts)")
        }
    }

    @Test("lists the defect types that products may name, each of which a product takes")
    func defectTypes() async throws {
        try await withService { service in
            let items = try await service.send("GET", "/defect-types").json()["items"]
            let known = service.core.knowledgeBase
            let names = (0..<items.count).compactMap { items[$0]["name"].string }
            #expect(names.count == items.count && Set(names).count == names.count)
            #expect(Set(names) == Set(known.datasets.flatMap(\.defectTypes).map(\.name)))
            for index in 0..<items.count {
                let type = try known.defectType(named: names[index])
                #expect(items[index]["phrases"].count == type.phrases.count)
                #expect(items[index]["phrases"][0].string == type.phrases[0].text)
            }
        }
    }
}
