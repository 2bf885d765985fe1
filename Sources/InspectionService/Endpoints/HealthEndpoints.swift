import AnomalyDetection
import CLIP
import HTTPServer
import HTTPTypes
import Storage
import Tensors

/// Liveness, readiness, and what the kinds of problems mean.
///
/// None of them waits for the engine. Liveness is not logged: it is asked every few seconds and has one answer.
struct HealthEndpoints {
    let core: ServiceCore

    func register(in table: inout RouteTable) {
        for path in ["/livez", "/healthz", "/health", "/v2/health/live"] {
            table.addInline(path, for: .probe(verbose: nil)) {
                .json(["status": .string("alive")], [.cacheControl: "no-store"])
            }
        }
        for path in ["/readyz", "/v2/health/ready"] {
            table.add(.get, path, for: .probe(verbose: .line)) { request, _ in
                let query = try QueryReader(request, known: ["verbose"])
                guard try query.isSet("verbose") else {
                    try core.readiness.check()
                    return .json(["status": .string("ready")], [.cacheControl: "no-store"])
                }
                let state = core.readiness.state
                return .json(
                    await details(state), status: state == .ready ? .ok : .serviceUnavailable,
                    [.cacheControl: "no-store"])
            }
        }
        table.add(.get, "/problems/{kind}", for: .everyone) { request, _ in
            _ = try QueryReader(request, known: [])
            guard let kind = request.pathParameters["kind"].flatMap(ProblemKind.init(rawValue:)) else {
                throw Problem(.notFound, "there is no such kind of problem")
            }
            return .json([
                "type": .string(kind.type), "title": .string(kind.title), "status": .integer(kind.status.code),
            ])
        }
    }

    /// How many results there are and what they take, null when the store does not say.
    private func results() async -> JSONTree {
        guard let totals = try? await core.store.resultTotals() else { return .null }
        func amount(_ amount: ResultTotals.Amount) -> JSONTree {
            ["count": .integer(amount.results), "bytes": .integer(amount.bytes)]
        }
        return .object(
            [.init(name: "all", value: amount(totals.all))]
                + Verdict.allCases.map { .init(name: $0.rawValue, value: amount(totals[$0])) })
    }

    /// How many keys are let in, null where none is demanded.
    private var access: JSONTree {
        let keys = core.doorkeeper.keys
        return [
            "keys": keys.count.map { .integer($0) } ?? .null,
            "problem": .string(keys.problem == nil ? nil : "the key file cannot be used; the log says why"),
        ]
    }

    /// What computes, why it was chosen, and what was not because it computes wrongly.
    private var arithmetic: JSONTree {
        let (clip, selection) = (core.model.clip, core.configuration.arithmetic)
        return [
            "image": .string(clip.arithmetic.description), "text": .string(clip.textArithmetic.description),
            "reason": .string(selection?.reason),
            "rejected": .array((selection?.rejected ?? []).map { .string($0) }),
        ]
    }

    private func details(_ state: Readiness.State) async -> JSONTree {
        let model = core.model
        let load = core.line.load
        let store = await core.store.health()
        return [
            "status": .string(state.rawValue), "engine": .string(core.configuration.engineName),
            "kernel": .string(model.clip.arithmetic.description), "arithmetic": arithmetic,
            "threads": .integer(model.threads.count), "access": access,
            "model": [
                "weights": .string("sha256:\(model.clip.digest)"), "adapter": .string("sha256:\(model.adapter.digest)"),
                "activation": .string(model.clip.configuration.activation.rawValue),
                "stages": .array(model.stages.map { .integer($0) }), "imageSide": .integer(model.defaultImageSide),
                "precision": .string(model.clip.arithmetic.precision.rawValue),
            ],
            "queue": [
                "requests": .integer(load.requests), "maxRequests": .integer(core.line.maxRequests),
                "bytes": .integer(load.bytes), "maxBytes": .integer(core.line.maxBytes),
            ],
            "promptsEncoded": .integer(core.prompts.promptsEncoded),
            "referencesEncoded": .integer(core.references.picturesEncoded),
            "banks": [
                "bytes": .integer(core.banks.bytes), "maxBytes": .integer(core.configuration.maxLoadedBankBytes),
                "loads": .integer(core.banks.loads),
            ],
            "store": [
                "writable": .bool(store.isWritable), "problem": .string(store.failure?.code.rawValue),
                "schemaVersion": .integer(store.schemaVersion), "databaseBytes": .integer(store.databaseBytes),
                "logBytes": .integer(store.logBytes), "freeBytes": .integer(store.freeBytes),
            ],
            "results": await results(), "retention": core.retention.report.tree(core.configuration.retention),
        ]
    }
}
