import HTTPServer
import HTTPTypes

/// A state machine with a clock that is moved by hand; actions come back as readable text.
struct MachineHarness {
    var machine: ConnectionStateMachine
    private(set) var now = MonotonicInstant(nanoseconds: 0)

    init(_ adjust: (inout ConnectionStateMachine.Policy) -> Void = { _ in }) {
        var policy = ConnectionStateMachine.Policy(limits: .init(), deadlines: .init())
        policy.deadlines.header = .seconds(10)
        policy.deadlines.body = .seconds(30)
        policy.deadlines.idle = .seconds(60)
        policy.deadlines.write = .seconds(20)
        policy.deadlines.linger = .seconds(2)
        policy.limits.minBytesPerSecond = 1000
        policy.limits.maxDiscardedBytes = 100
        policy.limits.maxLingerBytes = 1000
        adjust(&policy)
        machine = ConnectionStateMachine(policy: policy, now: now)
    }

    /// Seconds until the deadline; nil without one.
    var secondsLeft: Double? {
        machine.nextDeadline.map { $0.elapsed(since: now) / .seconds(1) }
    }

    /// Lets time pass and ticks.
    mutating func wait(_ seconds: Double) -> [String] {
        now = now.advanced(by: .seconds(seconds))
        return Self.describe(machine.tick(at: now))
    }

    mutating func receive(_ text: String) -> [String] {
        Self.describe(machine.received(Array(text.utf8), at: now))
    }

    mutating func admit(_ maxBodyBytes: Int = 1000) -> [String] {
        Self.describe(machine.admit(maxBodyBytes: maxBodyBytes, at: now))
    }

    mutating func refuse(_ failure: ServerFailure.Code) -> [String] {
        Self.describe(machine.refuse(failure))
    }

    mutating func answerEarly() { machine.answerEarly() }

    mutating func respond(
        _ status: HTTPResponse.Status = .ok, _ fields: HTTPFields = [:], _ body: ResponseBodyPlan = .bytes([])
    ) -> [String] {
        Self.describe(machine.respond(status: status, fields: fields, body: body, date: Array("D".utf8), at: now))
    }

    mutating func chunk(_ text: String?) -> [String] {
        Self.describe(machine.chunk(text.map { Array($0.utf8) }, at: now))
    }

    mutating func chunkFailed() -> [String] { Self.describe(machine.chunkFailed("broken", at: now)) }

    /// Reports everything that waits as written, or just `count` bytes.
    mutating func written(_ count: Int? = nil) -> [String] {
        Self.describe(machine.written(count ?? machine.unwritten, at: now))
    }

    mutating func endOfInput() -> [String] { Self.describe(machine.endOfInput(at: now)) }
    mutating func peerHungUp() -> [String] { Self.describe(machine.peerHungUp(at: now)) }
    mutating func connectionFailed() -> [String] { Self.describe(machine.connectionFailed(at: now)) }
    mutating func drain() -> [String] { Self.describe(machine.drain()) }
    mutating func stop() -> [String] { Self.describe(machine.stop(at: now)) }
    mutating func memoryExhausted() -> [String] { Self.describe(machine.bodyMemoryExhausted()) }

    private static func describe(_ actions: [ConnectionAction]) -> [String] {
        actions.map { action in
            switch action {
            case .route(let head): "route \(head.request.method.rawValue) \(head.request.path ?? "")"
            case .handle(let body): "handle \(String(decoding: body, as: UTF8.self))"
            case .answerFailure(let code): "answer \(ServerFailure(code).status.code)"
            case .write(let bytes):
                "write " + String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").joined(separator: "|")
            case .pullChunk: "pull"
            case .cancelExchange: "cancel"
            case .finished(let summary): "finished \(summary.status?.code ?? 0) \(summary.outcome)"
            case .shutdownWrite: "shutdown"
            case .close(let reset): reset ? "reset" : "close"
            }
        }
    }
}

/// A minimal request.
func request(_ method: String = "GET", _ path: String = "/", _ fields: String = "", _ body: String = "") -> String {
    "\(method) \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\(body)"
}
