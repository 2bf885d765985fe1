#if canImport(Glibc)
    import Glibc
#endif

/// A strict HTTP/1.x request parser over bytes: a value that opens no socket and reads no clock.
///
/// Give it bytes with `append`, then call `next` until it returns nil (more bytes are needed) or throws (the
/// connection must be closed after an error response: nothing behind malformed bytes can be trusted). Bytes after a
/// message stay buffered until `next` is called again, so pipelined requests are taken one at a time.
///
/// Every byte is looked at a bounded number of times however the input is cut: the parser remembers how far it
/// has searched for a line end, and lines are validated once, when complete.
package struct RequestParser: Sendable {
    /// What `next` found.
    package enum Event: Sendable, Equatable {
        /// A complete, valid header section. Choose what happens to the body before the next call.
        case head(RequestHead)
        /// The end of the message, with its decoded body (empty when it was discarded). Trailers are checked, then dropped.
        case end(body: [UInt8])
    }

    /// Where in a message the next byte belongs.
    enum Stage: Sendable {
        case requestLine, fields, bodyStart, fixedBody, chunkSize, chunkData, chunkEnd, trailers, messageEnd
    }

    let limits: ParserLimits
    var stage = Stage.requestLine

    /// Unconsumed input is `buffer[start...]`.
    var buffer: [UInt8] = []
    var start = 0
    /// No LF lies in `buffer[start..<scanned]`.
    private var scanned = 0
    /// Bytes of the current message consumed before `start`, for error positions.
    private var consumedOfMessage = 0

    var partialHead = PartialHead()
    var skippedEmptyLine = false
    /// Bytes and lines of the header or trailer section so far.
    var sectionBytes = 0
    var sectionLines = 0

    var framing = BodyFraming.none
    var storesBody = true
    /// The bound on the current message's body.
    package internal(set) var maxBodyBytes = 0
    var body: [UInt8] = []
    /// Body bytes received so far in this message, stored or not.
    package internal(set) var bodyBytes = 0
    /// Bytes left of the fixed body or the current chunk.
    var remaining = 0
    var extensionBytes = 0

    /// Starts at the first byte of a connection.
    ///
    /// - Parameter limits: Bounds on lines, header sections and chunk extensions.
    package init(limits: ParserLimits = ParserLimits()) {
        self.limits = limits
    }

    /// Whether bytes were received that no event has covered yet.
    package var hasUnconsumedBytes: Bool { start < buffer.count }

    /// Bytes held in memory for this connection: unconsumed input and the stored body.
    package var bufferedBytes: Int { buffer.count - start + body.count }

    /// Takes in bytes from the connection.
    ///
    /// - Parameter bytes: The next bytes, any number of them.
    package mutating func append(_ bytes: some Collection<UInt8>) {
        // Consumed bytes at the front are dropped only when they outweigh what would have to be moved.
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            (start, scanned) = (0, 0)
        } else if start > buffer.count / 2 {
            buffer.removeSubrange(..<start)
            scanned -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// Keeps the body of the current message in memory, up to a bound.
    ///
    /// - Parameter maxBytes: A longer body fails with `.bodyTooLarge` as soon as that is known.
    package mutating func collectBody(maxBytes: Int) {
        storesBody = true
        maxBodyBytes = maxBytes
    }

    /// Reads the body of the current message past, without keeping it.
    ///
    /// - Parameter maxBytes: A longer body fails with `.bodyTooLarge`.
    package mutating func discardBody(maxBytes: Int) {
        storesBody = false
        maxBodyBytes = maxBytes
        body = []
    }

    /// Lets go of what is stored of the body, when the request will not be handled.
    package mutating func dropBody() { body = [] }

    /// Lets go of everything received, when none of it will be read; the parser must not be used afterwards.
    package mutating func dropInput() {
        (buffer, body) = ([], [])
        (start, scanned) = (0, 0)
    }

    /// The next event, or nil when more bytes are needed.
    ///
    /// - Returns: A head, then its end, then the next head, and so on.
    /// - Throws: `ParseError` for malformed or oversized input. The parser must not be used afterwards.
    package mutating func next() throws(ParseError) -> Event? {
        while true {
            switch stage {
            case .requestLine:
                guard let line = try takeLine(limit: limits.maxRequestLineBytes, tooLong: .requestLineTooLong) else {
                    return nil
                }
                try acceptRequestLine(line)
            case .fields:
                guard let line = try takeSectionLine() else { return nil }
                if !line.isEmpty {
                    partialHead.fields.append(try parseFieldLine(line))
                } else {
                    return .head(try finishHead())
                }
            case .messageEnd:
                return .end(body: finishMessage())
            default:
                guard try advanceBody() else { return nil }
            }
        }
    }

    /// A field line of the header or trailer section, empty at its end; enforces the section's limits.
    mutating func takeSectionLine() throws(ParseError) -> ArraySlice<UInt8>? {
        guard let line = try takeLine(limit: limits.maxHeaderBytes - sectionBytes, tooLong: .headerTooLarge) else {
            return nil
        }
        sectionBytes += line.count + 2
        guard !line.isEmpty else { return line }
        sectionLines += 1
        guard sectionLines <= limits.maxHeaderCount else {
            throw ParseError(.tooManyFields, found: line, at: position(line.startIndex))
        }
        return line
    }

    /// Consumes one line and returns it without its CRLF, or nil while its end has not arrived.
    ///
    /// The limit is checked before anything else, so that the outcome does not depend on how the input was cut.
    mutating func takeLine(limit: Int, tooLong: ParseError.Code) throws(ParseError) -> ArraySlice<UInt8>? {
        guard let end = findLineFeed() else {
            scanned = buffer.count
            guard buffer.count - start - 1 <= max(0, limit) else {
                throw ParseError(tooLong, found: buffer[start...], at: position(start))
            }
            return nil
        }
        guard end - start - 1 <= max(0, limit) else {
            throw ParseError(tooLong, found: buffer[start..<end], at: position(start))
        }
        // A line ends with CRLF; lenient readings of a lone LF or CR are how two parsers come to disagree (RFC 9112, 2.2).
        guard end > start, buffer[end - 1] == ASCII.carriageReturn else {
            throw ParseError(.bareLineFeed, found: buffer[max(start, end - 8)...end], at: position(end))
        }
        let line = buffer[start..<(end - 1)]
        if let stray = line.firstIndex(of: ASCII.carriageReturn) {
            throw ParseError(.bareCarriageReturn, found: buffer[stray...(stray + 1)], at: position(stray))
        }
        consume(through: end + 1)
        return line
    }

    /// Moves the start of unconsumed input forward to `index`.
    mutating func consume(through index: Int) {
        consumedOfMessage += index - start
        start = index
        scanned = max(scanned, start)
    }

    /// The offset from the first byte of the message of the byte at `index` of the buffer.
    func position(_ index: Int) -> Int { consumedOfMessage + index - start }

    private func findLineFeed() -> Int? {
        buffer.withUnsafeBytes { bytes in
            guard scanned < bytes.count, let base = bytes.baseAddress else { return nil }
            guard let found = memchr(base + scanned, Int32(ASCII.lineFeed), bytes.count - scanned) else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    /// Hands over the body and makes ready for the next message.
    private mutating func finishMessage() -> [UInt8] {
        let finished = body
        body = []
        (stage, consumedOfMessage, skippedEmptyLine) = (.requestLine, 0, false)
        partialHead = PartialHead()
        if start == buffer.count {
            // An idle connection keeps no buffer.
            buffer = []
            (start, scanned) = (0, 0)
        }
        return finished
    }
}
