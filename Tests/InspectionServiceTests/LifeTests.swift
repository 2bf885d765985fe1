import Storage
import Tensors
import Testing

@testable import InspectionService

@Suite("Life of the service", .timeLimit(.minutes(2)))
struct LifeTests {
    @Test("is alive from the start and ready once the model is tested", arguments: Transport.allCases)
    func readiness(_ transport: Transport) async throws {
        try await withDataFolder { folder in
            try await withService(transport, in: folder, isStarted: false) { service in
                for path in ["/livez", "/healthz", "/health", "/v2/health/live"] {
                    #expect(try await service.send("GET", path).status == 200)
                }
                try await service.send("GET", "/readyz").expectProblem(503, "not-ready")
                let early = try await service.send("POST", "/inspect", body: try Golden.png())
                try early.expectProblem(503, "not-ready")
                #expect(early["retry-after"] != nil)
                try await service.application.start()
                #expect(try await service.send("GET", "/readyz").status == 200)
                #expect(try await service.send("GET", "/v2/health/ready").status == 200)
                let details = try await service.send("GET", "/readyz?verbose").json()
                #expect(details["status"].string == "ready")
                #expect(details["store"]["writable"].value as? Bool == true)
                #expect(details["model"]["imageSide"].int == 56)
                #expect(details["queue"]["requests"].int == 0)
            }
        }
    }

    @Test("is ready after a while although the default product's prompts take longer, and says so to its inspections")
    func longPreparation() async throws {
        try await withDataFolder { folder in
            try await withService(in: folder, isStarted: false) { service in
                // The engine is taken until the self-test waits for it, and again right behind the self-test.
                let release = await service.occupyEngine()
                let start = Task { try await service.application.start() }
                await service.eventually { service.core.compute.waiting == 1 }
                let gate = DispatchGate()
                let blocker = Task { try await service.core.compute.run { gate.wait() } }
                await service.eventually { service.core.compute.waiting == 2 }
                release()
                await service.eventually { service.clock.pendingAlarms > 0 }
                try await service.send("GET", "/readyz").expectProblem(503, "not-ready")
                service.clock.ringAlarms()
                try await start.value
                #expect(try await service.send("GET", "/readyz").status == 200)
                let refused = try await service.send("POST", "/inspect", body: try Golden.png())
                try refused.expectProblem(503, "product-preparing")
                #expect(refused["retry-after"] != nil)
                gate.open()
                try await blocker.value
                let product = try #require(try await service.store.product("default"))
                _ = await (try service.core.registry.preparation(of: product)).finalState()
                #expect(try await service.send("POST", "/inspect", body: try Golden.png()).status == 200)
            }
        }
    }

    @Test(
        "does not start with a default product that nobody could inspect, and has stored nothing of it",
        arguments: [
            (["scrath"], "object", "“scratch”"), (["scratch", "scratch"], "object", "once"),
            (["scratch"], "a\nb", "noun"),
        ])
    func badDefaults(_ types: [String], _ noun: String, _ says: String) async throws {
        try await withDataFolder { folder in
            try await withService(in: folder, isStarted: false) {
                $0.defaultDefectTypes = types
                $0.defaultProductNoun = noun
            } _: { service in
                let error = try await #require(throws: Problem.self) { try await service.application.start() }
                #expect("\(error)".contains("inspection.defaultDefectTypes") && "\(error)".contains(says), "\(error)")
                #expect(try await service.store.product("default") == nil)
            }
            try await withService(in: folder, seed: 2) { service in
                let answer = try await service.send("POST", "/inspect", body: try Golden.png())
                #expect(answer.status == 200)
            }
        }
    }

    @Test("starts although the default product cannot be prepared any more, says so, and takes other settings")
    func lostDefaults() async throws {
        try await withDataFolder { folder in
            let store = try await SQLiteStore.open(directory: folder)
            let settings = ProductSettings(noun: "part", defectTypes: [.init(name: "gone")])
            _ = try await store.putProduct("default", settings: settings, if: .none, at: Timestamp(microseconds: 1))
            try await store.close()
            let log = LogCapture()
            try await withService(in: folder, log: log) { service in
                #expect(!log.lines("the default product cannot be inspected").isEmpty)
                try await service.send("POST", "/inspect", body: try Golden.png())
                    .expectProblem(503, "preparation-failed")
                #expect(try await service.send("GET", "/products/default").json()["status"].string == "failed")
                try await service.put("default", cable)
                #expect(try await service.send("POST", "/inspect", body: try Golden.png()).status == 200)
            }
        }
    }

    @Test("shows in its details what computes, why, and what is not used because it computes wrongly")
    func arithmetic() async throws {
        let selection = try Arithmetic.select(engine: .openblas, precision: .f32)
        try await withService(.inProcess, { $0.arithmetic = selection }) { service in
            let shown = try await service.send("GET", "/readyz?verbose").json()["arithmetic"]
            #expect(shown["image"].string == Arithmetic.reference.description)
            #expect(shown["text"].string == Arithmetic.reference.description)
            #expect(shown["reason"].string == "f32 as asked for; engine openblas, as asked for")
            #expect(shown["rejected"].count == 0)
        }
    }

    @Test("refuses work while draining, and says so")
    func draining() async throws {
        try await withService { service in
            await service.application.drain(deadline: .milliseconds(1))
            try await service.send("GET", "/readyz").expectProblem(503, "draining")
            for (method, path) in [
                ("POST", "/inspect"), ("PUT", "/products/a"), ("POST", "/products/default/references"),
            ] {
                let answer = try await service.send(method, path, body: try Golden.png())
                try answer.expectProblem(503, "draining")
                #expect(answer["retry-after"] != nil)
            }
            #expect(try await service.send("GET", "/livez").status == 200)
            #expect(try await service.send("GET", "/results").status == 200)
        }
    }

    @Test("waits for work that ends, and not for ever for work that does not")
    func boundedWait() async throws {
        let clock = TestClock()
        await clock.environment.wait(atMost: .seconds(5)) {}
        clock.ringAlarms()
        let never = AsyncStream<Void>.makeStream()
        let waiting = Task {
            await clock.environment.wait(atMost: .seconds(5)) { for await _ in never.stream { break } }
        }
        while clock.pendingAlarms == 0 { await Task.yield() }
        clock.ringAlarms()
        await waiting.value
        never.continuation.finish()
    }

    @Test("keeps everything over a restart")
    func restart() async throws {
        try await withDataFolder { folder in
            var before = Answer(status: 0, fields: [], body: [])
            var product = Answer(status: 0, fields: [], body: [])
            var result = ""
            try await withService(.socket, in: folder) { service in
                try await service.put("cable", cable)
                _ = try await service.send("POST", "/products/cable/references", body: try Golden.png("reference_0"))
                before = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
                result = try #require(try before.json()["id"].string)
                product = try await service.send("GET", "/products/cable")
            }
            try await withService(.socket, in: folder, seed: 2) { service in
                #expect(try await service.send("GET", "/products/cable").body == product.body)
                #expect(try await service.send("GET", "/results/\(result)").body == before.body)
                let after = try await service.send("POST", "/inspect?product=cable", body: try Golden.png()).json()
                let old = try before.json()
                #expect(after["shots"].int == 1)
                #expect(after["score"].double == old["score"].double)
                #expect(after["provenance"]["references"].string == "v1")
                #expect(try await service.send("GET", "/results?product=cable").json()["items"].count == 2)
            }
        }
    }

    @Test("answers 503 when the disk is full, and has stored nothing of the result", arguments: [0, 1, 2])
    func fullDisk(_ pages: Int) async throws {
        try await withService { service in
            try await service.put("cable", cable)
            _ = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
            let before = try await service.rowCounts()
            try await service.limitGrowth(toPages: pages)
            var refused: Answer?
            for _ in 0..<200 where refused == nil {
                let answer = try await service.send(
                    "POST", "/inspect?product=cable", ["Accept": "multipart/mixed"], body: try Golden.png())
                if answer.status != 200 { refused = answer }
            }
            let answer = try #require(refused)
            try answer.expectProblem(503, "store-full")
            #expect(answer["retry-after"] == "30")
            let stored = try await service.send("GET", "/results?pageSize=1000").json()["items"].count
            let after = try await service.rowCounts()
            #expect(after["results"] == stored)
            // Every stored result has all that belongs to it: no row without its fellows.
            let defects = (before["result_defects"] ?? 0) / max(1, before["results"] ?? 0)
            #expect(after["result_defects"] == stored * defects)
            #expect(after["result_files"] == stored * (defects + 1))
            try await service.limitGrowth(toPages: nil)
            #expect(try await service.send("POST", "/inspect?product=cable", body: try Golden.png()).status == 200)
        }
    }
}

@Suite("Requests without a body", .timeLimit(.minutes(2)))
struct BodilessRequestTests {
    @Test("are refused by their head when they bring one all the same, on every route that takes none")
    func everyRoute() async throws {
        try await withService { service in
            let routes = service.application.routes.filter { ["GET", "DELETE"].contains($0.method) }
            #expect(routes.count > 20)
            for route in routes {
                let path = route.pattern.replacing(#/\{\w+\}/#, with: "x")
                let answer = try await service.send(route.method, path, body: [0x7B])
                #expect(answer.status == 413, "\(route.method) \(path)")
                try answer.expectProblem(413, "body-too-large")
            }
        }
    }

    @Test("need not say so, and are refused before the body is sent")
    func announced() async throws {
        try await withService(.socket) { service in
            for (field, status) in [
                ("Content-Length: 0", 200), ("X-Nothing: 0", 200), ("Content-Length: 33554431", 413),
                ("Transfer-Encoding: chunked", 413),
            ] {
                let head = "GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(field)\r\n\r\n"
                let chunk = field.hasPrefix("Transfer") ? "5\r\n" : ""
                let answer = try await service.exchange(Array((head + chunk).utf8))
                #expect(answer.status == status, "\(field)")
            }
        }
    }
}

@Suite("The waiting line", .timeLimit(.minutes(2)))
struct WaitingLineTests {
    @Test("answers 429 with Retry-After at once when it is full, by requests or by bytes", arguments: [true, false])
    func full(_ byRequests: Bool) async throws {
        try await withService(.socket) {
            if byRequests { $0.queueLength = 1 } else { $0.queueBytes = 61 * 45 * 3 }
        } _: { service in
            try await service.put("cable", cable)
            let release = await service.occupyEngine()
            let first = Task { try await service.send("POST", "/inspect?product=cable", body: try Golden.png()) }
            await service.eventually { service.core.compute.waiting == 1 }
            let refused = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
            try refused.expectProblem(429, "queue-full")
            #expect(try #require(refused["retry-after"].flatMap { Int($0) }) >= 1)
            #expect(try await service.send("GET", "/livez").status == 200)
            release()
            #expect(try await first.value.status == 200)
            let next = try await service.send("POST", "/inspect?product=cable", body: try Golden.png())
            #expect(next.status == 200)
            await service.eventually { service.core.line.load == (0, 0) }
        }
    }

    @Test("forgets work whose client hung up")
    func cancelled() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let release = await service.occupyEngine()
            let first = Task { try await service.send("POST", "/inspect?product=cable", body: try Golden.png()) }
            await service.eventually { service.core.compute.waiting == 1 }
            first.cancel()
            _ = try await first.value
            #expect(service.core.compute.waiting == 0)
            #expect(service.core.line.load == (0, 0))
            release()
            #expect(try await service.send("GET", "/results").json()["items"].count == 0)
        }
    }

    @Test("lets preparations and inspections take turns")
    func lanes() async throws {
        let queue = ComputeQueue()
        let order = Order()
        let gate = AsyncStream<Void>.makeStream()
        let release = DispatchGate()
        let first = Task {
            try await queue.run {
                gate.continuation.yield(); release.wait()
            }
        }
        for await _ in gate.stream { break }
        var tasks: [Task<Void, any Error>] = []
        for (lane, name) in [
            (ComputeQueue.Lane.background, "b1"), (.background, "b2"), (.request, "r1"), (.request, "r2"),
        ] {
            let waiting = queue.waiting
            tasks.append(Task { try await queue.run(lane) { order.append(name) } })
            while queue.waiting == waiting { await Task.yield() }
        }
        release.open()
        try await first.value
        for task in tasks { try await task.value }
        #expect(order.names == ["b1", "r1", "b2", "r2"])
    }

    @Test("lets inspections decode before pictures of results are drawn")
    func picturesInOrder() async throws {
        let queue = PictureQueue(threads: 1)
        let order = Order()
        let gate = DispatchGate()
        let first = Task { try await queue.run { gate.wait() } }
        while !queue.isBusy { await Task.yield() }
        var tasks: [Task<Void, any Error>] = []
        for (lane, name) in [
            (PictureQueue.Lane.drawing, "d1"), (.drawing, "d2"), (.inspection, "i1"), (.drawing, "cancelled"),
            (.inspection, "i2"),
        ] {
            let waiting = queue.waiting
            tasks.append(Task { try await queue.run(lane) { order.append(name) } })
            while queue.waiting == waiting { await Task.yield() }
        }
        tasks[3].cancel()
        await #expect(throws: CancellationError.self) { try await tasks[3].value }
        gate.open()
        try await first.value
        for index in [0, 1, 2, 4] { try await tasks[index].value }
        #expect(order.names == ["i1", "i2", "d1", "d2"])
    }

    @Test("leaves one of several threads for pictures to inspections", arguments: [(1, 1), (2, 1), (3, 2)])
    func drawingsAtOnce(threads: Int, turns: Int) async throws {
        let line = DrawingLine(pictureThreads: threads, maxWaiting: 1)
        var held: [WorkLine.Place] = []
        for _ in 0..<turns { held.append(try await line.enter()) }
        let next = Task { try await line.enter() }
        while line.waiting == 0 { await Task.yield() }
        await #expect(throws: Problem.self) { try await line.enter() }
        held.removeAll()
        _ = try await next.value
    }

    @Test("admits any size when it is empty, and counts down when a place is given back")
    func places() throws {
        let line = WorkLine(maxRequests: 2, maxBytes: 100)
        var places = [try line.enter(bytes: 1000)]
        #expect(throws: Problem.self) { try line.enter(bytes: 0) }
        places.removeAll()
        #expect(line.load == (0, 0))
        places = [try line.enter(bytes: 60), try line.enter(bytes: 40)]
        #expect(throws: Problem.self) { try line.enter(bytes: 0) }
        #expect(line.load == (2, 100))
    }
}
