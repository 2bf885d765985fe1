// libFuzzer harness: whatever the bytes and however they are cut, the parser neither crashes nor changes its mind.
//
// Build from the package's root, after `swift build` (which provides HTTPTypes), and run for a minute:
//   swiftc -O -sanitize=fuzzer,address -parse-as-library -package-name fuzz -I .build/debug/Modules Sources/HTTPServer/Parser/*.swift Tests/Fuzz/RequestParserFuzz.swift .build/debug/HTTPTypes.build/*.o -o .build/request-parser-fuzz
//   SWIFT_BACKTRACE=enable=no .build/request-parser-fuzz -max_total_time=60 -dict=Tests/Fuzz/http.dict .build/request-parser-corpus
// Every crash becomes a case of Tests/HTTPServerTests/Parser/HostileCorpus.swift.

/// Small limits, so that short inputs reach them.
private let limits: ParserLimits = {
    var limits = ParserLimits()
    limits.maxRequestLineBytes = 64
    limits.maxHeaderBytes = 256
    limits.maxHeaderCount = 8
    limits.maxBodyBytes = 64
    limits.maxChunkLineBytes = 24
    limits.maxChunkExtensionBytes = 32
    return limits
}()

private struct Outcome: Equatable {
    var events: [RequestParser.Event] = []
    var error: ParseError?
}

private func outcome(_ pieces: some Sequence<ArraySlice<UInt8>>) -> Outcome {
    var parser = RequestParser(limits: limits)
    var outcome = Outcome()
    for piece in pieces {
        parser.append(piece)
        do throws(ParseError) {
            while let event = try parser.next() {
                if case .end(let body) = event { precondition(body.count <= limits.maxBodyBytes) }
                outcome.events.append(event)
            }
        } catch {
            precondition(error.offset >= 0 && (400...599).contains(error.status.code))
            outcome.error = error
            return outcome
        }
        precondition(parser.bufferedBytes <= piece.count + 256 + 64 + 2, "memory stays within the limits")
    }
    return outcome
}

/// Parses the input whole, byte by byte, and cut at a place that the input's first byte chooses.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))[...]
    guard let first = input.first else { return 0 }
    let bytes = input.dropFirst()
    let whole = outcome([bytes])
    precondition(outcome(bytes.indices.map { bytes[$0...$0] }) == whole, "byte by byte")
    let cut = bytes.startIndex + (bytes.isEmpty ? 0 : Int(first) * bytes.count / 256)
    precondition(outcome([bytes[..<cut], bytes[cut...]]) == whole, "cut at \(cut)")
    return 0
}
