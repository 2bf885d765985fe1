/// What a setting takes.
enum SettingKind: Equatable {
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    /// A time span above 0 and at most a day.
    case seconds
    case text
    case choice([String])
    /// Texts: a list in YAML, separated by commas elsewhere.
    case list
    /// Numbers of blocks: a list in YAML, separated by commas elsewhere.
    case blocks

    /// Whether it is a list in YAML.
    var isList: Bool { self == .list || self == .blocks }

    /// Completes "expected …".
    var expectation: String {
        switch self {
        case .integer(let range) where range.upperBound == .max: "a whole number of at least \(range.lowerBound)"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
        case .seconds: "seconds, above 0 and at most 86400"
        case .text: "a text"
        case .choice(let names): "one of \(names.joined(separator: ", "))"
        case .list: "a list of texts"
        case .blocks: "a list of block numbers from 1, such as 6,12,18,24"
        }
    }

    /// Reads a value from one text; nil when it does not fit.
    func value(of text: String) -> SettingValue? {
        switch self {
        case .integer(let range): return Int(text).flatMap { range.contains($0) ? .integer($0) : nil }
        case .number(let range): return Double(text).flatMap { range.contains($0) ? .number($0) : nil }
        case .seconds: return Double(text).flatMap { $0 > 0 && $0 <= 86_400 ? .number($0) : nil }
        case .text: return text.isEmpty ? nil : .text(text)
        case .choice(let names): return names.contains(text) ? .text(text) : nil
        case .list: return NameList(argument: text).map { .list($0.names) }
        case .blocks: return StageList(argument: text).map { .list($0.blocks.map(String.init)) }
        }
    }
}

/// A checked value.
enum SettingValue: Equatable {
    case integer(Int)
    case number(Double)
    case text(String)
    case list([String])
}
