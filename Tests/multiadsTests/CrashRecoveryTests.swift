import Foundation
import Images
import Synchronization
import TestSupport
import Testing

/// What a service acknowledged: only what was answered whole is in here.
private final class Acknowledged: Sendable {
    struct Result: Sendable {
        let id: String
        let document: [UInt8]
        let masks: [String]
    }

    private let kept = Mutex<(results: [Result], references: [String])>(([], []))

    var results: [Result] { kept.withLock { $0.results } }
    var references: [String] { kept.withLock { $0.references } }

    func add(result answer: [UInt8]) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any],
            let id = object["id"] as? String, let defects = object["defects"] as? [[String: Any]]
        else {
            Issue.record("an answer of 200 that is no result")
            return
        }
        let masks = defects.compactMap { $0["mask"] as? String }
        kept.withLock { $0.results.append(Result(id: id, document: answer, masks: masks)) }
    }

    func add(references answer: [UInt8]) {
        guard let object = try? JSONSerialization.jsonObject(with: Data(answer)) as? [String: Any],
            let items = object["items"] as? [[String: Any]]
        else {
            Issue.record("an answer of 201 that is no set")
            return
        }
        kept.withLock { $0.references += items.compactMap { $0["id"] as? String } }
    }
}

/// The real program, killed at random moments under load.
///
/// `CRASH_ROUNDS=200` (`make crash`) repeats it as often.
@Suite("A killed service", .timeLimit(.minutes(60)))
struct CrashRecoveryTests {
    private let tiny = Fixtures.path("CLIP/tiny")
    private static let rounds = ProcessInfo.processInfo.environment["CRASH_ROUNDS"].flatMap { Int($0) } ?? 10
    private static let types = #""defectTypes":[{"name":"bent","phrases":["{} has a bent defect"]}]"#

    /// Retention is at work all the time, on results of good parts.
    private static let variables = [
        "MULTIADS_RETENTION_OK_MAX_BYTES": "100000", "MULTIADS_RETENTION_INTERVAL": "0.01",
        "MULTIADS_INSPECTION_MAX_REFERENCES": "1000000", "MULTIADS_LOG_LEVEL": "error",
    ]

    @Test("has lost nothing that it acknowledged: results, their masks and pictures, references")
    func killed() throws {
        let memory = FileManager.default.isWritableFile(atPath: "/dev/shm")
        let base = memory ? URL(filePath: "/dev/shm") : FileManager.default.temporaryDirectory
        let folder = base.appending(path: "multiads-crash-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var random = SeededGenerator(seed: 7)
        let all = Acknowledged()
        var known = 0
        var starts: [Double] = []
        for round in 0...Self.rounds {
            let watch = ContinuousClock.now
            let service = try RunningService(data: folder, model: tiny, [], Self.variables)
            starts.append((ContinuousClock.now - watch) / .seconds(1))
            if round == 0 { try prepare(service) }
            // What the last round acknowledged, each in full; at the end, everything.
            let isLast = round == Self.rounds
            for result in all.results.dropFirst(isLast ? 0 : known) { verify(result, service, round) }
            try verify(all.references, service, round)
            let check = try Program.run(["db", "check", "--data", folder, "--full"])
            #expect(check.code == 0, "round \(round): \(check.output) \(check.errors)")
            known = all.results.count
            guard !isLast else {
                service.stop()
                break
            }
            let load = try Load(service, all, round: round)
            usleep(UInt32.random(in: 20_000...400_000, using: &random))
            service.kill()
            load.wait()
        }
        #expect(all.results.count > Self.rounds)
        #expect(!all.references.isEmpty)
        print(
            "crash: \(Self.rounds) rounds, \(all.results.count) results and \(all.references.count) references acknowledged, "
                + "slowest start \(starts.max() ?? 0) s")
    }

    private func prepare(_ service: RunningService) throws {
        for (product, threshold) in [("bad", "0.01"), ("good", "1"), ("refs", "0.5")] {
            let json = #"{"noun":"cable","threshold":\#(threshold),"keepImages":"all",\#(Self.types)}"#
            let answer = try #require(service.send("PUT", "/products/\(product)", body: Array(json.utf8)))
            #expect(answer.status == 201)
            var isReady = false
            while !isReady {
                let shown = try #require(service.send("GET", "/products/\(product)"))
                isReady = String(decoding: shown.body, as: UTF8.self).contains(#""status":"ready""#)
            }
        }
    }

    private func verify(_ result: Acknowledged.Result, _ service: RunningService, _ round: Int) {
        let base = "/results/\(result.id)"
        #expect(service.send("GET", base)?.body == result.document, "round \(round), \(result.id)")
        for path in result.masks + [base + "/heatmap.png", base + "/image"] {
            let picture = service.send("GET", path)
            #expect(picture?.status == 200, "round \(round), \(path)")
            #expect(picture.map { (try? ImageDecoder.decode($0.body)) != nil } == true, "round \(round), \(path)")
        }
    }

    private func verify(_ references: [String], _ service: RunningService, _ round: Int) throws {
        let answer = try #require(service.send("GET", "/products/refs/references"))
        let object = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        let stored = Set((object?["items"] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String })
        #expect(Set(references).isSubset(of: stored), "round \(round)")
        for id in references.suffix(3) {
            let picture = service.send("GET", "/products/refs/references/\(id)")
            #expect(picture.map { (try? ImageDecoder.decode($0.body)) != nil } == true, "round \(round), \(id)")
        }
    }
}

/// Clients that send until the service is gone.
private struct Load {
    private let group = DispatchGroup()

    init(_ service: RunningService, _ all: Acknowledged, round: Int) throws {
        let picture = try [UInt8](Data(contentsOf: URL(filePath: Fixtures.path("CLIP/tiny/query.png"))))
        for product in ["bad", "bad", "good"] {
            start {
                guard let answer = service.send("POST", "/inspect?product=\(product)", body: picture) else {
                    return false
                }
                // Results of good parts are retention's to remove.
                if answer.status == 200, product == "bad" { all.add(result: answer.body) }
                return true
            }
        }
        let number = Mutex(0)
        start {
            let number = number.withLock {
                $0 += 1
                return $0
            }
            let pixels = (0..<32 * 32).map { UInt8(truncatingIfNeeded: $0 &* (number + 3) &+ round &* 31 &+ $0 / 7) }
            guard
                let reference = try? PNGEncoder.encode(GrayImage(width: 32, height: 32, pixels: pixels)),
                let answer = service.send("POST", "/products/refs/references", body: reference)
            else { return false }
            if answer.status == 201 { all.add(references: answer.body) }
            return true
        }
    }

    func wait() { group.wait() }

    private func start(_ step: @escaping @Sendable () -> Bool) {
        group.enter()
        Thread.detachNewThread { [group] in
            while step() {}
            group.leave()
        }
    }
}
