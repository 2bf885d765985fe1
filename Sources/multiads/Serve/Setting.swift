/// A key of the configuration: its name, what it takes, and where the value goes.
struct Setting {
    /// Dotted path in the YAML file, such as `server.port`.
    let name: String
    let kind: SettingKind
    private let store: (inout ServiceSettings, SettingValue) -> Void

    /// Puts a value of this kind into the settings.
    func apply(_ value: SettingValue, to settings: inout ServiceSettings) { store(&settings, value) }

    /// The environment variable: `server.eventLoops` is `MULTIADS_SERVER_EVENT_LOOPS`.
    var variable: String {
        var words = Self.variablePrefix
        for character in name {
            if character == "." {
                words += "_"
            } else {
                if character.isUppercase { words += "_" }
                words += character.uppercased()
            }
        }
        return words
    }

    /// What all variables begin with.
    static let variablePrefix = "MULTIADS_"

    static func integer(
        _ name: String, _ range: ClosedRange<Int>, _ path: WritableKeyPath<ServiceSettings, Int>
    ) -> Setting {
        Setting(name: name, kind: .integer(range)) { settings, value in
            if case .integer(let number) = value { settings[keyPath: path] = number }
        }
    }

    static func optionalInteger(
        _ name: String, _ range: ClosedRange<Int>, _ path: WritableKeyPath<ServiceSettings, Int?>
    ) -> Setting {
        Setting(name: name, kind: .integer(range)) { settings, value in
            if case .integer(let number) = value { settings[keyPath: path] = number }
        }
    }

    static func count(_ name: String, atLeast minimum: Int, _ path: WritableKeyPath<ServiceSettings, Int>) -> Setting {
        integer(name, minimum...Int.max, path)
    }

    static func seconds(
        _ name: String, atLeast minimum: Double? = nil, _ path: WritableKeyPath<ServiceSettings, Duration>
    ) -> Setting {
        Setting(name: name, kind: minimum.map { .number($0...86_400) } ?? .seconds) { settings, value in
            if case .number(let seconds) = value { settings[keyPath: path] = .seconds(seconds) }
        }
    }

    static func text(_ name: String, _ path: WritableKeyPath<ServiceSettings, String>) -> Setting {
        custom(name, .text) { settings, text in settings[keyPath: path] = text }
    }

    static func custom(
        _ name: String, _ kind: SettingKind, _ store: @escaping (inout ServiceSettings, String) -> Void
    ) -> Setting {
        Setting(name: name, kind: kind) { settings, value in
            if case .text(let text) = value { store(&settings, text) }
        }
    }

    static func list(
        _ name: String, _ kind: SettingKind = .list, _ store: @escaping (inout ServiceSettings, [String]) -> Void
    ) -> Setting {
        Setting(name: name, kind: kind) { settings, value in
            if case .list(let texts) = value { store(&settings, texts) }
        }
    }

    static func optionalNumber(
        _ name: String, _ range: ClosedRange<Double>, _ path: WritableKeyPath<ServiceSettings, Double?>
    ) -> Setting {
        Setting(name: name, kind: .number(range)) { settings, value in
            if case .number(let number) = value { settings[keyPath: path] = number }
        }
    }

    static func number(
        _ name: String, _ range: ClosedRange<Double>, _ path: WritableKeyPath<ServiceSettings, Double>
    ) -> Setting {
        Setting(name: name, kind: .number(range)) { settings, value in
            if case .number(let number) = value { settings[keyPath: path] = number }
        }
    }
}
