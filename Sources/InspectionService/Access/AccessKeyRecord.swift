package import Checkpoints
public import Storage

/// What is kept of a key.
public struct AccessKeyRecord: Sendable, Equatable {
    /// What people and logs call it.
    public let name: String
    /// What it allows.
    public let role: AccessRole
    /// When it was made, as the file says it (RFC 3339).
    public let created: String
    package let digest: Checkpoints.SHA256Digest

    /// Describes a new key.
    ///
    /// - Parameters:
    ///   - name: 1 to 64 of letters, digits, `.`, `_` and `-`.
    ///   - role: What it allows.
    ///   - key: The key.
    ///   - moment: When it was made; seconds are kept.
    /// - Throws: ``AccessKeyError`` with `.invalidName`.
    public init(name: String, role: AccessRole, key: AccessKey, at moment: Timestamp) throws(AccessKeyError) {
        guard Self.isName(name) else {
            throw AccessKeyError(.invalidName, "expected \(Self.nameExpected), found \(Self.shown(name))")
        }
        self.name = name
        self.role = role
        created = String(RFC3339.text(moment).prefix(19)) + "Z"
        digest = key.digest
    }

    /// Reads `NAME ROLE sha256:HEX CREATED`.
    ///
    /// - Returns: The record, or what was expected and found instead; what may be a key is not repeated.
    static func parsing(_ line: Substring) -> Result<AccessKeyRecord, AccessKeyFault> {
        let words = line.split { $0 == " " || $0 == "\t" }
        guard words.count == 4 else {
            return fault(
                "NAME ROLE sha256:HEX CREATED, separated by spaces",
                words.count == 1 ? "1 word" : "\(words.count) words")
        }
        let name = String(words[0])
        guard isName(name) else { return fault(nameExpected, shown(words[0])) }
        guard let role = AccessRole(rawValue: String(words[1])) else {
            return fault("one of \(AccessRole.names) behind the name", shown(words[1]))
        }
        let algorithm = "sha256:"
        guard words[2].hasPrefix(algorithm),
            let digest = Checkpoints.SHA256Digest(hex: words[2].dropFirst(algorithm.count))
        else {
            return fault("sha256: and 64 hexadecimal digits behind the role", "something else")
        }
        let created = String(words[3])
        guard RFC3339.moment(created) != nil else {
            return fault("a time such as 2026-01-31T08:00:00Z at the end", shown(words[3]))
        }
        return .success(AccessKeyRecord(name: name, role: role, created: created, digest: digest))
    }

    private init(name: String, role: AccessRole, created: String, digest: Checkpoints.SHA256Digest) {
        self.name = name
        self.role = role
        self.created = created
        self.digest = digest
    }

    /// The line in the file.
    var line: String { "\(name) \(role.rawValue) sha256:\(digest.hex) \(created)" }

    static let nameExpected = "a name of 1 to 64 of letters, digits, “.”, “_” and “-”, not beginning like a key"

    /// Whether a text can be a name: one that looks like a key would be shown everywhere.
    static func isName(_ text: String) -> Bool {
        let isClean = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
            default: false
            }
        }
        return isClean && (1...64).contains(text.utf8.count) && !AccessKey.isHinted(by: text)
    }

    /// A word for a message, unless it may be a key.
    static func shown(_ word: some StringProtocol) -> String {
        AccessKey.isHinted(by: word) ? "what looks like a key" : "“\(word.prefix(40))”"
    }

    private static func fault(_ expected: String, _ found: String) -> Result<AccessKeyRecord, AccessKeyFault> {
        .failure(AccessKeyFault(description: "expected \(expected), found \(found)"))
    }
}

/// What is wrong with a line.
struct AccessKeyFault: Error {
    let description: String
}
