import HTTPTypes

extension RequestParser {
    /// Moves forward in a body as far as the buffered bytes allow.
    ///
    /// - Returns: false when more bytes are needed.
    mutating func advanceBody() throws(ParseError) -> Bool {
        switch stage {
        case .bodyStart:
            try startBody()
            return true
        case .fixedBody, .chunkData:
            takeData()
            guard remaining == 0 else { return false }
            stage = stage == .fixedBody ? .messageEnd : .chunkEnd
            return true
        case .chunkSize:
            guard let line = try takeLine(limit: limits.maxChunkLineBytes, tooLong: .chunkLineTooLong) else {
                return false
            }
            try acceptChunkLine(line)
            return true
        case .chunkEnd:
            guard buffer.count - start >= 2 else {
                // Wrong from its first byte on is wrong at once; the outcome must not depend on the cut.
                if let first = buffer[start...].first, first != ASCII.carriageReturn { throw chunkEndError() }
                return false
            }
            guard buffer[start] == ASCII.carriageReturn, buffer[start + 1] == ASCII.lineFeed else {
                throw chunkEndError()
            }
            consume(through: start + 2)
            stage = .chunkSize
            return true
        case .trailers:
            guard let line = try takeSectionLine() else { return false }
            if line.isEmpty {
                stage = .messageEnd
            } else {
                try acceptTrailer(line)
            }
            return true
        case .requestLine, .fields, .messageEnd:
            preconditionFailure("advanceBody is called within a body only")
        }
    }

    /// Checks a trailer, then drops it: none means anything here, and none may be merged into the header (RFC 9110, 6.5.1).
    ///
    /// Framing and routing in a trailer come too late to be anything but an attack on a reader that merges.
    private func acceptTrailer(_ line: ArraySlice<UInt8>) throws(ParseError) {
        let field = try parseFieldLine(line)
        if ["content-length", "transfer-encoding", "host"].contains(field.name.canonicalName) {
            throw ParseError(.forbiddenTrailer, found: line, at: position(start - line.count - 2))
        }
    }

    private func chunkEndError() -> ParseError {
        ParseError(.invalidChunkEnd, found: buffer[start...].prefix(1), at: position(start))
    }

    private mutating func startBody() throws(ParseError) {
        switch framing {
        case .none:
            stage = .messageEnd
        case .length(let length):
            guard length <= maxBodyBytes else { throw tooLarge(length) }
            remaining = length
            stage = .fixedBody
        case .chunked:
            stage = .chunkSize
        }
    }

    private func tooLarge(_ size: Int) -> ParseError {
        ParseError(.bodyTooLarge, found: "at least \(size) bytes".utf8, at: position(start))
    }

    /// Moves body bytes out of the input, decoded.
    private mutating func takeData() {
        let count = min(remaining, buffer.count - start)
        guard count > 0 else { return }
        if storesBody {
            reserve(body.count + count)
            body.append(contentsOf: buffer[start..<(start + count)])
        }
        consume(through: start + count)
        remaining -= count
        bodyBytes += count
    }

    /// Makes room for a body of known length in a few large steps.
    ///
    /// Not all at once: many clients that announce much and send little must not take the address space.
    private mutating func reserve(_ needed: Int) {
        guard needed > body.capacity, case .length(let length) = framing else { return }
        body.reserveCapacity(min(length, max(needed, 4 * body.count + 64 * 1024)))
    }

    /// Reads `chunk-size [ chunk-ext ]` (RFC 9112, section 7.1).
    private mutating func acceptChunkLine(_ line: ArraySlice<UInt8>) throws(ParseError) {
        let lineStart = position(start - line.count - 2)
        var size = 0
        var index = line.startIndex
        while index < line.endIndex, let digit = line[index].hexadecimalValue {
            guard size <= Int.max >> 8 else { throw ParseError(.invalidChunkSize, found: line, at: lineStart) }
            size = size << 4 | Int(digit)
            index += 1
        }
        // No digit at all, or anything but ";" behind the digits.
        guard index > line.startIndex, index == line.endIndex || line[index] == ASCII.semicolon else {
            throw ParseError(.invalidChunkSize, found: line, at: lineStart)
        }
        extensionBytes += line.endIndex - index
        guard extensionBytes <= limits.maxChunkExtensionBytes else {
            throw ParseError(.chunkLineTooLong, found: line[index...], at: lineStart)
        }
        guard ChunkExtensions.areValid(line[index...]) else {
            throw ParseError(.invalidChunkExtension, found: line[index...], at: lineStart + index - line.startIndex)
        }
        if size == 0 {
            (stage, sectionBytes, sectionLines) = (.trailers, 0, 0)
            return
        }
        guard size <= maxBodyBytes - bodyBytes else { throw tooLarge(bodyBytes + size) }
        remaining = size
        stage = .chunkData
    }
}

/// The syntax of chunk extensions (RFC 9112, 7.1.1).
///
/// Their meaning is ignored, as it may be. The white space that the RFC's grammar calls bad is refused.
enum ChunkExtensions {
    /// Whether these bytes are `*( ";" name [ "=" ( token / quoted-string ) ] )`.
    static func areValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while rest.first == ASCII.semicolon {
            let name = rest.dropFirst().prefix(while: \.isToken)
            guard !name.isEmpty else { return false }
            rest = rest[name.endIndex...]
            guard rest.first == ASCII.equals else { continue }
            if rest.dropFirst().first == ASCII.quote {
                guard let end = quotedStringEnd(rest.dropFirst()) else { return false }
                rest = rest[end...]
            } else {
                let value = rest.dropFirst().prefix(while: \.isToken)
                guard !value.isEmpty else { return false }
                rest = rest[value.endIndex...]
            }
        }
        return rest.isEmpty
    }

    /// The index behind the closing quote of a quoted-string (RFC 9110, 5.6.4), nil when it does not close.
    private static func quotedStringEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
        var index = bytes.startIndex + 1
        while index < bytes.endIndex {
            switch bytes[index] {
            case ASCII.quote: return index + 1
            case ASCII.backslash: index += 2
            case let byte where byte.isFieldValue: index += 1
            default: return nil
            }
        }
        return nil
    }
}
