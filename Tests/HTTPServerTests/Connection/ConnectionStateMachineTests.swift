import HTTPServer
import HTTPTypes
import Testing

@Suite("Connection: requests and responses")
struct ConnectionExchangeTests {
    @Test("serves one request after another, in the order they were sent")
    func pipelining() {
        var harness = MachineHarness()
        #expect(harness.receive(request("GET", "/1") + request("GET", "/2")) == ["route GET /1"])
        #expect(harness.admit() == ["handle "])
        #expect(!harness.machine.wantsToRead, "what is sent ahead waits in the socket")
        #expect(
            harness.respond(.ok, [:], .bytes(Array("one".utf8))) == [
                "write HTTP/1.1 200 OK|Date: D|Content-Length: 3", "write one",
            ])
        #expect(harness.written(10) == [])
        #expect(harness.written() == ["finished 200 completed", "route GET /2"])
        #expect(harness.admit() == ["handle "])
        #expect(harness.respond(.notFound) == ["write HTTP/1.1 404 Not Found|Date: D|Content-Length: 0"])
        #expect(harness.written() == ["finished 404 completed"])
        #expect(harness.machine.isIdle && harness.machine.wantsToRead)
    }

    @Test("takes a body in pieces and hands it over whole")
    func body() {
        var harness = MachineHarness()
        #expect(harness.receive(request("POST", "/", "Content-Length: 6\r\n", "ab")) == ["route POST /"])
        #expect(harness.admit() == [])
        #expect(harness.machine.bufferedBodyBytes == 2)
        #expect(harness.receive("cd") == [])
        #expect(harness.receive("efGET") == ["handle abcdef"])
        #expect(harness.machine.bufferedBodyBytes == 0)
    }

    @Test("invites a waiting client to send its body, once it is wanted")
    func expectContinue() {
        var harness = MachineHarness()
        let head = request("POST", "/", "Expect: 100-continue\r\nContent-Length: 2\r\n")
        #expect(harness.receive(head) == ["route POST /"])
        #expect(harness.admit() == ["write HTTP/1.1 100 Continue"])
        #expect(harness.written() == [])
        #expect(harness.receive("ab") == ["handle ab"])
        _ = harness.respond()
        #expect(harness.written() == ["finished 200 completed"])
        #expect(harness.machine.isIdle)
    }

    @Test("does not invite a body that is on its way, that is empty, or that is refused")
    func noContinue() {
        var sending = MachineHarness()
        _ = sending.receive(request("POST", "/", "Expect: 100-continue\r\nContent-Length: 2\r\n", "a"))
        #expect(sending.admit() == [])
        var empty = MachineHarness()
        _ = empty.receive(request("POST", "/", "Expect: 100-continue\r\nContent-Length: 0\r\n"))
        #expect(empty.admit() == ["handle "])
        var refused = MachineHarness()
        _ = refused.receive(request("POST", "/", "Expect: 100-continue\r\nContent-Length: 20\r\n"))
        #expect(refused.admit(10) == ["answer 413"])
        #expect(
            refused.respond(.contentTooLarge) == [
                "write HTTP/1.1 413 Content Too Large|Date: D|Content-Length: 0|Connection: close"
            ])
        // Whether the body still comes is not known, so the connection cannot go on (RFC 9110, 10.1.1).
        #expect(refused.written() == ["finished 413 completed", "shutdown"])
    }

    @Test("answers HEAD with the fields of GET and no body")
    func head() {
        var harness = MachineHarness()
        _ = harness.receive(request("HEAD"))
        _ = harness.admit()
        #expect(harness.respond(.ok, [:], .bytes([1, 2, 3])) == ["write HTTP/1.1 200 OK|Date: D|Content-Length: 3"])
        #expect(harness.written() == ["finished 200 completed"])
        _ = harness.receive(request("HEAD"))
        _ = harness.admit()
        #expect(
            harness.respond(.ok, [:], .stream) == [
                "cancel", "write HTTP/1.1 200 OK|Date: D|Transfer-Encoding: chunked",
            ])
    }

    @Test("sends no body and no length with 204 and 304", arguments: [204, 304])
    func noBody(code: Int) {
        var harness = MachineHarness()
        _ = harness.receive(request())
        _ = harness.admit()
        let actions = harness.respond(HTTPResponse.Status(code: code), [:], .bytes([1]))
        #expect(actions.count == 1)
        #expect(actions.first?.contains("Content-Length") == false)
    }

    @Test("drops framing and connection fields of the handler")
    func reservedFields() {
        var harness = MachineHarness()
        _ = harness.receive(request())
        _ = harness.admit()
        let fields: HTTPFields = [
            .contentLength: "99", .transferEncoding: "chunked", .connection: "upgrade", .date: "now", .server: "s",
        ]
        #expect(harness.respond(.ok, fields) == ["write HTTP/1.1 200 OK|Date: D|Server: s|Content-Length: 0"])
    }

    @Test("cannot be made to split a response", arguments: ["a\r\nb: c", "a\nb", "a\rb", "a\u{0}b"])
    func splitting(value: String) {
        var harness = MachineHarness()
        _ = harness.receive(request())
        _ = harness.admit()
        let actions = harness.respond(.ok, [.server: value])
        #expect(actions.first?.split(separator: "|").count == 4)
    }

    @Test("keeps HTTP/1.0 connections only when asked")
    func http10() {
        var harness = MachineHarness()
        _ = harness.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        _ = harness.admit()
        #expect(harness.respond() == ["write HTTP/1.1 200 OK|Date: D|Content-Length: 0|Connection: keep-alive"])
        #expect(harness.written() == ["finished 200 completed"])
        _ = harness.receive("GET / HTTP/1.0\r\n\r\n")
        _ = harness.admit()
        #expect(harness.respond() == ["write HTTP/1.1 200 OK|Date: D|Content-Length: 0|Connection: close"])
        #expect(harness.written() == ["finished 200 completed", "shutdown"])
    }
}

@Suite("Connection: streamed responses")
struct ConnectionStreamTests {
    private func streaming(_ start: String = request()) -> MachineHarness {
        var harness = MachineHarness()
        _ = harness.receive(start)
        _ = harness.admit()
        return harness
    }

    @Test("ask for a piece only when the one before is written, and send the head with the first")
    func backPressure() {
        var harness = streaming()
        #expect(harness.respond(.ok, [:], .stream) == ["pull"])
        #expect(
            harness.chunk("hello, world") == [
                "write HTTP/1.1 200 OK|Date: D|Transfer-Encoding: chunked", "write C", "write hello, world", "write ",
            ])
        #expect(harness.written(1) == [])
        #expect(harness.written() == ["pull"])
        #expect(harness.chunk("") == ["pull"], "an empty piece would end the body")
        #expect(harness.chunk(nil) == ["write 0"])
        #expect(harness.written() == ["finished 200 completed"])
        #expect(harness.machine.isIdle)
    }

    @Test("end with the connection in HTTP/1.0")
    func untilClose() {
        var harness = streaming("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(harness.respond(.ok, [:], .stream) == ["pull"])
        #expect(harness.chunk("a") == ["write HTTP/1.1 200 OK|Date: D|Connection: close", "write a"])
        #expect(harness.written() == ["pull"])
        #expect(harness.chunk(nil) == ["finished 200 completed", "shutdown"])
    }

    @Test("become a 500 when they fail before their first piece")
    func earlyFailure() {
        var harness = streaming()
        _ = harness.respond(.ok, [:], .stream)
        #expect(harness.chunkFailed() == ["answer 500"])
        #expect(harness.respond(.internalServerError).count == 1)
        #expect(harness.written() == ["finished 500 completed"])
    }

    @Test("abort the connection when they fail later, so that a part is not taken for the whole")
    func lateFailure() {
        var harness = streaming()
        _ = harness.respond(.ok, [:], .stream)
        _ = harness.chunk("a")
        _ = harness.written()
        #expect(harness.chunkFailed() == ["finished 200 aborted", "reset"])
    }

    @Test("are cancelled when the connection breaks, between pieces or while one is sent")
    func cancelled() {
        var producing = streaming()
        _ = producing.respond(.ok, [:], .stream)
        #expect(producing.connectionFailed() == ["cancel", "finished 200 clientClosed", "close"])
        var flushing = streaming()
        _ = flushing.respond(.ok, [:], .stream)
        _ = flushing.chunk("a")
        #expect(flushing.connectionFailed() == ["cancel", "finished 200 clientClosed", "close"])
        #expect(flushing.connectionFailed() == [])
    }
}

@Suite("Connection: refusals")
struct ConnectionRefusalTests {
    @Test("reads a short unread body past and serves the next request")
    func discard() {
        var harness = MachineHarness()
        let secret = request("GET", "/secret")
        let post = request("POST", "/missing", "Content-Length: \(secret.utf8.count)\r\n")
        #expect(harness.receive(post + secret) == ["route POST /missing"])
        #expect(harness.refuse(.notFound) == ["answer 404"])
        #expect(harness.respond(.notFound) == ["write HTTP/1.1 404 Not Found|Date: D|Content-Length: 0"])
        // The body holds a request; it must not be answered.
        #expect(harness.written() == ["finished 404 completed"])
        #expect(harness.machine.isIdle)
        #expect(harness.receive(request("GET", "/next")) == ["route GET /next"])
    }

    @Test(
        "closes when a long or chunked body is left unread",
        arguments: ["Content-Length: 101", "Transfer-Encoding: chunked"])
    func close(framing: String) {
        var harness = MachineHarness()
        _ = harness.receive(request("POST", "/", framing + "\r\n", request("GET", "/secret")))
        _ = harness.refuse(.notFound)
        #expect(harness.respond(.notFound).first?.hasSuffix("Connection: close") == true)
        #expect(harness.written() == ["finished 404 completed", "shutdown"])
        #expect(harness.machine.wantsToRead, "the client must be able to finish sending before it reads the answer")
        #expect(harness.receive(request("GET", "/secret")) == [])
        #expect(harness.endOfInput() == ["close"])
    }

    @Test("bounds what it reads from a refused client, in bytes and in time")
    func linger() {
        var bytes = MachineHarness()
        _ = bytes.receive("nonsense\r\n")
        _ = bytes.respond(.badRequest)
        _ = bytes.written()
        #expect(bytes.receive(String(repeating: "x", count: 999)) == [])
        #expect(bytes.receive("x") == ["close"])
        var time = MachineHarness()
        _ = time.receive("nonsense\r\n")
        _ = time.respond(.badRequest)
        _ = time.written()
        #expect(time.secondsLeft == 2)
        #expect(time.wait(2) == ["close"])
    }

    @Test("answers from the head alone, and reads a short body past")
    func early() {
        var harness = MachineHarness()
        let secret = request("GET", "/secret")
        _ = harness.receive(request("POST", "/", "Content-Length: \(secret.utf8.count)\r\n") + secret)
        harness.answerEarly()
        #expect(!harness.machine.wantsToRead && harness.machine.bufferedBodyBytes == 0)
        #expect(harness.respond(.unauthorized) == ["write HTTP/1.1 401 Unauthorized|Date: D|Content-Length: 0"])
        #expect(harness.written() == ["finished 401 completed"])
        #expect(harness.receive(request("POST", "/next", "Content-Length: 101\r\n")) == ["route POST /next"])
        harness.answerEarly()
        #expect(harness.respond(.unauthorized).first?.hasSuffix("Connection: close") == true)
        #expect(harness.written() == ["finished 401 completed", "shutdown"])
    }

    @Test("answers malformed input and closes")
    func malformed() {
        var harness = MachineHarness()
        #expect(harness.receive("GET / HTTP/1.1\nHost: h\n\n") == ["answer 400"])
        #expect(
            harness.respond(.badRequest) == [
                "write HTTP/1.1 400 Bad Request|Date: D|Content-Length: 0|Connection: close"
            ])
        #expect(harness.written() == ["finished 400 completed", "shutdown"])
    }

    @Test("refuses a chunked body when it grows too long, or when memory is short")
    func growing() {
        var harness = MachineHarness()
        _ = harness.receive(request("POST", "/", "Transfer-Encoding: chunked\r\n"))
        #expect(harness.admit(4) == [])
        #expect(harness.receive("4\r\nabcd\r\n") == [])
        #expect(harness.receive("1\r\n") == ["answer 413"])
        var full = MachineHarness()
        _ = full.receive(request("POST", "/", "Content-Length: 10\r\n", "abc"))
        _ = full.admit()
        #expect(full.memoryExhausted() == ["answer 503"])
        #expect(full.respond(.serviceUnavailable).first?.hasSuffix("Connection: close") == true)
    }

    @Test("lets go of a refused body at once, while the client still takes its answer")
    func refusedMemory() {
        var tooLong = MachineHarness()
        _ = tooLong.receive(request("POST", "/", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n"))
        _ = tooLong.admit(4)
        #expect(tooLong.receive("9\r\nabcdefghi") == ["answer 413"])
        #expect(tooLong.machine.bufferedBytes == 0)
        var malformed = MachineHarness()
        _ = malformed.receive(request("POST", "/", "Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n"))
        _ = malformed.admit()
        #expect(malformed.receive("nonsense\r\nand more") == ["answer 400"])
        #expect(malformed.machine.bufferedBytes == 0)
        var full = MachineHarness()
        _ = full.receive(request("POST", "/", "Content-Length: 10\r\n", "abc"))
        _ = full.admit()
        #expect(full.memoryExhausted() == ["answer 503"])
        #expect(full.machine.bufferedBytes == 0)
        var late = MachineHarness()
        _ = late.receive(request("POST", "/", "Content-Length: 10\r\n", "abc"))
        _ = late.admit()
        #expect(late.wait(31) == ["answer 408"])
        #expect(late.machine.bufferedBytes == 0)
        var unread = MachineHarness()
        _ = unread.receive(request("POST", "/", "Content-Length: 101\r\n", "abc"))
        _ = unread.refuse(.notFound)
        #expect(unread.respond(.notFound).first?.hasSuffix("Connection: close") == true)
        #expect(unread.machine.bufferedBytes == 0)
    }

    @Test("answers one connection too many at once")
    func tooMany() {
        var harness = MachineHarness()
        let actions = harness.machine.refuseConnection(.tooManyConnections, at: harness.now)
        #expect(actions == [.answerFailure(.tooManyConnections)])
        #expect(harness.respond(.serviceUnavailable).first?.hasSuffix("Connection: close") == true)
        #expect(harness.written() == ["finished 503 completed", "shutdown"])
    }
}
