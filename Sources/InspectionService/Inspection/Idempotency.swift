import AnomalyDetection
import Checkpoints
import HTTPServer
import HTTPTypes
import Storage
import Synchronization

/// A client's name for a request (draft-ietf-httpapi-idempotency-key-header-07).
struct IdempotencyKey: Hashable, Sendable {
    let text: String

    /// Reads the field of a request; nil when there is none.
    ///
    /// The draft has a string in quotes, most clients send it without: both are the same key.
    ///
    /// - Throws: `Problem` of kind `invalidParameter`.
    init?(_ request: ServerRequest) throws(Problem) {
        guard let field = request.head.headerFields[.idempotencyKey] else { return nil }
        var text = field
        if text.count >= 2, text.first == "\"", text.last == "\"" { text = String(text.dropFirst().dropLast()) }
        let isVisible = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
        guard isVisible, (1...255).contains(text.utf8.count) else {
            throw Problem.header(
                "Idempotency-Key",
                "expected 1 to 255 visible ASCII characters without quotes and backslashes, found “\(field.prefix(60))”"
            )
        }
        self.text = text
    }
}

/// Which keys belong to requests that are being worked on.
///
/// In memory is enough: the data folder belongs to one process, and a request that it did not finish has stored nothing.
final class KeysInFlight: Sendable {
    /// Holds a key until it is let go.
    final class Claim: Sendable {
        private let keys: KeysInFlight
        private let key: IdempotencyKey

        fileprivate init(_ keys: KeysInFlight, _ key: IdempotencyKey) {
            self.keys = keys
            self.key = key
        }

        deinit { keys.claimed.withLock { _ = $0.remove(key) } }
    }

    private let claimed = Mutex(Set<IdempotencyKey>())

    /// Takes a key.
    ///
    /// - Throws: `Problem` of kind `idempotencyKeyInFlight`.
    func claim(_ key: IdempotencyKey) throws(Problem) -> Claim {
        guard claimed.withLock({ $0.insert(key).inserted }) else {
            throw Problem(
                .idempotencyKeyInFlight, "expected the first request with this key to be finished; ask again",
                faults: [.init(.header, "Idempotency-Key", "in use by a request that is being worked on")],
                retryAfterSeconds: 1)
        }
        return Claim(self, key)
    }
}

extension InspectionRequest {
    /// A digest of everything that the result depends on: not of how it is answered, and not of the deadline.
    var fingerprint: Storage.SHA256Digest? {
        var hasher = SHA256Hasher()
        for text in [options.product, options.mode.rawValue, partID, camera] {
            Self.add(text.map { Array($0.utf8) }, to: &hasher)
        }
        // Only where it is demanded, so that keys of earlier versions stay what they are.
        if options.demandsCalibration { Self.add(Array("calibrated".utf8), to: &hasher) }
        Self.add(metadata, to: &hasher)
        Self.add(image, to: &hasher)
        return Storage.SHA256Digest(bytes: hasher.finalize().bytes)
    }

    /// With its length before it, so that no two lists of parts read alike.
    private static func add(_ bytes: [UInt8]?, to hasher: inout SHA256Hasher) {
        let count = bytes.map { Int64($0.count) } ?? -1
        withUnsafeBytes(of: count.littleEndian) { hasher.update($0) }
        bytes?.withUnsafeBytes { hasher.update($0) }
    }
}
