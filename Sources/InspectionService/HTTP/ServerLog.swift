import HTTPServer
import HTTPTypes
import Logging

/// Puts into the log what only the server knows: answers that did not arrive, and its own troubles.
struct ServerLog: ServerObserver {
    let logger: Logger

    func requestFinished(_ record: RequestRecord) {
        guard record.outcome != .completed else { return }
        logger.info(
            "answer not delivered",
            metadata: [
                "route": "\(record.routePattern ?? "-")", "status": "\(record.status?.code ?? 0)",
                "outcome": "\(record.outcome)", "bytes": "\(record.responseBytes)",
            ])
    }

    func serverEvent(_ event: ServerEvent) {
        switch event {
        case .acceptPaused(let errno):
            logger.error("new connections have to wait", metadata: ["errno": "\(errno)"])
        case .drainStarted(let connections):
            logger.notice("draining", metadata: ["connections": "\(connections)"])
        case .drainDeadlinePassed(let connections):
            logger.warning("connections were closed while busy", metadata: ["connections": "\(connections)"])
        }
    }
}
