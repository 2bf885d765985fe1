import HTTPServer
import HTTPTypes
import Tensors
import Testing

extension SplitMix64 {
    fileprivate mutating func one(in count: Int) -> Bool { below(count) == 0 }
}

/// Plays peer, network, handlers and clock at random, and checks what must hold whatever happens.
private struct RandomConnection {
    var choices: SplitMix64
    var machine: ConnectionStateMachine
    var now = MonotonicInstant(nanoseconds: 0)
    var input: ArraySlice<UInt8>
    var unwritten = 0
    var isStreaming = false
    var isHandling = false
    var isProducing = false
    var isShutDown = false
    var isClosed = false
    /// Whether the script was left as written; a changed length may rightly turn a body into a request.
    var isGenuine = true
    var (routed, finished, started) = (0, 0, 0)

    init(seed: UInt64) {
        choices = SplitMix64(seed: seed)
        var policy = ConnectionStateMachine.Policy(limits: .init(), deadlines: .init())
        policy.limits.maxDiscardedBytes = 40
        policy.limits.maxLingerBytes = 200
        machine = ConnectionStateMachine(policy: policy, now: now)
        var script = ""
        for _ in 0..<Int.random(in: 1...6, using: &choices) {
            script += Self.requests.randomElement(using: &choices) ?? ""
        }
        var bytes = Array(script.utf8)
        if choices.one(in: 3), let place = bytes.indices.randomElement(using: &choices) {
            bytes[place] = UInt8.random(in: .min ... .max, using: &choices)
            isGenuine = false
        }
        input = bytes[...]
    }

    private static let secret = request("GET", "/secret")

    private static let requests = [
        request(), request("HEAD"), request("GET", "/", "Connection: close\r\n"), "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        request("POST", "/", "Content-Length: 10\r\n", "0123456789"),
        request("POST", "/", "Content-Length: \(secret.utf8.count)\r\n", secret),
        request("POST", "/", "Content-Length: \(3 * secret.utf8.count)\r\n", secret + secret + secret),
        request("POST", "/", "Expect: 100-continue\r\nContent-Length: 3\r\n", "abc"),
        request("POST", "/", "Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
        request("OPTIONS", "*"), request("GET", "/", "Host: again\r\n"), "nonsense\r\n\r\n",
    ]

    /// Performs actions, and what follows from them at once.
    mutating func perform(_ actions: [ConnectionAction]) {
        for action in actions {
            #expect(!isClosed, "nothing happens after the end")
            switch action {
            case .route(let head):
                routed += 1
                #expect(routed == finished + 1, "one exchange at a time")
                #expect(head.request.path != "/secret" || !isGenuine, "a body was taken for a request")
                let limit = choices.one(in: 4) ? 5 : 1000
                switch Int.random(in: 0..<6, using: &choices) {
                case 0: perform(machine.refuse(.notFound))
                case 1:
                    machine.answerEarly()
                    perform(respond(choices.one(in: 2) ? .stream : .bytes([1])))
                default: perform(machine.admit(maxBodyBytes: limit, at: now))
                }
            case .handle: (started, isHandling) = (started + 1, true)
            case .answerFailure: perform(respond(.bytes([1])))
            case .write(let bytes):
                #expect(!bytes.isEmpty && !isShutDown)
                unwritten += bytes.count
            case .pullChunk: isProducing = true
            case .cancelExchange: isProducing = false
            case .finished: (finished, isHandling, isProducing) = (finished + 1, false, false)
            case .shutdownWrite: isShutDown = true
            case .close: isClosed = true
            }
        }
        #expect(unwritten == machine.unwritten || isClosed)
        #expect(isClosed == machine.isClosed)
        if !isClosed {
            #expect(
                machine.nextDeadline != nil || isHandling || isProducing, "only handlers and streams may wait for ever")
            #expect(!(machine.wantsToRead && isHandling), "input waits while a handler runs")
        }
    }

    private mutating func respond(_ body: ResponseBodyPlan) -> [ConnectionAction] {
        isHandling = false
        return machine.respond(status: .ok, fields: [:], body: body, date: [68], at: now)
    }

    /// One thing that could happen now.
    mutating func step() {
        switch Int.random(in: 0..<20, using: &choices) {
        case 0..<8 where machine.wantsToRead && !input.isEmpty:
            let piece = input.prefix(Int.random(in: 1...60, using: &choices))
            input = input.dropFirst(piece.count)
            perform(machine.received(piece, at: now))
        case 0..<12 where isHandling:
            perform(respond(choices.one(in: 2) ? .stream : .bytes(Array(repeating: 65, count: 20))))
        case 0..<12 where isProducing:
            isProducing = false
            let size = Int.random(in: 0...3, using: &choices)
            perform(
                choices.one(in: 8)
                    ? machine.chunkFailed("broken", at: now)
                    : machine.chunk(size == 3 ? nil : Array(repeating: 66, count: size), at: now))
        case 0..<16 where unwritten > 0:
            let count = Int.random(in: 1...unwritten, using: &choices)
            unwritten -= count
            perform(machine.written(count, at: now))
        case 16:
            now = now.advanced(by: .seconds(Int.random(in: 0...20, using: &choices)))
            perform(machine.tick(at: now))
        case 17 where choices.one(in: 10): perform(machine.connectionFailed(at: now))
        case 17: perform(machine.peerHungUp(at: now))
        case 18 where choices.one(in: 10): perform(machine.drain())
        case 18 where input.isEmpty && machine.wantsToRead: perform(machine.endOfInput(at: now))
        case 19 where choices.one(in: 20): perform(machine.stop(at: now))
        default: break
        }
    }
}

@Suite("Connection: whatever happens")
struct ConnectionRandomTests {
    @Test("one exchange runs at a time, no body becomes a request, nothing waits for ever", arguments: 1...40)
    func invariants(block: UInt64) {
        for seed in (block * 1000)..<(block * 1000 + 50) {
            var connection = RandomConnection(seed: seed)
            var steps = 0
            while !connection.isClosed, steps < 2000 {
                connection.step()
                steps += 1
            }
            // Time alone ends what neither handler nor stream holds up.
            while !connection.isClosed, let deadline = connection.machine.nextDeadline {
                connection.now = deadline
                connection.perform(connection.machine.tick(at: deadline))
                if connection.unwritten > 0, case let count = connection.unwritten {
                    connection.unwritten = 0
                    connection.perform(connection.machine.written(count, at: deadline))
                }
            }
            #expect(connection.isClosed || connection.isHandling || connection.isProducing, "seed \(seed)")
            #expect(connection.started <= connection.routed)
        }
    }
}
