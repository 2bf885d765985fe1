import Dispatch
import Foundation
import HTTPServer
import HTTPTypes
import Testing

@Suite("Live server: streams and hang-ups", .timeLimit(.minutes(3)))
struct LiveStreamTests {
    @Test("a slow reader holds the producer back, and hanging up stops it")
    func backPressure() async throws {
        // 1 GiB in all: without back-pressure it would be made in full, and never cancelled.
        let chunks = TestChunks { $0 < 1024 ? [UInt8](repeating: 0x61, count: 1 << 20) : nil }
        var router = Router()
        router.on(.get, "/") { _ in ServerResponse(status: .ok, body: .stream(chunks)) }
        try await withServer(router) { address in
            let client = try TestClient(address, receiveBuffer: 64 * 1024)
            try client.send(request())
            _ = try client.take(1 << 20)
            client.close()
            #expect(chunks.stopped.wait())
            #expect(chunks.count < 64, "the kernel's buffers hold a few MiB, no more may have been made")
        }
    }

    @Test("a reader that stops is cut off at the write deadline")
    func writeDeadline() async throws {
        let chunks = TestChunks { _ in [UInt8](repeating: 0x61, count: 1 << 20) }
        var router = Router()
        router.on(.get, "/") { _ in ServerResponse(status: .ok, body: .stream(chunks)) }
        let observer = RecordingObserver()
        try await withServer(
            router,
            configure: {
                $0.deadlines.write = .milliseconds(100)
                $0.limits.minBytesPerSecond = 1 << 30
            }, observer: observer
        ) { address in
            let client = try TestClient(address, receiveBuffer: 4096)
            try client.send(request())
            #expect(observer.finished.wait())
            #expect(chunks.stopped.wait())
        }
        #expect(observer.allRecords.map(\.outcome) == [.timedOut])
    }

    @Test("a client that hangs up cancels its handler's task")
    func hangUp() async throws {
        let (entered, cancelled, gate) = (Signal(), Signal(), Gate())
        var router = Router()
        router.on(.get, "/") { _ in
            entered.send()
            await withTaskCancellationHandler {
                await gate.wait()
            } onCancel: {
                cancelled.send()
                gate.open()
            }
            return ServerResponse("too late")
        }
        try await withServer(router) { address in
            let client = try TestClient(address)
            try client.send(request())
            #expect(entered.wait())
            client.close()
            #expect(cancelled.wait())
        }
    }

    @Test("a client that hangs up before a stream's first piece stops the stream")
    func hangUpBeforeFirstPiece() async throws {
        let (entered, gate) = (Signal(), Gate())
        let chunks = TestChunks { _ in
            entered.send()
            return [0x61]
        }
        struct Waiting: ResponseChunks {
            let chunks: TestChunks
            let gate: Gate

            func next() async throws -> [UInt8]? {
                _ = try chunks.next()
                await gate.wait()
                return nil
            }

            func cancelled() {
                chunks.cancelled()
                gate.open()
            }
        }
        var router = Router()
        router.on(.get, "/") { _ in ServerResponse(status: .ok, body: .stream(Waiting(chunks: chunks, gate: gate))) }
        try await withServer(router) { address in
            let client = try TestClient(address)
            try client.send(request())
            #expect(entered.wait())
            client.close()
            #expect(chunks.stopped.wait())
        }
    }

    @Test("a stream that fails is never taken for a whole one")
    func failures() async throws {
        struct Broken: Error {}
        var router = Router()
        router.on(.get, "/early") { _ in ServerResponse(status: .ok, body: .stream(TestChunks { _ in throw Broken() }))
        }
        router.on(.get, "/late") { _ in
            ServerResponse(status: .ok, body: .stream(TestChunks { if $0 == 0 { [0x61] } else { throw Broken() } }))
        }
        router.on(.get, "/invalid") { _ in ServerResponse(status: .init(code: 99)) }
        try await withServer(router) { address in
            let client = try TestClient(address)
            try client.send(request("GET", "/early"))
            #expect(try client.response().status == 500)
            try client.send(request("GET", "/invalid"))
            #expect(try client.response().status == 500)
            try client.send(request("GET", "/late"))
            #expect(throws: TestClient.Failure.self) { try client.response() }
        }
    }
}

@Suite("Live server: starting and stopping", .timeLimit(.minutes(3)))
struct LiveLifecycleTests {
    @Test("draining lets the running request finish, closes idle connections and takes no new ones")
    func drain() async throws {
        let (entered, gate) = (Signal(), Gate())
        var router = Router()
        router.on(.get, "/slow") { _ in
            entered.send()
            await gate.wait()
            return ServerResponse("done")
        }
        router.on(.get, "/") { _ in ServerResponse("ok") }
        var configuration = ServerConfiguration()
        configuration.port = 0
        // Each loop hears of the draining by itself: with several, the busy connection's may answer before it does.
        configuration.eventLoops = 1
        let observer = RecordingObserver()
        let server = HTTPServer(configuration: configuration, router: router, observer: observer)
        let address = try server.start()
        async let drained: Void = {
            await entered.waitAsync(); await server.drain(deadline: .seconds(600))
        }()
        try await onThread {
            let idle = try TestClient(address)
            try idle.send(request())
            #expect(try idle.response().text == "ok")
            let busy = try TestClient(address)
            try busy.send(request("GET", "/slow"))
            #expect(observer.happened.wait())
            #expect(try idle.rest() == [])
            #expect(throws: TestClient.Failure.self) { try TestClient(address) }
            gate.open()
            let response = try busy.response()
            #expect(response.text == "done")
            #expect(response["connection"] == "close")
        }
        await drained
        #expect(server.activeConnections == 0)
        #expect(observer.allEvents == [.drainStarted(activeConnections: 2)])
    }

    @Test("draining ends at its deadline, whatever still runs")
    func drainDeadline() async throws {
        let (entered, gate) = (Signal(), Gate())
        var router = Router()
        router.on(.get, "/") { _ in
            entered.send()
            await gate.wait()
            return ServerResponse("too late")
        }
        var configuration = ServerConfiguration()
        configuration.port = 0
        let server = HTTPServer(configuration: configuration, router: router)
        let address = try server.start()
        async let drained: Void = {
            await entered.waitAsync()
            await server.drain(deadline: .milliseconds(50))
        }()
        try await onThread {
            let client = try TestClient(address)
            try client.send(request())
            #expect(try client.rest(toleratingReset: true) == [])
        }
        await drained
        #expect(server.activeConnections == 0)
        gate.open()
        // Draining again, or never having started, returns at once.
        await server.drain()
        await HTTPServer(router: router).drain()
    }

    @Test("letting go of a running server stops it")
    func abandoned() async throws {
        var router = Router()
        router.onInline(.get, "/") { _ in ServerResponse("ok") }
        var configuration = ServerConfiguration()
        configuration.port = 0
        var server: HTTPServer? = HTTPServer(configuration: configuration, router: router)
        let address = try #require(try server?.start())
        let (connected, gone) = (Signal(), Signal())
        async let closed: [UInt8] = onThread {
            let client = try TestClient(address)
            try client.send(request())
            _ = try client.response()
            connected.send()
            #expect(gone.wait())
            return try client.rest()
        }
        await connected.waitAsync()
        server = nil
        gone.send()
        #expect(try await closed == [])
    }

    @Test("starting fails with a reason")
    func startErrors() async throws {
        let router = Router()
        var configuration = ServerConfiguration()
        configuration.port = 0
        let server = HTTPServer(configuration: configuration, router: router)
        let address = try server.start()
        #expect(throws: ServerError.self) { try server.start() }
        configuration.port = address.port
        let taken = #expect(throws: ServerError.self) {
            try HTTPServer(configuration: configuration, router: router).start()
        }
        #expect(taken?.code == .cannotListen)
        #expect(taken?.errno == EADDRINUSE)
        let refused = try #require(taken)
        #expect(throws: refused) { try HTTPServer.checkAddress(of: configuration) }
        configuration.port = 0
        #expect(throws: Never.self) { try HTTPServer.checkAddress(of: configuration) }
        configuration.port = address.port
        configuration.host = "999.1.1.1"
        let unknown = #expect(throws: ServerError.self) {
            try HTTPServer(configuration: configuration, router: router).start()
        }
        #expect(unknown?.code == .unknownHost)
        configuration.limits.maxHeaderCount = 0
        let invalid = #expect(throws: ServerError.self) {
            try HTTPServer(configuration: configuration, router: router).start()
        }
        #expect(invalid?.description == "limits.maxHeaderCount must be at least 1, found 0")
        await server.drain()
        let again = #expect(throws: ServerError.self) { try server.start() }
        #expect(again?.code == .alreadyStarted)
    }

    @Test("running out of descriptors pauses accepting, and nothing more")
    func descriptors() async {
        // In a process of its own, which may use up its descriptors.
        await #expect(processExitsWith: .success) {
            var router = Router()
            router.onInline(.get, "/") { _ in ServerResponse("ok") }
            let observer = RecordingObserver()
            try await withServer(router, observer: observer) { address in
                var limit = rlimit(rlim_cur: 64, rlim_max: 64)
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                var spare: [Int32] = []
                while case let copy = dup(0), copy >= 0 { spare.append(copy) }
                close(spare.removeLast())
                let client = try TestClient(address)
                try client.send(request())
                guard observer.happened.wait() else { exit(2) }
                // It is tried again every 100 ms, and told no more.
                guard !client.isReadable(within: 350), observer.allEvents == [.acceptPaused(errno: EMFILE)] else {
                    exit(4)
                }
                for copy in spare { close(copy) }
                guard try client.response().text == "ok" else { exit(3) }
            }
        }
    }
}

extension Signal {
    /// `wait` for asynchronous code.
    func waitAsync() async {
        _ = try? await onThread { self.wait() }
    }
}
