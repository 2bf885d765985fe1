import HTTPTypes
import Synchronization

/// What accompanies one request through the service: its id, its trace, and what the log should say of it.
final class RequestContext: Sendable {
    /// The client's `X-Request-ID` when it can be used, else a new one.
    let id: String
    /// The client's W3C trace context, returned as it came.
    let traceparent: String?
    private let noted = Mutex<[(String, String)]>([])

    init(_ request: HTTPRequest?, makeID: () -> String) {
        id = request?.headerFields[.requestID].flatMap(Self.usableID) ?? makeID()
        traceparent = request?.headerFields[.traceparent].flatMap(Self.usableTraceparent)
    }

    /// Adds a field to the request's log line.
    func note(_ name: String, _ value: String) { noted.withLock { $0.append((name, value)) } }

    /// What was noted, in order.
    var notes: [(String, String)] { noted.withLock { $0 } }

    /// Puts on an answer what all have: the id, the trace, and what browsers must not do with it.
    func mark(_ fields: inout HTTPFields) {
        fields[.requestID] = id
        // Not to be embedded in pages of other sites, nor taken for another type than stated.
        fields[.crossOriginResourcePolicy] = "same-origin"
        fields[.xContentTypeOptions] = "nosniff"
        if let traceparent { fields[.traceparent] = traceparent }
    }

    /// 1 to 128 characters that are safe in logs, URLs and shells.
    private static func usableID(_ text: String) -> String? {
        let isSafe = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x2F, 0x3A, 0x3D, 0x40, 0x5F: true
            default: false
            }
        }
        return isSafe && (1...128).contains(text.utf8.count) ? text : nil
    }

    /// `00-<32 digits>-<16 digits>-<2 digits>` (W3C Trace Context, section 3.2); version ff and ids of zeros are invalid.
    private static func usableTraceparent(_ text: String) -> String? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [2, 32, 16, 2], parts[0] != "ff",
            !parts[1...2].contains(where: { $0.allSatisfy { $0 == "0" } })
        else { return nil }
        let digits = parts.joined().utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        return digits ? text : nil
    }
}
