import HTTPServer
import Storage

/// Reads query parameters and refuses those that are unknown, repeated or cannot be understood.
///
/// A mistyped parameter that is passed over would inspect the wrong product, or list everything, without a word.
struct QueryReader {
    private let items: [String: String]

    /// Checks names.
    ///
    /// - Parameters:
    ///   - request: Whose query is read.
    ///   - known: The names there are.
    ///   - prefix: What names of the caller's own choice begin with, such as `metadata.`.
    /// - Throws: `Problem` of kind `invalidParameter`.
    init(_ request: ServerRequest, known: [String], prefix: String? = nil) throws(Problem) {
        var items: [String: String] = [:]
        for item in request.query {
            let isOwn = prefix.map { item.name.hasPrefix($0) && item.name != $0 } ?? false
            guard isOwn || known.contains(item.name) else {
                let all = known + [prefix.map { "\($0)NAME" }].compactMap(\.self)
                let expected = all.isEmpty ? "no query parameters" : "only \(all.joined(separator: ", "))"
                let name = String(item.name.prefix(60))
                let detail = "expected \(expected), found “\(name)”"
                throw Problem(.invalidParameter, detail, faults: [.init(.parameter, name, detail)])
            }
            guard items.updateValue(item.value, forKey: item.name) == nil else {
                throw Problem.parameter(item.name, "expected it once, found it again")
            }
        }
        self.items = items
    }

    /// Whether a parameter is there without a value, as in `?verbose`, or `true`.
    func isSet(_ name: String) throws(Problem) -> Bool { items[name] == "" ? true : try flag(name) }

    /// A text of 1…128 characters without control characters.
    func text(_ name: String) throws(Problem) -> String? {
        guard let text = items[name] else { return nil }
        guard let usable = Self.usable(text) else {
            throw Self.invalid(name, expected: "1 to 128 characters without control characters", found: text)
        }
        return usable
    }

    /// The texts of all parameters with a prefix, by the rest of their names.
    func texts(prefix: String, atMost limit: Int) throws(Problem) -> [String: String] {
        var texts: [String: String] = [:]
        for name in items.keys.sorted() where name.hasPrefix(prefix) {
            let key = String(name.dropFirst(prefix.count))
            guard Self.usable(key) != nil else {
                throw Self.invalid(
                    prefix + "NAME", expected: "a name of 1 to 128 characters without control characters", found: key)
            }
            texts[key] = try text(name)
        }
        guard texts.count <= limit else {
            throw Self.invalid(prefix + "NAME", expected: "at most \(limit) of them", found: "\(texts.count)")
        }
        return texts
    }

    /// The text itself when it can be stored and shown.
    static func usable(_ text: String) -> String? {
        let isClean = !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
        return isClean && (1...128).contains(text.unicodeScalars.count) ? text : nil
    }

    func moment(_ name: String) throws(Problem) -> Timestamp? {
        guard let text = items[name] else { return nil }
        guard let moment = RFC3339.moment(text) else {
            throw Self.invalid(name, expected: "a time such as 2026-01-31T08:00:00Z", found: text)
        }
        return moment
    }

    func number(_ name: String) throws(Problem) -> Double? {
        guard let text = items[name] else { return nil }
        guard let number = Self.decimal(text) else {
            throw Self.invalid(name, expected: "a number such as 0.5", found: text)
        }
        return number
    }

    /// A finite number in decimal digits; Swift's own reader takes hexadecimal and “infinity” too.
    static func decimal(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || "+-.eE".utf8.contains($0) }
        guard isDecimal, let number = Double(text), number.isFinite else { return nil }
        return number
    }

    /// A whole number within bounds.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
        guard let text = items[name] else { return nil }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), range.contains(number)
        else {
            let bounds =
                range.upperBound == .max
                ? "of at least \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)"
            throw Self.invalid(name, expected: "a whole number \(bounds)", found: text)
        }
        return number
    }

    /// `true` or `false`; false when absent.
    func flag(_ name: String) throws(Problem) -> Bool { try optionalFlag(name) ?? false }

    /// Nil where neither is said.
    func optionalFlag(_ name: String) throws(Problem) -> Bool? {
        switch items[name] {
        case nil: return nil
        case "false": return false
        case "true": return true
        case .some(let text): throw Self.invalid(name, expected: "true or false", found: text)
        }
    }

    /// Seconds above 0 and at most an hour.
    func seconds(_ name: String) throws(Problem) -> Duration? {
        guard let text = items[name] else { return nil }
        guard let seconds = Self.usableSeconds(text) else {
            throw Self.invalid(name, expected: Self.secondsExpected, found: text)
        }
        return seconds
    }

    /// What `usableSeconds` takes, in words.
    static let secondsExpected = "seconds above 0 and at most 3600, such as 0.5"

    /// The duration that a text names.
    static func usableSeconds(_ text: String) -> Duration? {
        guard let seconds = decimal(text), seconds > 0, seconds <= 3600 else { return nil }
        return .seconds(seconds)
    }

    /// One of an enumeration's raw values.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) throws(Problem) -> Choice? {
        guard let text = items[name] else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw Self.invalid(name, expected: "one of \(all)", found: text)
        }
        return choice
    }

    /// `pageSize`, 1…1000.
    func pageSize(default count: Int = 50) throws(Problem) -> Int {
        try integer("pageSize", in: 1...1000) ?? count
    }

    /// `pageToken` as an earlier answer gave it.
    func pageToken() throws -> PageToken? { try items["pageToken"].map { try PageToken($0) } }

    private static func invalid(_ name: String, expected: String, found: String) -> Problem {
        .parameter(name, "expected \(expected), found “\(found.prefix(60))”")
    }
}
