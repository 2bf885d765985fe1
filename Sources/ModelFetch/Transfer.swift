import CCurl

/// One GET request.
struct TransferRequest {
    let url: String
    /// First byte wanted; 0 asks for everything.
    var rangeStart = 0
    /// Ask for the range only while the content still has this validator.
    var ifRange: String?
    /// Refuse redirects to plain http.
    var isSecure: Bool
    let options: FetchOptions
}

/// Receives what a transfer brings; throwing ends it.
protocol TransferReceiver: AnyObject {
    /// The final response's head, before any of its body; `origin` is the first response, before redirects.
    func begin(_ head: ResponseHead, origin: ResponseHead) throws(FetchError)
    /// The next bytes of the body.
    func receive(_ bytes: UnsafeRawBufferPointer) throws(FetchError)
    /// Called at least once a second; throwing ends the transfer.
    func tick() throws(FetchError)
}

/// Performs GET requests with libcurl.
enum Transfer {
    /// Set-up of the whole library, once per process (thread-safe since libcurl 7.84).
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// Runs one request to its end.
    ///
    /// - Parameters:
    ///   - request: What to ask for.
    ///   - receiver: Gets the final response's head and body.
    /// - Throws: ``FetchError``: what the receiver threw, or the connection's failure.
    static func run(_ request: TransferRequest, receiver: any TransferReceiver) throws(FetchError) {
        guard isReady, let handle = curl_easy_init() else {
            throw FetchError(.libraryFailure, "libcurl could not be set up")
        }
        defer { curl_easy_cleanup(handle) }
        let context = TransferContext(receiver)
        var headers: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(headers) }
        if let validator = request.ifRange { headers = curl_slist_append(nil, "If-Range: \(validator)") }
        let result = withExtendedLifetime(context) {
            let setup = configure(handle, request, headers, Unmanaged.passUnretained(context).toOpaque())
            return setup == CURLE_OK ? curl_easy_perform(handle) : setup
        }
        if let failure = context.failure { throw failure }
        guard result == CURLE_OK else { throw error(result, url: request.url) }
    }

    private static func configure(
        _ handle: UnsafeMutableRawPointer, _ request: TransferRequest, _ headers: UnsafeMutablePointer<curl_slist>?,
        _ context: UnsafeMutableRawPointer
    ) -> CURLcode {
        let options = request.options
        let range = request.rangeStart > 0 ? "\(request.rangeStart)-" : nil
        let steps: [CURLcode] = [
            ccurl_set_string(handle, CURLOPT_URL, request.url),
            ccurl_limit_protocols(handle, request.isSecure ? 1 : 0),
            ccurl_set_long(handle, CURLOPT_FOLLOWLOCATION, 1), ccurl_set_long(handle, CURLOPT_MAXREDIRS, 8),
            ccurl_set_long(handle, CURLOPT_NOSIGNAL, 1),  // no SIGALRM in a threaded program
            ccurl_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options.connectTimeout)),
            ccurl_set_long(handle, CURLOPT_LOW_SPEED_LIMIT, 1),
            ccurl_set_long(handle, CURLOPT_LOW_SPEED_TIME, max(1, milliseconds(options.stallTimeout) / 1000)),
            ccurl_set_string(handle, CURLOPT_USERAGENT, "multiads-model-fetch/1"),
            ccurl_set_string(handle, CURLOPT_NOPROXY, options.usesProxyEnvironment ? nil : "*"),
            ccurl_set_string(handle, CURLOPT_RANGE, range), ccurl_set_list(handle, CURLOPT_HTTPHEADER, headers),
            ccurl_set_long(handle, CURLOPT_BUFFERSIZE, 512 << 10),
            ccurl_set_data_function(handle, CURLOPT_HEADERFUNCTION, headerCallback),
            ccurl_set_pointer(handle, CURLOPT_HEADERDATA, context),
            ccurl_set_data_function(handle, CURLOPT_WRITEFUNCTION, bodyCallback),
            ccurl_set_pointer(handle, CURLOPT_WRITEDATA, context),
            ccurl_set_progress_function(handle, progressCallback),
            ccurl_set_pointer(handle, CURLOPT_XFERINFODATA, context), ccurl_set_long(handle, CURLOPT_NOPROGRESS, 0),
        ]
        return steps.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    private static func milliseconds(_ duration: Duration) -> Int { max(1, Int(duration / .milliseconds(1))) }

    private static func error(_ code: CURLcode, url: String) -> FetchError {
        let number = Int(code.rawValue)
        let reason = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR:
            return FetchError(
                .certificateRefused,
                "\(url): expected a certificate signed by a known authority, found none (\(reason)); "
                    + "install ca-certificates or the plant's own authority",
                libraryCode: number)
        case CURLE_TOO_MANY_REDIRECTS, CURLE_UNSUPPORTED_PROTOCOL:
            return FetchError(
                .redirectRefused, "\(url): expected at most 8 redirects, to http or https (\(reason))",
                libraryCode: number)
        case CURLE_URL_MALFORMAT:
            return FetchError(.invalidBaseURL, "\(url): expected an address (\(reason))", libraryCode: number)
        default:
            return FetchError(
                .connectionFailed, "\(url): expected an answer, found: \(reason)", libraryCode: number,
                isTransient: true)
        }
    }
}

/// What libcurl's callbacks work on during one transfer.
private final class TransferContext {
    let receiver: any TransferReceiver
    var failure: FetchError?
    private var origin: ResponseHead?
    private var head: ResponseHead?
    private var isInHead = false
    private static let maximumHeaders = 200

    init(_ receiver: any TransferReceiver) { self.receiver = receiver }

    /// Runs `body` unless the transfer has failed already; false stops libcurl.
    func attempt(_ body: () throws(FetchError) -> Void) -> Bool {
        guard failure == nil else { return false }
        do throws(FetchError) {
            try body()
            return true
        } catch {
            failure = error
            return false
        }
    }

    /// Takes one header line; an empty one ends a response's head.
    func header(_ bytes: UnsafeRawBufferPointer) throws(FetchError) {
        var line = String(decoding: bytes, as: UTF8.self)
        while let last = line.last, last.isNewline { line.removeLast() }
        if line.hasPrefix("HTTP/") {
            head = ResponseHead(statusLine: line)
            isInHead = true
        } else if !isInHead {
            return  // a trailer after a chunked body
        } else if !line.isEmpty {
            head?.add(line)
            guard head?.headers.count ?? 0 <= Self.maximumHeaders else {
                throw FetchError(.unexpectedContent, "expected at most \(Self.maximumHeaders) headers, found more")
            }
        } else if let complete = head, complete.status >= 200 {
            isInHead = false
            if origin == nil { origin = complete }
            if !complete.isRedirect { try receiver.begin(complete, origin: origin ?? complete) }
        }
    }

    func body(_ bytes: UnsafeRawBufferPointer) throws(FetchError) {
        // The bodies of redirects are libcurl's to skip.
        if head?.isRedirect != true { try receiver.receive(bytes) }
    }
}

// The context outlives curl_easy_perform (withExtendedLifetime above) and is used on the calling thread only.

private let headerCallback: ccurl_data_function = { bytes, size, count, pointer in
    guard let pointer else { return 0 }
    let context = Unmanaged<TransferContext>.fromOpaque(pointer).takeUnretainedValue()
    let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return context.attempt { () throws(FetchError) in try context.header(buffer) } ? size * count : 0
}

private let bodyCallback: ccurl_data_function = { bytes, size, count, pointer in
    guard let pointer else { return 0 }
    let context = Unmanaged<TransferContext>.fromOpaque(pointer).takeUnretainedValue()
    let buffer = UnsafeRawBufferPointer(start: bytes, count: size * count)
    return context.attempt { () throws(FetchError) in try context.body(buffer) } ? size * count : 0
}

private let progressCallback: ccurl_progress_function = { pointer, _, _, _, _ in
    guard let pointer else { return 1 }
    let context = Unmanaged<TransferContext>.fromOpaque(pointer).takeUnretainedValue()
    return context.attempt { () throws(FetchError) in try context.receiver.tick() } ? 0 : 1
}
