import HTTPServer
import HTTPTypes
import Testing

/// What a parser made of some input: the events in order, and the error that ended it, if one did.
struct ParserOutcome: Equatable {
    var events: [RequestParser.Event] = []
    var error: ParseError?

    /// The heads among the events.
    var heads: [RequestHead] {
        events.compactMap { if case .head(let head) = $0 { head } else { nil } }
    }

    /// The bodies among the events, as text.
    var bodies: [String] {
        events.compactMap { if case .end(let body) = $0 { String(decoding: body, as: UTF8.self) } else { nil } }
    }
}

/// Feeds the pieces one after the other, taking all events after each.
func parse(_ pieces: [some Collection<UInt8>], limits: ParserLimits = ParserLimits()) -> ParserOutcome {
    var parser = RequestParser(limits: limits)
    var outcome = ParserOutcome()
    for piece in pieces {
        parser.append(piece)
        do throws(ParseError) {
            while let event = try parser.next() { outcome.events.append(event) }
        } catch {
            outcome.error = error
            return outcome
        }
    }
    return outcome
}

/// Parses whole, byte by byte, and cut in two at every place, and requires that all agree.
func parseEveryWay(
    _ text: String, limits: ParserLimits = ParserLimits(), location: SourceLocation = #_sourceLocation
) -> ParserOutcome {
    let bytes = Array(text.utf8)
    let whole = parse([bytes], limits: limits)
    #expect(parse(bytes.map { [$0] }, limits: limits) == whole, "byte by byte", sourceLocation: location)
    for cut in bytes.indices.dropFirst() {
        let parts = parse([bytes[..<cut], bytes[cut...]], limits: limits)
        guard parts == whole else {
            Issue.record("cut at \(cut): \(parts) instead of \(whole)", sourceLocation: location)
            break
        }
    }
    return whole
}

/// The head of the only request in `text`.
func onlyHead(_ text: String, location: SourceLocation = #_sourceLocation) throws -> RequestHead {
    let outcome = parseEveryWay(text, location: location)
    #expect(outcome.error == nil, sourceLocation: location)
    #expect(outcome.events.count == 2, sourceLocation: location)
    return try #require(outcome.heads.first, sourceLocation: location)
}
