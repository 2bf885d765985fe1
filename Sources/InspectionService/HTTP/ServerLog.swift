import HTTPServer
import HTTPTypes
import Logging

/// Counts requests, and puts into the log what only the server knows: answers that did not arrive, and its own troubles.
struct ServerLog: ServerObserver {
    let logger: Logger
    let metrics: ServiceMetrics

    func connectionOpened(remoteAddress: String) { metrics.connectionOpened() }

    func connectionClosed(remoteAddress: String) { metrics.connectionClosed() }

    func requestFinished(_ record: RequestRecord) {
        metrics.requestFinished(record)
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
