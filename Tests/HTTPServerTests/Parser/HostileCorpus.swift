import HTTPServer
import Testing

/// One request that must be refused, and why.
struct HostileRequest: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: String
    let code: ParseError.Code

    var testDescription: String { name }

    init(_ name: String, _ bytes: String, _ code: ParseError.Code) {
        self.name = name
        self.bytes = bytes
        self.code = code
    }

    /// Every kind of malformed input the server promises to refuse.
    ///
    /// New finds go to the end.
    static let corpus: [HostileRequest] = requestLines + fields + framing + chunks

    private static func post(_ fields: String, _ rest: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\r\n\(rest)"
    }

    private static let requestLines: [HostileRequest] = [
        .init("bare LF after the request line", "GET / HTTP/1.1\nHost: h\r\n\r\n", .bareLineFeed),
        .init("only bare LFs", "GET / HTTP/1.1\nHost: h\n\n", .bareLineFeed),
        .init("bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: h\r\n\r\n", .bareCarriageReturn),
        .init("two CRs before the LF", "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n", .bareCarriageReturn),
        .init("two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
        .init("space before the method", " GET / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
        .init("two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
        .init("tab between the parts", "GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
        .init("trailing space", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", .malformedRequestLine),
        .init("no version (HTTP/0.9)", "GET /\r\n", .malformedRequestLine),
        .init("foreign protocol", "GET / FOO/9\r\nHost: h\r\n\r\n", .malformedRequestLine),
        .init("lower-case http", "GET / http/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
        .init("version without minor", "GET / HTTP/1\r\nHost: h\r\n\r\n", .malformedRequestLine),
        .init("two-digit version", "GET / HTTP/1.10\r\nHost: h\r\n\r\n", .malformedRequestLine),
        .init("version 2.0", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", .unsupportedVersion),
        .init("version 1.2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", .unsupportedVersion),
        .init("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion),
        .init("method with a colon", "GE:T / HTTP/1.1\r\nHost: h\r\n\r\n", .invalidMethod),
        .init("method with a control byte", "G\u{1}T / HTTP/1.1\r\nHost: h\r\n\r\n", .invalidMethod),
        .init("TLS on a plain port", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n", .malformedRequestLine),
        .init("CONNECT", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", .connectUnsupported),
        .init("asterisk without OPTIONS", "GET * HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget),
        .init("relative target", "GET index HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget),
        .init("fragment", "GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget),
        .init("NUL in the target", "GET /\u{0} HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget),
        .init("raw UTF-8 in the target", "GET /é HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget),
        .init("half a percent-encoding", "GET /%4 HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget),
        .init("percent without hex", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget),
        .init("ftp URL", "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget),
        .init("URL without host", "GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget),
        .init("URL with user", "GET http://u:p@h/ HTTP/1.1\r\nHost: h\r\n\r\n", .invalidTarget),
    ]

    private static let fields: [HostileRequest] = [
        .init("bare LF after a field", "GET / HTTP/1.1\r\nHost: h\nA: b\r\n\r\n", .bareLineFeed),
        .init("bare CR in a value", "GET / HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n", .bareCarriageReturn),
        .init("header ended by LF alone", "GET / HTTP/1.1\r\nHost: h\r\n\n", .bareLineFeed),
        .init("space before the first field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", .obsoleteFold),
        .init("obs-fold with space", "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n", .obsoleteFold),
        .init("obs-fold with tab", "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\tc\r\n\r\n", .obsoleteFold),
        .init("space before the colon", "GET / HTTP/1.1\r\nHost : h\r\n\r\n", .spaceBeforeColon),
        .init("tab before the colon", post("Content-Length\t: 5", "hello"), .spaceBeforeColon),
        .init("line without colon", "GET / HTTP/1.1\r\nHost: h\r\nnonsense\r\n\r\n", .missingColon),
        .init("empty name", "GET / HTTP/1.1\r\nHost: h\r\n: b\r\n\r\n", .invalidFieldName),
        .init("space in a name", "GET / HTTP/1.1\r\nHost: h\r\nA b: c\r\n\r\n", .invalidFieldName),
        .init("quote in a name", "GET / HTTP/1.1\r\nHost: h\r\n\"A\": c\r\n\r\n", .invalidFieldName),
        .init("non-ASCII name", "GET / HTTP/1.1\r\nHost: h\r\nÄ: c\r\n\r\n", .invalidFieldName),
        .init("NUL in a value", "GET / HTTP/1.1\r\nHost: h\r\nA: b\u{0}c\r\n\r\n", .invalidFieldValue),
        .init("escape in a value", "GET / HTTP/1.1\r\nHost: h\r\nA: \u{1B}[0m\r\n\r\n", .invalidFieldValue),
        .init("DEL in a value", "GET / HTTP/1.1\r\nHost: h\r\nA: b\u{7F}\r\n\r\n", .invalidFieldValue),
        .init("no Host", "GET / HTTP/1.1\r\nA: b\r\n\r\n", .missingHost),
        .init("two Hosts", "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", .duplicateHost),
        .init("two Hosts in other case", "GET / HTTP/1.1\r\nHost: h\r\nhOST: g\r\n\r\n", .duplicateHost),
        .init("Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .invalidHost),
        .init("Host with a path", "GET / HTTP/1.1\r\nHost: h/x\r\n\r\n", .invalidHost),
        .init("Host with a user", "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", .invalidHost),
        .init("Host with a named port", "GET / HTTP/1.1\r\nHost: h:http\r\n\r\n", .invalidHost),
        .init("Host list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", .invalidHost),
        .init("unclosed IPv6 Host", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", .invalidHost),
        .init("unknown expectation", post("Expect: coffee\r\nContent-Length: 1", "x"), .expectationFailed),
    ]

    private static let framing: [HostileRequest] = [
        .init("signed length", post("Content-Length: +5", "hello"), .invalidContentLength),
        .init("negative length", post("Content-Length: -1"), .invalidContentLength),
        .init("hexadecimal length", post("Content-Length: 0x5", "hello"), .invalidContentLength),
        .init("fractional length", post("Content-Length: 5.0", "hello"), .invalidContentLength),
        .init("empty length", post("Content-Length:"), .invalidContentLength),
        .init("length list", post("Content-Length: 5, 5", "hello"), .invalidContentLength),
        .init("length with a space inside", post("Content-Length: 1 0", "hello"), .invalidContentLength),
        .init("length beyond 64 bits", post("Content-Length: 18446744073709551621", "hello"), .invalidContentLength),
        .init("length beyond 63 bits", post("Content-Length: 9223372036854775808"), .invalidContentLength),
        .init("fullwidth digit", post("Content-Length: ５", "hello"), .invalidContentLength),
        .init("differing lengths", post("Content-Length: 5\r\nContent-Length: 3", "hello"), .duplicateContentLength),
        .init("equal lengths", post("Content-Length: 5\r\nContent-Length: 5", "hello"), .duplicateContentLength),
        .init(
            "length and chunked", post("Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
            .conflictingFraming),
        .init(
            "chunked and length", post("Transfer-Encoding: chunked\r\nContent-Length: 3", "0\r\n\r\n"),
            .conflictingFraming),
        .init("chunked not last", post("Transfer-Encoding: chunked, gzip", "0\r\n\r\n"), .invalidTransferEncoding),
        .init("chunked twice", post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n"), .invalidTransferEncoding),
        .init(
            "chunked in two fields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
            .invalidTransferEncoding),
        .init("xchunked", post("Transfer-Encoding: xchunked", "0\r\n\r\n"), .invalidTransferEncoding),
        .init("identity", post("Transfer-Encoding: identity", "0\r\n\r\n"), .invalidTransferEncoding),
        .init("empty coding", post("Transfer-Encoding:", "0\r\n\r\n"), .invalidTransferEncoding),
        .init(
            "empty element behind chunked", post("Transfer-Encoding: chunked,", "0\r\n\r\n"), .invalidTransferEncoding),
        .init(
            "empty element before chunked", post("Transfer-Encoding: , chunked", "0\r\n\r\n"),
            .unsupportedTransferCoding),
        .init("quoted coding", post("Transfer-Encoding: \"chunked\"", "0\r\n\r\n"), .invalidTransferEncoding),
        .init("coding with parameter", post("Transfer-Encoding: chunked;q=1", "0\r\n\r\n"), .invalidTransferEncoding),
        .init(
            "vertical tab before chunked", post("Transfer-Encoding: \u{B}chunked", "0\r\n\r\n"), .invalidFieldValue),
        .init("gzip before chunked", post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"), .unsupportedTransferCoding),
        .init(
            "chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            .invalidTransferEncoding),
        .init("HTTP/1.0 body without length", "POST / HTTP/1.0\r\n\r\nGET / HTTP/1.1\r\n\r\n", .lengthRequired),
    ]

    private static func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked", body) }

    private static let chunks: [HostileRequest] = [
        .init("signed chunk size", chunked("+5\r\nhello\r\n0\r\n\r\n"), .invalidChunkSize),
        .init("empty chunk size", chunked("\r\nhello\r\n0\r\n\r\n"), .invalidChunkSize),
        .init("0x chunk size", chunked("0x5\r\nhello\r\n0\r\n\r\n"), .invalidChunkSize),
        .init("chunk size with trailing junk", chunked("5g\r\nhello\r\n0\r\n\r\n"), .invalidChunkSize),
        .init("chunk size with trailing space", chunked("5 \r\nhello\r\n0\r\n\r\n"), .invalidChunkSize),
        .init("chunk size with leading space", chunked(" 5\r\nhello\r\n0\r\n\r\n"), .invalidChunkSize),
        .init("chunk size overflow", chunked("FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"), .invalidChunkSize),
        .init("huge chunk", chunked("7FFFFFFF\r\n"), .bodyTooLarge),
        .init("bare LF after the size", chunked("5\nhello\r\n0\r\n\r\n"), .bareLineFeed),
        .init("bare LF after the data", chunked("5\r\nhello\n0\r\n\r\n"), .invalidChunkEnd),
        .init("data longer than its size", chunked("5\r\nhello!\r\n0\r\n\r\n"), .invalidChunkEnd),
        .init("CR without LF after the data", chunked("5\r\nhello\rX0\r\n\r\n"), .invalidChunkEnd),
        .init("bare CR in an extension", chunked("5;a=\rb\r\nhello\r\n0\r\n\r\n"), .bareCarriageReturn),
        .init("extension behind a space", chunked("5 ;a\r\nhello\r\n0\r\n\r\n"), .invalidChunkSize),
        .init("space before an extension's name", chunked("5; a\r\nhello\r\n0\r\n\r\n"), .invalidChunkExtension),
        .init("extension without name", chunked("5;=b\r\nhello\r\n0\r\n\r\n"), .invalidChunkExtension),
        .init("extension with an open quote", chunked("5;a=\"b\r\nhello\r\n0\r\n\r\n"), .invalidChunkExtension),
        .init("extension with a control byte", chunked("5;a=\u{1}\r\nhello\r\n0\r\n\r\n"), .invalidChunkExtension),
        .init(
            "oversized extension", chunked("5;a=\(String(repeating: "b", count: 300))\r\nhello\r\n0\r\n\r\n"),
            .chunkLineTooLong),
        .init("bad trailer name", chunked("0\r\nA b: c\r\n\r\n"), .invalidFieldName),
        .init("length in the trailers", chunked("0\r\nContent-Length: 5\r\n\r\n"), .forbiddenTrailer),
        .init("coding in the trailers", chunked("0\r\ntransfer-encoding: chunked\r\n\r\n"), .forbiddenTrailer),
        .init("host in the trailers", chunked("0\r\nHost: h\r\n\r\n"), .forbiddenTrailer),
        .init("trailer fold", chunked("0\r\nA: b\r\n c\r\n\r\n"), .obsoleteFold),
        .init("bare LF after trailers", chunked("0\r\nA: b\r\n\n"), .bareLineFeed),
    ]
}
