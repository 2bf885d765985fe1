import Checkpoints

/// A JSON object of a configuration file with typed, checked access to its members.
struct ConfigurationObject {
    let members: [String: JSONValue]
    /// File name and path of the object, for messages: `open_clip_config.json: model_cfg.vision_cfg`.
    let location: String

    /// Reads a file whose top level must be an object.
    init(_ region: ByteRegion, file: String) throws(CLIPError) {
        do {
            guard case .object(let members) = try StrictJSON.parse(region.bytes) else {
                throw CLIPError(.badConfiguration, "expected a JSON object, found another value in \(file)")
            }
            self.init(members: members, location: file)
        } catch let error as JSONError {
            throw CLIPError(.badConfiguration, "\(error.reason), at byte \(error.offset) of \(file)")
        } catch let error as CLIPError {
            throw error
        } catch {
            throw CLIPError(.badConfiguration, "\(error)")
        }
    }

    init(members: [String: JSONValue], location: String) {
        self.members = members
        self.location = location
    }

    func object(_ key: String) throws(CLIPError) -> ConfigurationObject {
        guard case .object(let inner) = members[key] else { throw mismatch(key, "an object") }
        return ConfigurationObject(members: inner, location: "\(location): \(key)")
    }

    func integer(_ key: String, default fallback: Int? = nil) throws(CLIPError) -> Int {
        if isAbsent(key), let fallback { return fallback }
        guard let value = members[key]?.integer else { throw mismatch(key, "an integer") }
        return value
    }

    func number(_ key: String, default fallback: Double) throws(CLIPError) -> Double {
        if isAbsent(key) { return fallback }
        guard case .number(let literal) = members[key], let value = Double(literal) else {
            throw mismatch(key, "a number")
        }
        return value
    }

    func flag(_ key: String) throws(CLIPError) -> Bool {
        if isAbsent(key) { return false }
        guard case .bool(let value) = members[key] else { throw mismatch(key, "true or false") }
        return value
    }

    func text(_ key: String, default fallback: String) throws(CLIPError) -> String {
        if isAbsent(key) { return fallback }
        guard let value = members[key]?.text else { throw mismatch(key, "a string") }
        return value
    }

    /// Three numbers, one per colour channel.
    func channels(_ key: String, default fallback: [Float]) throws(CLIPError) -> [Float] {
        if isAbsent(key) { return fallback }
        guard case .array(let items) = members[key], items.count == 3 else { throw mismatch(key, "three numbers") }
        var values: [Float] = []
        for item in items {
            guard case .number(let literal) = item, let value = Float(literal), value.isFinite else {
                throw mismatch(key, "three numbers")
            }
            values.append(value)
        }
        return values
    }

    /// Refuses keys that would change the network in ways this engine does not know.
    func requireOnly(_ known: Set<String>) throws(CLIPError) {
        for (key, value) in members.sorted(by: { $0.key < $1.key }) where !known.contains(key) {
            // A feature that is switched off asks for nothing.
            if value == .null || value == .bool(false) || value == .number("0") || value == .number("0.0") { continue }
            throw CLIPError(
                .unsupportedArchitecture,
                "expected a standard CLIP vision transformer, found the setting \(key) in \(location)")
        }
    }

    func isAbsent(_ key: String) -> Bool { members[key] == nil || members[key] == .null }

    private func mismatch(_ key: String, _ expected: String) -> CLIPError {
        let found = members[key].map { "\($0)" } ?? "nothing"
        return CLIPError(.badConfiguration, "expected \(expected) for \(key), found \(found) in \(location)")
    }
}
