extension EventLoop {
    /// Connections above the cap that are taken in only to be told so; beyond them, clients wait in the backlog.
    private static let refusedConnections = 64
    /// Connections taken in before others have their turn.
    private static let acceptsPerTurn = 64

    /// Watches the listening socket, if there is one.
    func resumeAccepting() {
        acceptAgainAt = nil
        guard let listener, !isAccepting else { return }
        isAccepting = mailbox.poller.addListener(listener.descriptor, token: Self.listenerToken)
        if !isAccepting { acceptAgainAt = now.advanced(by: Self.acceptPause) }
    }

    /// Leaves clients in the backlog for a moment.
    ///
    /// Without it, a level-triggered listener that cannot be served would keep the loop spinning.
    func pauseAccepting() {
        guard let listener, isAccepting else { return }
        isAccepting = false
        mailbox.poller.remove(listener.descriptor)
        acceptAgainAt = now.advanced(by: Self.acceptPause)
    }

    /// Takes in who waits.
    func acceptConnections() {
        guard let listener, isAccepting else { return }
        let limit = context.configuration.limits.maxConnections
        for _ in 0..<Self.acceptsPerTurn {
            let open = context.openConnections
            guard open - limit < Self.refusedConnections else { return pauseAccepting() }
            switch listener.accept() {
            case .connection(let descriptor, let address):
                context.connectionOpened()
                place(descriptor, address, isRefused: open >= limit)
            case .vanished:
                continue
            case .none:
                return
            case .exhausted(let code):
                if shortage.failed(at: now) { context.observer?.serverEvent(.acceptPaused(errno: code)) }
                return pauseAccepting()
            }
        }
    }

    /// Hands a connection to the next loop in turn.
    private func place(_ descriptor: consuming Descriptor, _ address: BoundAddress, isRefused: Bool) {
        let peer = peers[nextPeer]
        nextPeer = (nextPeer + 1) % peers.count
        if peer === mailbox {
            adopt(descriptor, address, isRefused: isRefused)
            return
        }
        let message = LoopMessage.adopt(descriptor: descriptor.release(), address: address, isRefused: isRefused)
        if !peer.post(message) {
            message.discard()
            context.connectionClosed()
        }
    }
}
