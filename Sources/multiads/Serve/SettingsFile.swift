import Yams

/// A YAML configuration file, read strictly: unknown keys and values of another type are refused.
///
/// A key without a value (`~` or nothing) leaves the default.
struct SettingsFile {
    /// Checked values by the setting's name.
    private(set) var values: [String: SettingValue] = [:]
    private let file: String
    private let settings: [String: Setting]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - text: YAML 1.1, one mapping.
    ///   - file: For messages.
    ///   - settings: The keys there are.
    /// - Throws: ``CommandFailure`` with file, line, key, what was expected and what was found.
    init(text: String, file: String, settings: [Setting]) throws {
        self.file = file
        self.settings = Dictionary(uniqueKeysWithValues: settings.map { ($0.name, $0) })
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            throw CommandFailure("\(file): expected YAML, found a fault: \(Self.oneLine("\(error)"))")
        }
        guard let root, !Self.isNothing(root) else { return }
        guard case .mapping = root else { throw failure("", root, expected: "a mapping of keys to values") }
        try read(root, prefix: "")
    }

    private mutating func read(_ node: Node, prefix: String) throws {
        guard case .mapping(let mapping) = node else { return }
        for (keyNode, value) in mapping {
            let key = keyNode.scalar?.string ?? "?"
            let name = prefix.isEmpty ? key : "\(prefix).\(key)"
            if let setting = settings[name] {
                if !Self.isNothing(value) { values[name] = try self.value(value, for: setting) }
            } else if settings.keys.contains(where: { $0.hasPrefix(name + ".") }) {
                if Self.isNothing(value) { continue }
                guard case .mapping = value else { throw failure(name, value, expected: "a mapping of keys to values") }
                try read(value, prefix: name)
            } else {
                throw CommandFailure(
                    "\(place(keyNode)): expected a known key\(hint(name, below: prefix)), found “\(name)”")
            }
        }
    }

    private func value(_ node: Node, for setting: Setting) throws -> SettingValue {
        switch (node, setting.kind) {
        case (.sequence(let items), let kind) where kind.isList:
            let texts = items.compactMap { $0.scalar?.string }
            guard texts.count == items.count, !texts.isEmpty, texts.allSatisfy({ !$0.isEmpty }) else { break }
            if kind == .list { return .list(texts) }
            guard let value = kind.value(of: texts.joined(separator: ",")) else { break }
            return value
        case (.scalar(let scalar), let kind) where !kind.isList:
            // "8080" in quotation marks is a text, also where a number is wanted.
            guard scalar.style == .plain || kind.takesText, let value = kind.value(of: scalar.string) else { break }
            return value
        default: break
        }
        throw failure(setting.name, node, expected: setting.kind.expectation)
    }

    private func failure(_ name: String, _ node: Node, expected: String) -> CommandFailure {
        let found =
            switch node {
            case .scalar(let scalar): "“\(Self.oneLine(String(scalar.string.prefix(60))))”"
            case .mapping: "a mapping"
            case .sequence(let items): "a list of \(items.count)"
            case .alias: "an alias"
            }
        let subject = name.isEmpty ? "" : "\(name): "
        return CommandFailure("\(place(node)): \(subject)expected \(expected), found \(found)")
    }

    private func place(_ node: Node) -> String { node.mark.map { "\(file):\($0.line)" } ?? file }

    private func hint(_ name: String, below prefix: String) -> String {
        let siblings = Set(
            settings.keys.compactMap { known -> String? in
                guard prefix.isEmpty || known.hasPrefix(prefix + ".") else { return nil }
                return known.dropFirst(prefix.isEmpty ? 0 : prefix.count + 1).split(separator: ".").first.map(
                    String.init)
            })
        return siblings.isEmpty ? "" : " (one of \(siblings.sorted().joined(separator: ", ")))"
    }

    private static func isNothing(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .plain else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
}

extension SettingKind {
    /// True where a quoted scalar is as good as a plain one.
    fileprivate var takesText: Bool {
        switch self {
        case .text, .choice, .list: true
        case .integer, .number, .seconds, .blocks: false
        }
    }
}
