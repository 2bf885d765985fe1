import HTTPServer
import HTTPTypes
import Testing

@Suite("Connection: deadlines")
struct ConnectionDeadlineTests {
    @Test("a connection that never speaks is closed after the header deadline")
    func silent() {
        var harness = MachineHarness()
        #expect(harness.secondsLeft == 10)
        #expect(harness.wait(9.9) == [])
        #expect(harness.wait(0.1) == ["close"])
    }

    @Test("the header deadline is total: drip-fed bytes do not move it")
    func slowHeader() {
        var harness = MachineHarness()
        _ = harness.wait(5)
        #expect(harness.receive("GET / HT") == [])
        #expect(harness.secondsLeft == 10)
        for _ in 0..<9 {
            #expect(harness.wait(1) == [])
            #expect(harness.receive("T") == [])
        }
        #expect(harness.wait(1) == ["answer 408"])
        #expect(harness.respond(.requestTimeout).first?.hasSuffix("Connection: close") == true)
        #expect(harness.written() == ["finished 408 completed", "shutdown"])
    }

    @Test("the body deadline is total, but bytes at the least rate earn time")
    func slowBody() {
        var harness = MachineHarness()
        _ = harness.receive(request("POST", "/", "Content-Length: 100000\r\n"))
        #expect(harness.admit(100_000) == [])
        #expect(harness.secondsLeft == 30)
        _ = harness.wait(10)
        _ = harness.receive("x")
        #expect(harness.secondsLeft == 20.001)
        _ = harness.receive(String(repeating: "x", count: 9_999))
        #expect(harness.secondsLeft == 30)
        #expect(harness.wait(30) == ["answer 408"])
    }

    @Test("a body that stands still is given up after the same time, however much of it came before")
    func stalledBody() {
        var harness = MachineHarness()
        _ = harness.receive(request("POST", "/", "Content-Length: 100000\r\n"))
        _ = harness.admit(100_000)
        _ = harness.receive(String(repeating: "x", count: 90_000))
        #expect(harness.secondsLeft == 30)
        _ = harness.wait(20)
        _ = harness.receive(String(repeating: "x", count: 1_000))
        #expect(harness.secondsLeft == 11, "a byte now and then buys no more than itself")
        #expect(harness.wait(10.9) == [])
        #expect(harness.wait(0.1) == ["answer 408"])
    }

    @Test("what only frames a chunked body earns no time")
    func framing() {
        var harness = MachineHarness()
        _ = harness.receive(request("POST", "/", "Transfer-Encoding: chunked\r\n"))
        _ = harness.admit(100_000)
        _ = harness.wait(10)
        _ = harness.receive("1;a=" + String(repeating: "x", count: 100))
        #expect(harness.secondsLeft == 20)
    }

    @Test("no deadline runs while a handler or stream is waited for")
    func handling() {
        var harness = MachineHarness()
        _ = harness.receive(request())
        _ = harness.admit()
        #expect(harness.secondsLeft == nil)
        #expect(harness.wait(100_000) == [])
        _ = harness.respond(.ok, [:], .stream)
        #expect(harness.secondsLeft == nil)
    }

    @Test("a reader that takes nothing is reset, and its stream cancelled")
    func slowReader() {
        var harness = MachineHarness()
        _ = harness.receive(request())
        _ = harness.admit()
        _ = harness.respond(.ok, [:], .stream)
        _ = harness.chunk(String(repeating: "x", count: 50_000))
        #expect(harness.secondsLeft == 20)
        _ = harness.wait(10)
        _ = harness.written(5_000)
        #expect(harness.secondsLeft == 15)
        #expect(harness.wait(15) == ["cancel", "finished 200 timedOut", "reset"])
        #expect(harness.machine.isClosed)
    }

    @Test("a reader that stops is reset after the same time, however much it took before")
    func stalledReader() {
        var harness = MachineHarness()
        _ = harness.receive(request())
        _ = harness.admit()
        _ = harness.respond(.ok, [:], .bytes(Array(repeating: 0, count: 100_000)))
        _ = harness.written(90_000)
        #expect(harness.secondsLeft == 20)
        _ = harness.wait(15)
        _ = harness.written(2_000)
        #expect(harness.secondsLeft == 7)
        #expect(harness.wait(7) == ["finished 200 timedOut", "reset"])
    }

    @Test("an idle connection is closed in silence")
    func idle() {
        var harness = MachineHarness()
        _ = harness.receive(request())
        _ = harness.admit()
        _ = harness.respond()
        _ = harness.written()
        #expect(harness.secondsLeft == 60)
        #expect(harness.wait(60) == ["close"])
    }

    @Test("a refused body that does not come is not waited for long")
    func discarding() {
        var harness = MachineHarness()
        _ = harness.receive(request("POST", "/", "Content-Length: 50\r\n"))
        _ = harness.refuse(.notFound)
        _ = harness.respond(.notFound)
        #expect(harness.written() == [])
        #expect(harness.secondsLeft == 30)
        #expect(harness.wait(30) == ["finished 404 completed", "close"])
    }
}

@Suite("Connection: endings")
struct ConnectionEndingTests {
    @Test("a client that leaves before its request is complete is dropped")
    func leaving() {
        var idle = MachineHarness()
        #expect(idle.endOfInput() == ["close"])
        var head = MachineHarness()
        _ = head.receive("GET /")
        #expect(head.endOfInput() == ["finished 0 clientClosed", "close"])
        var body = MachineHarness()
        _ = body.receive(request("POST", "/", "Content-Length: 5\r\n", "ab"))
        _ = body.admit()
        #expect(body.endOfInput() == ["finished 0 clientClosed", "close"])
    }

    @Test("a client that hangs up cancels the handler, and still gets what that answers")
    func hangUp() {
        var harness = MachineHarness()
        _ = harness.receive(request())
        _ = harness.admit()
        #expect(harness.peerHungUp() == ["cancel"])
        #expect(harness.respond() == ["write HTTP/1.1 200 OK|Date: D|Content-Length: 0"])
        #expect(harness.written() == ["finished 200 completed"])
        #expect(harness.endOfInput() == ["close"])
    }

    @Test("a client that hangs up ends a stream, before its first piece and later")
    func hangUpOnStream() {
        var waiting = MachineHarness()
        _ = waiting.receive(request())
        _ = waiting.admit()
        _ = waiting.respond(.ok, [:], .stream)
        #expect(waiting.peerHungUp() == ["cancel", "finished 200 clientClosed", "close"])
        var sending = MachineHarness()
        _ = sending.receive(request())
        _ = sending.admit()
        _ = sending.respond(.ok, [:], .stream)
        _ = sending.chunk("piece")
        #expect(sending.peerHungUp() == ["cancel", "finished 200 clientClosed", "close"])
    }

    @Test("a hang-up elsewhere is left to the next read or write")
    func hangUpElsewhere() {
        var harness = MachineHarness()
        #expect(harness.peerHungUp() == [])
        _ = harness.receive(request())
        _ = harness.admit()
        _ = harness.respond(.ok, [:], .stream)
        _ = harness.chunk(nil)
        #expect(harness.peerHungUp() == [])
    }

    @Test("draining closes idle connections at once and busy ones after their response")
    func drain() {
        var idle = MachineHarness()
        #expect(idle.drain() == ["close"])
        var busy = MachineHarness()
        _ = busy.receive(request("GET", "/1") + request("GET", "/2"))
        _ = busy.admit()
        #expect(busy.drain() == [])
        #expect(busy.respond() == ["write HTTP/1.1 200 OK|Date: D|Content-Length: 0|Connection: close"])
        #expect(busy.written() == ["finished 200 completed", "shutdown"])
        var receiving = MachineHarness()
        _ = receiving.receive("GET / HTTP/1.1\r\n")
        #expect(receiving.drain() == [])
        #expect(receiving.receive("Host: h\r\n\r\n") == ["route GET /"])
    }

    @Test("draining while a response is sent closes behind it")
    func drainFlushing() {
        var harness = MachineHarness()
        _ = harness.receive(request())
        _ = harness.admit()
        _ = harness.respond()
        #expect(harness.drain() == [])
        #expect(harness.written() == ["finished 200 completed", "shutdown"])
    }

    @Test("stopping cuts off what still runs")
    func stop() {
        var harness = MachineHarness()
        _ = harness.receive(request())
        _ = harness.admit()
        #expect(harness.stop() == ["cancel", "finished 0 aborted", "close"])
        #expect(harness.stop() == [])
        #expect(harness.receive(request()) == [])
        #expect(harness.respond() == [], "an answer that comes too late goes nowhere")
    }

    @Test(
        "stopping resets where the close itself would end the body, so that a part never looks whole",
        arguments: [("1.0", "reset"), ("1.1", "close")])
    func stopStream(version: String, end: String) {
        var harness = MachineHarness()
        _ = harness.receive("GET / HTTP/\(version)\r\nHost: h\r\n\r\n")
        _ = harness.admit()
        #expect(harness.respond(.ok, [:], .stream) == ["pull"])
        _ = harness.chunk("half")
        _ = harness.written()
        #expect(harness.stop() == ["cancel", "finished 200 aborted", end])
    }
}

@Suite("Deadline queue")
struct DeadlineQueueTests {
    @Test("gives back deadlines in order, and none too early", arguments: [1, 2, 3])
    func order(seed: UInt64) {
        var queue = DeadlineQueue<Int>()
        var state = seed
        var expected: [Int64] = []
        for key in 0..<500 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let at = Int64(state >> 33) % 1000
            expected.append(at)
            queue.insert(key, at: MonotonicInstant(nanoseconds: at))
        }
        expected.sort()
        var found: [Int64] = []
        for now in 0..<1000 {
            while let (at, _) = queue.popExpired(at: MonotonicInstant(nanoseconds: Int64(now))) {
                #expect(at.nanoseconds == Int64(now))
                found.append(at.nanoseconds)
            }
        }
        #expect(found == expected)
        #expect(queue.earliest == nil)
    }
}

@Suite("Shortages")
struct ShortageEpisodeTests {
    @Test("are told once, until everything went well for a while")
    func once() {
        var shortage = ShortageEpisode()
        // Ten times a second for twenty seconds, ten seconds after the last, and more than that after it.
        let seconds = (0...200).map { Double($0) / 10 } + [30, 40.1]
        let told = seconds.filter {
            shortage.failed(at: MonotonicInstant(nanoseconds: 0).advanced(by: .seconds($0)))
        }
        #expect(told == [0, 40.1])
    }
}

@Suite("Dates of HTTP")
struct HTTPDateTests {
    @Test(
        "are in the fixed format",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"), (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ])
    func format(seconds: Int, text: String) {
        #expect(String(decoding: HTTPDate.encode(secondsSince1970: seconds), as: UTF8.self) == text)
    }
}
