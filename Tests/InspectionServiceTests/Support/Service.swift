import AnomalyDetection
import Foundation
import HTTPServer
import HTTPTypes
import Images
import Logging
import Storage
import Synchronization
import TestSupport
import Testing

@testable import InspectionService

/// How requests reach the service.
enum Transport: String, CaseIterable, Sendable {
    case inProcess
    case socket
}

/// A service of the tiny golden model on a store of its own.
struct Service: Sendable {
    let application: InspectionApplication
    let store: SQLiteStore
    let clock: TestClock
    /// What the service says of itself.
    let contract: Contract
    private let client: LiveClient?

    var core: ServiceCore { application.core }

    fileprivate init(
        application: InspectionApplication, store: SQLiteStore, clock: TestClock, transport: Transport
    ) throws {
        self.application = application
        self.store = store
        self.clock = clock
        contract = try Contract(application.openAPI.tree.bytes)
        client = transport == .socket ? LiveClient(address: try application.listen()) : nil
    }

    /// Sends a request, and holds the answer against the description of the interface.
    func send(
        _ method: String, _ path: String, _ fields: [String: String] = [:], body: [UInt8] = [],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Answer {
        let answer = try await answer(to: method, path, fields, body)
        let faults = try contract.faults(method, path, answer)
        #expect(
            faults.isEmpty, "/openapi.json and the answer to \(method) \(path) differ; the operation is in OpenAPI/",
            sourceLocation: sourceLocation)
        return answer
    }

    private func answer(
        to method: String, _ path: String, _ fields: [String: String], _ body: [UInt8]
    ) async throws -> Answer {
        if let client {
            var head = "\(method) \(path) HTTP/1.1\r\nConnection: close\r\n"
            if fields["Host"] == nil { head += "Host: localhost\r\n" }
            for (name, value) in fields { head += "\(name): \(value)\r\n" }
            head += "Content-Length: \(body.count)\r\n\r\n"
            return try await client.exchange(Array(head.utf8) + body)
        }
        var request = HTTPRequest(
            method: try #require(HTTPRequest.Method(method)), scheme: "http", authority: fields["Host"] ?? "localhost",
            path: path)
        for (name, value) in fields where name != "Host" {
            request.headerFields[try #require(HTTPField.Name(name))] = value
        }
        request.headerFields[.contentLength] = String(body.count)
        let response = await application.router.respond(
            to: request, body: body, maxBodyBytes: core.configuration.server.limits.maxBodyBytes,
            errorResponder: application.respond)
        var collected: [UInt8] = []
        switch response.body {
        case .empty: break
        case .bytes(let bytes): collected = bytes
        case .stream(let chunks): while let bytes = try await chunks.next() { collected += bytes }
        }
        return Answer(
            status: response.status.code,
            fields: response.headerFields.map { ($0.name.rawName, $0.value) }, body: collected)
    }

    /// Sends raw bytes over a socket.
    func exchange(_ bytes: [UInt8]) async throws -> Answer { try await #require(client).exchange(bytes) }

    /// Opens a connection of its own.
    func connect(receiveBufferBytes: Int? = nil) throws -> LiveConnection {
        try LiveConnection(#require(client).address, receiveBufferBytes: receiveBufferBytes)
    }

    /// Makes or replaces a product and waits until it can be inspected.
    @discardableResult
    func put(_ id: String, _ json: String) async throws -> Answer {
        let answer = try await send(
            "PUT", "/products/\(id)", ["Content-Type": "application/json"], body: Array(json.utf8))
        if let record = try await store.product(id) {
            _ = await (try core.registry.preparation(of: record)).finalState()
        }
        return answer
    }

    /// Waits, without sleeping, until something holds; the suite's time limit ends a wait in vain.
    func eventually(_ holds: () -> Bool) async {
        while !holds(), !Task.isCancelled { await Task.yield() }
    }

    /// Keeps the engine busy until the returned function is called.
    func occupyEngine() async -> @Sendable () -> Void {
        let gate = DispatchSemaphore(value: 0)
        let entered = Mutex(false)
        let core = core
        Task {
            try await core.compute.run {
                entered.withLock { $0 = true }; gate.wait()
            }
        }
        await eventually { entered.withLock { $0 } }
        return { gate.signal() }
    }
}

/// Clocks that move by one millisecond each time they are read.
final class TestClock: Sendable {
    private let ticks = Mutex(0)
    private let alarms = Mutex<[(limit: Duration, call: @Sendable () -> Void)]>([])
    private let generator: Mutex<SeededGenerator>

    init(seed: UInt64 = 1) { generator = Mutex(SeededGenerator(seed: seed)) }

    private func tick() -> Int {
        ticks.withLock {
            $0 += 1; return $0
        }
    }

    var environment: ServiceEnvironment {
        ServiceEnvironment(
            now: { Timestamp(microseconds: 1_767_225_600_000_000 + Int64(self.tick()) * 1000) },
            uptime: { .milliseconds(self.tick()) },
            random: { self.generator.withLock { $0.next() } },
            alarm: { limit, call in self.alarms.withLock { $0.append((limit, call)) } })
    }

    /// Alarms that somebody waits for.
    var pendingAlarms: Int { alarms.withLock { $0.count } }

    /// Lets everything that waits for an alarm have it now.
    func ringAlarms() {
        let due = alarms.withLock { alarms in
            defer { alarms = [] }
            return alarms
        }
        for alarm in due { alarm.call() }
    }
}

/// What tests share: the tiny model and pictures, loaded once.
enum Golden {
    static let model = Result { try GoldenModel.tiny() }
    /// The built-in knowledge base with two templates, so that few prompts are encoded.
    static let knowledgeBase = Result {
        var knowledgeBase = try KnowledgeBase.builtIn()
        let templates = #"{"format":1,"kind":"templates","templates":["a photo of {}.","there is {} here."]}"#
        try knowledgeBase.merge(file: "templates of the tests", bytes: Array(templates.utf8))
        return knowledgeBase
    }

    /// The query picture as PNG bytes.
    static func png(_ name: String = "query") throws -> [UInt8] { try Fixtures.bytes("CLIP/tiny/\(name).png") }

    /// The query picture as JPEG bytes.
    static func jpeg() throws -> [UInt8] {
        try JPEGEncoder.encode(try ImageDecoder.decode(try png()), quality: 90)
    }
}

/// Two defect types of one phrase each: few prompts, so that tests are fast.
let cable = """
    {"noun":"cable","defectTypes":[{"name":"bent","phrases":["{} has a bent defect"]},
    {"name":"kink","phrases":["{} with a kink","kinked {}"]}],"threshold":0.05}
    """

/// Runs a service in a folder of its own, which is gone afterwards.
func withService(
    _ transport: Transport = .inProcess, _ configure: (inout InspectionServiceConfiguration) -> Void = { _ in },
    _ body: (Service) async throws -> Void
) async throws {
    try await withDataFolder { folder in try await withService(transport, in: folder, configure, body) }
}

/// Runs a service on a data folder.
func withService(
    _ transport: Transport = .inProcess, in folder: String, seed: UInt64 = 1, isStarted: Bool = true,
    log: LogCapture? = nil, keys: AccessKeyFile? = nil,
    _ configure: (inout InspectionServiceConfiguration) -> Void = { _ in }, _ body: (Service) async throws -> Void
) async throws {
    var configuration = InspectionServiceConfiguration()
    configuration.engineName = "multiads/test"
    configuration.defaultDefectTypes = ["scratch"]
    configuration.server.port = 0
    configuration.maxImageSide = 64
    configure(&configuration)
    let store = try await SQLiteStore.open(directory: folder)
    let clock = TestClock(seed: seed)
    let handler: any LogHandler = if let log { log } else { SwiftLogNoOpLogHandler() }
    var logger = Logger(label: "test") { _ in handler }
    logger.logLevel = log == nil ? .critical : .trace
    let accessKeys = try keys.map { try AccessKeys(file: $0, isOptional: true, logger: logger) } ?? .open
    let application = InspectionApplication(
        model: try Golden.model.get().model, knowledgeBase: try Golden.knowledgeBase.get(), store: store,
        configuration: configuration, keys: accessKeys, logger: logger, environment: clock.environment)
    let service = try Service(application: application, store: store, clock: clock, transport: transport)
    do {
        if isStarted { try await application.start() }
        try await body(service)
    } catch {
        await application.drain(deadline: .milliseconds(1))
        try await store.close()
        throw error
    }
    await application.drain(deadline: .milliseconds(1))
    try await store.close()
}

/// A data folder that exists while the body runs, in memory where the system offers that.
func withDataFolder(_ body: (String) async throws -> Void) async throws {
    let memory = URL(filePath: "/dev/shm", directoryHint: .isDirectory)
    let isUsable = FileManager.default.isWritableFile(atPath: memory.path)
    let folder = (isUsable ? memory : FileManager.default.temporaryDirectory)
        .appending(path: "service-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder.path(percentEncoded: false))
}
