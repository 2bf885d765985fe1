/// A media type with its parameters, as `Content-Type` carries it (RFC 9110, section 8.3.1).
public struct MediaType: Sendable, Equatable, CustomStringConvertible {
    /// The part before the slash, lower case.
    public let type: String
    /// The part behind the slash, lower case.
    public let subtype: String
    /// Parameter names in lower case, with their values as sent, in order.
    public let parameters: [Parameter]

    /// One `name=value` behind a media type.
    public struct Parameter: Sendable, Equatable {
        /// The name, lower case.
        public let name: String
        /// The value, without the quotes it may have been sent in.
        public let value: String

        /// Makes a parameter.
        ///
        /// - Parameters:
        ///   - name: A token; its case does not matter.
        ///   - value: The value, without quotes.
        public init(name: String, value: String) {
            self.name = name.lowercased()
            self.value = value
        }
    }

    /// Makes a media type.
    ///
    /// - Parameters:
    ///   - type: The part before the slash.
    ///   - subtype: The part behind it.
    ///   - parameters: Parameters in order.
    public init(_ type: String, _ subtype: String, parameters: [Parameter] = []) {
        self.type = type.lowercased()
        self.subtype = subtype.lowercased()
        self.parameters = parameters
    }

    /// Reads the value of a `Content-Type` field.
    ///
    /// Fails for anything that is not `type/subtype` and well-formed parameters, each name once.
    ///
    /// - Parameter value: The field's value, or one part's.
    public init?(_ value: String) {
        var scanner = FieldScanner(value.utf8)
        guard let type = scanner.token(), scanner.take(ASCII.slash), let subtype = scanner.token() else { return nil }
        guard let parameters = scanner.parameters(), scanner.isAtEnd else { return nil }
        self.init(type, subtype, parameters: parameters.map(Parameter.init))
    }

    /// `type/subtype` in lower case, without parameters.
    public var essence: String { "\(type)/\(subtype)" }

    /// The value of a parameter, nil when it is missing.
    ///
    /// - Parameter name: The name in lower case.
    /// - Returns: The value without quotes.
    public func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// The type as a field value; parameters are quoted where they must be.
    public var description: String {
        essence + parameters.map { "; \($0.name)=\(FieldScanner.quotingIfNeeded($0.value))" }.joined()
    }
}
