import HTTPTypes

/// What has been read of a header section before it is complete.
struct PartialHead: Sendable {
    var method = ""
    var scheme: String?
    /// The authority of an absolute-form target; it wins over `Host` (RFC 9112, 3.2.2).
    var authority: String?
    var path = ""
    var version = HTTPVersion.http11
    var fields = HTTPFields()
}

extension RequestParser {
    /// Reads `method SP request-target SP HTTP-version` (RFC 9112, section 3).
    mutating func acceptRequestLine(_ line: ArraySlice<UInt8>) throws(ParseError) {
        let lineStart = start - line.count - 2
        if line.isEmpty {
            // One empty line before a request is tolerated (RFC 9112, 2.2); a stream of them is not.
            guard !skippedEmptyLine else {
                throw ParseError(.malformedRequestLine, found: line, at: position(lineStart))
            }
            skippedEmptyLine = true
            return
        }
        let parts = line.split(separator: ASCII.space, omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[1].isEmpty else {
            throw ParseError(.malformedRequestLine, found: line, at: position(lineStart))
        }
        let (method, target, version) = (parts[0], parts[1], parts[2])
        guard !method.isEmpty, method.allSatisfy(\.isToken) else {
            throw ParseError(.invalidMethod, found: method, at: position(method.startIndex))
        }
        partialHead.version = try parseVersion(version)
        partialHead.method = String(decoding: method, as: UTF8.self)
        try parseTarget(target)
        (stage, sectionBytes, sectionLines) = (.fields, 0, 0)
    }

    /// `HTTP/` digit `.` digit (RFC 9112, 2.3), of which 1.1 and 1.0 are spoken here.
    private func parseVersion(_ version: ArraySlice<UInt8>) throws(ParseError) -> HTTPVersion {
        let digits = version.suffix(3)
        guard version.count == 8, version.starts(with: "HTTP/".utf8), let major = digits.first, major.isDigit,
            digits.dropFirst().first == 0x2E, let minor = digits.last, minor.isDigit
        else {
            throw ParseError(.malformedRequestLine, found: version, at: position(version.startIndex))
        }
        switch (major, minor) {
        case (0x31, 0x31): return .http11
        case (0x31, 0x30): return .http10
        default: throw ParseError(.unsupportedVersion, found: version, at: position(version.startIndex))
        }
    }

    /// Origin-form, absolute-form, and asterisk-form for OPTIONS (RFC 9112, 3.2).
    private mutating func parseTarget(_ target: ArraySlice<UInt8>) throws(ParseError) {
        if partialHead.method == "CONNECT" {
            throw ParseError(.connectUnsupported, found: "CONNECT".utf8, at: 0)
        }
        let offset = position(target.startIndex)
        if target.elementsEqual([0x2A]), partialHead.method == "OPTIONS" {
            partialHead.path = "*"
            return
        }
        var pathAndQuery = target
        if target.first != ASCII.slash {
            // Absolute-form; a server must accept it although only proxies are sent it (RFC 9112, 3.2.2).
            guard let scheme = ["http", "https"].first(where: { target.starts(withURLScheme: $0) }) else {
                throw ParseError(.invalidTarget, found: target, at: offset)
            }
            let rest = target.dropFirst(scheme.utf8.count + 3)
            let end = rest.firstIndex { $0 == ASCII.slash || $0 == ASCII.question } ?? rest.endIndex
            let authority = rest[..<end]
            guard !authority.isEmpty, HostSyntax.isValid(authority) else {
                throw ParseError(.invalidTarget, found: target, at: offset)
            }
            partialHead.scheme = scheme
            partialHead.authority = String(decoding: authority, as: UTF8.self)
            pathAndQuery = rest[end...]
        }
        guard PercentEncoding.isWellFormed(pathAndQuery, allowing: \.isPathOrQuery) else {
            throw ParseError(.invalidTarget, found: target, at: offset)
        }
        let text = String(decoding: pathAndQuery, as: UTF8.self)
        partialHead.path = text.utf8.first == ASCII.slash ? text : "/" + text
    }

    /// Reads `field-name ":" OWS field-value OWS` (RFC 9112, section 5).
    func parseFieldLine(_ line: ArraySlice<UInt8>) throws(ParseError) -> HTTPField {
        // The line was already consumed: `start` lies just behind its CRLF.
        let lineStart = position(start - line.count - 2)
        guard let first = line.first, !first.isWhitespace else {
            throw ParseError(.obsoleteFold, found: line, at: lineStart)
        }
        guard let colon = line.firstIndex(of: ASCII.colon) else {
            throw ParseError(.missingColon, found: line, at: lineStart)
        }
        let name = line[..<colon]
        if let last = name.last, last.isWhitespace {
            throw ParseError(.spaceBeforeColon, found: line[...colon], at: lineStart + name.count - 1)
        }
        guard let fieldName = HTTPField.Name(String(decoding: name, as: UTF8.self)) else {
            throw ParseError(.invalidFieldName, found: name, at: lineStart)
        }
        let value = line[(colon + 1)...].trimmingWhitespace()
        if let bad = value.firstIndex(where: { !$0.isFieldValue }) {
            throw ParseError(.invalidFieldValue, found: value[bad...bad], at: lineStart + bad - line.startIndex)
        }
        return HTTPField(name: fieldName, value: value)
    }

    /// Draws the conclusions from a complete header section.
    mutating func finishHead() throws(ParseError) -> RequestHead {
        let semantics = try FieldSemantics(
            partialHead.fields, version: partialHead.version, method: partialHead.method, end: position(start))
        guard let method = HTTPRequest.Method(partialHead.method) else {
            throw ParseError(.invalidMethod, found: partialHead.method.utf8, at: 0)
        }
        framing = semantics.framing
        (storesBody, maxBodyBytes, bodyBytes, extensionBytes) = (true, limits.maxBodyBytes, 0, 0)
        stage = .bodyStart
        return RequestHead(
            request: HTTPRequest(
                method: method, scheme: partialHead.scheme, authority: partialHead.authority ?? semantics.host,
                path: partialHead.path, headerFields: partialHead.fields),
            version: partialHead.version, framing: semantics.framing, isPersistent: semantics.isPersistent,
            expectsContinue: semantics.expectsContinue)
    }
}

extension ArraySlice<UInt8> {
    /// Whether these bytes start with `scheme://`, in any case (RFC 3986, 3.1).
    fileprivate func starts(withURLScheme scheme: String) -> Bool {
        let length = scheme.utf8.count
        return prefix(length).map({ $0 | 0x20 }).elementsEqual(scheme.utf8)
            && dropFirst(length).starts(with: "://".utf8)
    }
}
