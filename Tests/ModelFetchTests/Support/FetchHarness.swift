import Checkpoints
import Foundation
import ModelFetch
import Synchronization
import Testing

/// A server, a folder and a clock for one test.
final class FetchHarness {
    let server: TestServer
    let folder: URL
    private(set) var waited: [Duration] = []
    var progress: [FetchProgress] = []
    var freeBytes: Int?
    var isCancelled: () -> Bool = { false }
    var attempts = 6
    var totalWait: Duration { waited.reduce(Duration.zero) { $0 + $1 } }
    private var clock: Duration = .zero

    init(_ handler: @escaping TestServer.Handler) throws {
        server = try TestServer(handler)
        folder = FileManager.default.temporaryDirectory.appending(path: "fetch-\(UUID())")
    }

    deinit {
        server.stop()
        try? FileManager.default.removeItem(at: folder)
    }

    @discardableResult
    func fetch(_ files: [CatalogFile], revision: String = "r1", baseURL: String? = nil) throws -> [FetchedFile] {
        var options = FetchOptions()
        options.baseURL = baseURL ?? server.baseURL
        options.maximumAttempts = attempts
        options.usesProxyEnvironment = false
        let environment = FetchEnvironment(
            now: { [unowned self] in
                clock += .milliseconds(20)
                return clock
            },
            sleep: { [unowned self] in waited.append($0) }, freeBytes: { [unowned self] _ in freeBytes },
            isCancelled: { [unowned self] in isCancelled() })
        let model = CatalogModel(name: "tiny", summary: "", repository: "owner/name", revision: revision, files: files)
        return try ModelFetcher(options: options, environment: environment).fetch(model, into: folder.path) {
            [unowned self] in
            progress.append($0)
        }
    }

    func content(_ name: String) -> [UInt8]? { (try? Data(contentsOf: folder.appending(path: name))).map { Array($0) } }

    func write(_ bytes: [UInt8], to name: String) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: folder.appending(path: name))
    }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted() }
}

/// Expects a fetch error with this code and returns it.
@discardableResult
func expectFailure(
    _ code: FetchError.Code, location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> FetchError? {
    do {
        try body()
        Issue.record("expected \(code), found success", sourceLocation: location)
    } catch let error as FetchError {
        #expect(error.code == code, "\(error)", sourceLocation: location)
        return error
    } catch {
        Issue.record(error, sourceLocation: location)
    }
    return nil
}

/// 100 kB that repeat nowhere near each other.
let sample: [UInt8] = (0..<100_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 11) }

/// A second content of the same size.
let otherSample: [UInt8] = sample.map { $0 ^ 0xFF }
