import Foundation
import Testing

@testable import Training

/// Bounds the size of files that this process writes; nil lifts the bound again.
private func limitFiles(to bytes: Int?) {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
    limit.rlim_cur = bytes.map { rlim_t($0) } ?? limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
}

private func featureFiles(_ fixture: TrainingFixture) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: fixture.out.features)
        .filter { !$0.hasSuffix("/") && $0.contains("/") }
}

@Suite("A disk that becomes full while features are kept")
struct FullDiskTests {
    /// In a process of its own, whose files may not grow beyond a size: writes then fail in the middle, as on a full disk.
    @Test("ends with a clear error, keeps what was whole and nothing else, and the next run goes on from there")
    func fullDisk() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let fixture = try TrainingFixture()
            let error = try #require(throws: TrainingError.self) {
                try fixture.train { event in
                    if case .encoding(done: 3, total: _) = event { limitFiles(to: 10_000) }
                }
            }
            limitFiles(to: nil)
            #expect(error.code == .noSpace)
            #expect(error.description.contains(fixture.out.features), "\(error)")
            #expect(error.description.contains("--feature-cache"), "\(error)")
            let kept = try featureFiles(fixture)
            #expect(kept.count == 3, "\(kept)")
            #expect(kept.allSatisfy { $0.hasSuffix(".safetensors") && !$0.contains("/.") }, "\(kept)")

            var plan: TrainingEvent.FeaturePlan?
            let outcome = try fixture.train { if case .features(let found) = $0 { plan = found } }
            #expect(plan?.present == 3 && plan?.kept == 9)
            let fresh = try TrainingFixture()
            #expect(try fresh.train() == outcome)
        }
    }
}
