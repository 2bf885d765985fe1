import HTTPServer
import Synchronization

/// By which names the service may be asked, and which pages are its own.
///
/// A page of another site can let its own name lead to this machine (DNS rebinding); the browser then takes the service for
/// part of that site. The name in `Host` gives it away.
final class HostRule: Sendable {
    private let names: [Authority]
    /// Whether only this machine reaches the service; until its address is known, a name counts as such.
    private let isLocal: Mutex<Bool>

    init(listeningOn host: String, names: [String]) {
        self.names = names.compactMap { Authority($0) }
        isLocal = Mutex(Authority.isLoopbackAddress(host) ?? true)
    }

    /// The port is open, on this address.
    func isListening(on address: BoundAddress) {
        isLocal.withLock { $0 = Authority.isLoopbackAddress(address.host) ?? false }
    }

    /// Whether other machines can reach the service.
    var isReachedFromOutside: Bool { isLocal.withLock { !$0 } }

    /// Whether a request for this host is answered.
    ///
    /// Names are demanded where they were configured, and where a service without keys listens to its own machine only:
    /// whoever gets that far may do everything. With keys, a page of another site has none to show.
    func allows(_ host: String?, withoutKeys: Bool) -> Bool {
        guard let host, !host.isEmpty, !names.isEmpty || withoutKeys && !isReachedFromOutside else { return true }
        guard let authority = Authority(host) else { return false }
        return authority.isLoopback || names.contains { Self.covers($0, authority) }
    }

    /// Whether a page of this origin is the service's own, for a request to that host.
    func isOwn(_ origin: String, of host: String?) -> Bool {
        guard let origin = WebOrigin(origin) else { return false }
        if let host, let authority = Authority(host), origin.isSame(as: authority) { return true }
        // Behind a proxy that names the service by an inner name, pages have the outer one.
        return names.contains { origin.isSame(as: $0) }
    }

    /// A configured name without a port stands for all ports.
    private static func covers(_ name: Authority, _ authority: Authority) -> Bool {
        name.host == authority.host && (name.port == nil || name.port == authority.port)
    }
}
