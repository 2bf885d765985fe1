import Foundation
import HTTPServer
import HTTPTypes
import Images
import Storage
import Testing

@testable import InspectionService

@Suite("POST /inspect:batch", .timeLimit(.minutes(2)))
struct BatchTests {
    private func form(_ pictures: [[UInt8]], metadata: String? = nil) -> [UInt8] {
        let parts = pictures.enumerated().map { index, bytes in
            (name: "image", file: Optional("part-\(index).png"), type: "image/png", bytes: bytes)
        }
        let list = metadata.map {
            [(name: "metadata", file: String?.none, type: "application/json", bytes: Array($0.utf8))]
        }
        return Form.body((list ?? []) + parts)
    }

    private func lines(_ answer: Answer) throws -> [JSON] {
        #expect(answer["content-type"] == "application/x-ndjson")
        #expect(answer.body.last == 10)
        return try answer.body.split(separator: 10).map { try JSON(Array($0)) }
    }

    @Test("answers a status and a result or problem for each picture", arguments: Transport.allCases)
    func mixed(_ transport: Transport) async throws {
        try await withService(transport) { service in
            try await service.put("cable", cable)
            let body = form(
                [try Golden.png(), Array("no picture".utf8), Array(try Golden.png().prefix(300)), try Golden.jpeg()],
                metadata: #"[{"partId":"P-0"},null,{},{"partId":"P-3","camera":"east","n":[1.50]}]"#)
            let answer = try await service.send(
                "POST", "/inspect:batch?product=cable", ["Content-Type": Form.type], body: body)
            #expect(answer.status == 200, "\(answer.text)")
            let lines = try lines(answer)
            let byIndex = Dictionary(
                uniqueKeysWithValues: lines.compactMap { line in line["index"].int.map { ($0, line) } })
            #expect(byIndex.keys.sorted() == [0, 1, 2, 3])
            #expect((0..<4).map { byIndex[$0]?["status"].int } == [200, 415, 422, 200])
            #expect(byIndex[1]?["problem"]["type"].string == "/problems/not-an-image")
            #expect(byIndex[2]?["problem"]["type"].string == "/problems/unusable-image")
            #expect(byIndex[3]?["name"].string == "part-3.png")
            for index in [0, 3] {
                let result = try #require(byIndex[index])["result"]
                #expect(result["partId"].string == "P-\(index)")
                let stored = try await service.send("GET", "/results/\(try #require(result["id"].string))")
                #expect(answer.text.contains(stored.text), "a batch answers the stored bytes")
            }
            #expect(byIndex[3]?["result"]["metadata"]["n"][0].double == 1.5)
            #expect(try await service.send("GET", "/results?camera=east").json()["items"].count == 1)
            await service.eventually { service.core.line.load == (0, 0) }
        }
    }

    @Test("keeps to its share of the line: a single request is not behind the whole batch")
    func fair() async throws {
        try await withService(.socket) { service in
            try await service.put("cable", cable)
            let release = await service.occupyEngine()
            let pictures = Array(repeating: try Golden.png(), count: 8)
            let batch = Task {
                try await service.send(
                    "POST", "/inspect:batch?product=cable", ["Content-Type": Form.type], body: form(pictures))
            }
            await service.eventually { service.core.compute.waiting == BatchStream.width }
            #expect(service.core.line.load.requests == BatchStream.width)
            let single = Task {
                try await service.send("POST", "/inspect?product=cable&partId=S", body: try Golden.png())
            }
            await service.eventually { service.core.compute.waiting == BatchStream.width + 1 }
            release()
            #expect(try await single.value.status == 200)
            #expect(try lines(try await batch.value).count == 8)
            let items = try await service.send("GET", "/results").json()["items"].items.reversed()
            let place = try #require(items.firstIndex { $0["partId"].string == "S" })
            #expect(items.distance(from: items.startIndex, to: place) <= BatchStream.width)
        }
    }

    @Test("is refused as a whole when the line is full, and waits for its places once it is admitted")
    func fullLine() async throws {
        try await withService(.socket, { $0.queueLength = 1 }) { service in
            try await service.put("cable", cable)
            let fields = ["Content-Type": Form.type]
            let release = await service.occupyEngine()
            let single = Task { try await service.send("POST", "/inspect?product=cable", body: try Golden.png()) }
            await service.eventually { service.core.compute.waiting == 1 }
            let body = form([try Golden.png(), try Golden.png(), try Golden.png()])
            let refused = try await service.send("POST", "/inspect:batch?product=cable", fields, body: body)
            try refused.expectProblem(429, "queue-full")
            #expect(refused["retry-after"] != nil)
            release()
            #expect(try await single.value.status == 200)
            let answer = try await service.send("POST", "/inspect:batch?product=cable", fields, body: body)
            #expect(try lines(answer).map { $0["status"].int } == [200, 200, 200])
        }
    }

    @Test("gives up the rest when the client hangs up")
    func hangUp() async throws {
        try await withService(.socket) { service in
            try await service.put("cable", cable)
            let release = await service.occupyEngine()
            let body = form(Array(repeating: try Golden.png(), count: 6))
            let connection = try service.connect()
            try connection.send(
                Array(
                    "POST /inspect:batch?product=cable HTTP/1.1\r\nHost: localhost\r\nContent-Type: \(Form.type)\r\nContent-Length: \(body.count)\r\n\r\n"
                        .utf8) + body)
            await service.eventually { service.core.compute.waiting == BatchStream.width }
            connection.close()
            await service.eventually { service.core.line.load == (0, 0) }
            #expect(service.core.compute.waiting == 0)
            release()
            #expect(try await service.send("GET", "/results").json()["items"].count == 0)
        }
    }

    @Test("holds a few pictures and lines, however many are sent and however slowly the lines are taken")
    func memory() async throws {
        let count = 24
        let body = form(Array(repeating: try Golden.png(), count: count))
        let bytesOfOne = try ImageDecoder.header(of: try Golden.png()).decodingBytes
        try await withService { service in
            try await service.put("cable", cable)
            let request = HTTPRequest(
                method: .post, scheme: "http", authority: "localhost", path: "/inspect:batch?product=cable",
                headerFields: [.contentType: Form.type])
            let response = await service.application.router.respond(
                to: request, body: body, errorResponder: service.application.respond)
            guard case .stream(let lines) = response.body else {
                Issue.record("a batch is answered as a stream, found \(response.status)")
                return
            }
            var most = (requests: 0, bytes: 0)
            func settled(at made: Int) async throws {
                func look() async throws -> Int {
                    let load = service.core.line.load
                    most = (max(most.requests, load.requests), max(most.bytes, load.bytes))
                    return try await service.store.resultTotals().all.results
                }
                while try await look() < made || service.core.line.load.requests > 0, !Task.isCancelled {
                    await Task.yield()
                }
                // Nobody takes a line: nothing more begins, however long that lasts.
                for _ in 0..<50 { await Task.yield() }
                #expect(try await look() == made)
            }
            try await settled(at: 0)
            for taken in 1...count {
                _ = try #require(try await lines.next())
                try await settled(at: min(count, taken - 1 + BatchStream.width))
            }
            #expect(try await lines.next() == nil)
            #expect(most.requests <= BatchStream.width && most.bytes <= BatchStream.width * bytesOfOne, "\(most)")
            #expect(most.requests > 0)
        }
    }

    @Test(
        "refuses forms that it cannot pair",
        arguments: [
            ("[{}]", 422, "invalid-metadata"), ("{}", 422, "invalid-metadata"), ("[{},7]", 422, "invalid-metadata"),
            (#"[{},{"partId":5}]"#, 422, "invalid-metadata"), ("[", 400, "malformed-json"),
            ("[{},{}]" + String(repeating: " ", count: 32_770), 422, "invalid-metadata"),
        ])
    func metadata(_ text: String, _ status: Int, _ kind: String) async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let body = form([try Golden.png(), try Golden.png()], metadata: text)
            let answer = try await service.send(
                "POST", "/inspect:batch?product=cable", ["Content-Type": Form.type], body: body)
            try answer.expectProblem(status, kind)
            #expect(try await service.send("GET", "/results").json()["items"].count == 0)
        }
    }
}

@Suite("A place in line")
struct WaitingPlaceTests {
    @Test("is waited for in the order of arrival, and nobody overtakes", .timeLimit(.minutes(1)))
    func order() async throws {
        let line = WorkLine(maxRequests: 2, maxBytes: 100)
        var places = [try line.enter(bytes: 60), try line.enter(bytes: 10)]
        let order = Order()
        func wait(_ name: String, _ bytes: Int) async -> Task<Void, any Error> {
            let waiting = line.waiting
            let task = Task {
                let place = try await line.enterWaiting(bytes: bytes)
                order.append(name)
                withExtendedLifetime(place) {}
            }
            while line.waiting == waiting { await Task.yield() }
            return task
        }
        // Too large to be admitted together: two tasks resumed at once may run in either order.
        let tasks = [await wait("large", 90), await wait("small", 20)]
        places.removeLast()
        // There is a place, but not for the first in line; neither the second nor a newcomer may pass it.
        #expect(line.waiting == 2)
        #expect(throws: Problem.self) { try line.enter(bytes: 1) }
        #expect(throws: Problem.self) { try line.checkForPlace() }
        places.removeAll()
        for task in tasks { try await task.value }
        #expect(order.names == ["large", "small"])
        #expect(line.load == (0, 0))
    }

    @Test("is given up by whoever is cancelled, and the next moves up", .timeLimit(.minutes(1)))
    func cancelled() async throws {
        let line = WorkLine(maxRequests: 2, maxBytes: 100)
        let place = try line.enter(bytes: 60)
        let large = Task { _ = try await line.enterWaiting(bytes: 90) }
        while line.waiting < 1 { await Task.yield() }
        let small = Task { _ = try await line.enterWaiting(bytes: 40) }
        while line.waiting < 2 { await Task.yield() }
        large.cancel()
        try await small.value
        await #expect(throws: CancellationError.self) { try await large.value }
        #expect(line.load == (1, 60))
        withExtendedLifetime(place) {}
    }
}
