import Glibc

/// A host with an optional port, as `Host` and origins name it (RFC 9110, 7.2; RFC 3986, 3.2).
public struct Authority: Sendable, Hashable {
    /// The name or address in lower case, without brackets and without the dot that may end a full name.
    public let host: String
    /// The port; nil where none is said.
    public let port: Int?

    /// Reads `host` or `host:port`; an IPv6 address stands in brackets.
    ///
    /// Fails for an empty host, user information, and whatever else is no host.
    ///
    /// - Parameter text: What stands in the field, without white space.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard HostSyntax.isValid(bytes[...]) else { return nil }
        let close = bytes.first == 0x5B ? bytes.firstIndex(of: 0x5D) ?? 0 : 0
        let colon = bytes[close...].firstIndex(of: ASCII.colon) ?? bytes.endIndex
        var name = close > 0 ? bytes[1..<close] : bytes[..<colon]
        if name.last == 0x2E { name = name.dropLast() }
        guard !name.isEmpty else { return nil }
        host = String(decoding: name, as: UTF8.self).lowercased()
        let digits = bytes[colon...].dropFirst()
        // A colon without digits names the scheme's own port (RFC 3986, 3.2.3).
        port = digits.isEmpty ? nil : Int(String(decoding: digits, as: UTF8.self))
    }

    /// Whether the host names the machine itself: `localhost`, 127.0.0.0/8, `::1`.
    ///
    /// No name that somebody else can register is among them.
    public var isLoopback: Bool { host == "localhost" || Self.isLoopbackAddress(host) == true }

    /// Whether a numeric address is one of the machine itself.
    ///
    /// - Parameter text: IPv4 with dots, or IPv6 without brackets.
    /// - Returns: nil for what is no numeric address.
    public static func isLoopbackAddress(_ text: String) -> Bool? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return UInt32(bigEndian: four.s_addr) >> 24 == 127 }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: &six) { Array($0) }
        // ::1, and 127.0.0.0/8 written as an IPv6 address (RFC 4291, 2.5.3 and 2.5.5.2).
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10...11].allSatisfy { $0 == 0xFF }
        return bytes == Array(repeating: 0, count: 15) + [1] || isMapped && bytes[12] == 127
    }
}

/// The value of `Origin` (RFC 6454, section 7): which site's page made a browser send the request.
public struct WebOrigin: Sendable, Hashable {
    /// The scheme in lower case.
    public let scheme: String
    /// Host and port as they were sent.
    public let authority: Authority

    /// Reads `scheme://host` or `scheme://host:port`; fails for `null` and lists.
    ///
    /// - Parameter text: The field's value.
    public init?(_ text: String) {
        guard let end = text.firstRange(of: "://"), let authority = Authority(text[end.upperBound...]) else {
            return nil
        }
        scheme = text[..<end.lowerBound].lowercased()
        self.authority = authority
    }

    /// The port, also where it is the scheme's own and so left out.
    public var port: Int? { authority.port ?? (scheme == "https" ? 443 : scheme == "http" ? 80 : nil) }

    /// Whether a page of this origin talks to its own server.
    ///
    /// The scheme is not compared: behind a proxy that ends TLS, pages are `https` and the server is asked by `http`.
    ///
    /// - Parameter host: What the request's `Host` says; without a port, it is the one that is usual for the page's scheme.
    /// - Returns: Whether host and port are the same.
    public func isSame(as host: Authority) -> Bool {
        guard let port else { return false }
        return authority.host == host.host && port == WebOrigin(scheme: scheme, authority: host).port
    }

    private init(scheme: String, authority: Authority) {
        self.scheme = scheme
        self.authority = authority
    }
}
