import Checkpoints
import Glibc

/// Downloads one file into a part file: one instance per file, one ``attempt()`` per connection.
final class FileDownload: TransferReceiver {
    /// What to download and where to.
    struct Target {
        let url: String
        let file: CatalogFile
        /// Path of the finished file; `.part` and `.part.json` are appended for the unfinished one.
        let path: String
        let isSecure: Bool

        var partPath: String { path + ".part" }
        var notePath: String { path + ".part.json" }
    }

    private let target: Target
    private let options: FetchOptions
    private let environment: FetchEnvironment
    private let report: (_ received: Int, _ total: Int?, _ rate: Double?) -> Void
    let part: PartFile
    /// Bytes on disk that belong to the content.
    private(set) var received: Int
    private(set) var announced: SHA256Digest?
    /// Bytes of an earlier run that are part of the result.
    private(set) var keptBytes: Int
    /// True when the bytes came in more than one response.
    private(set) var isJoined = false
    private var total: Int?
    private var status = 0
    private var note: ResumeNote?
    private var meter = RateMeter()

    /// Opens the part file, which an earlier run may have left.
    init(
        target: Target, options: FetchOptions, environment: FetchEnvironment,
        report: @escaping (_ received: Int, _ total: Int?, _ rate: Double?) -> Void
    ) throws(FetchError) {
        self.target = target
        self.options = options
        self.environment = environment
        self.report = report
        part = try PartFile(path: target.partPath)
        received = try part.size()
        keptBytes = received
        note = ResumeNote.read(path: target.notePath)
        // Without a validator or a digest nothing would notice that the server's content has changed meanwhile.
        let isResumable =
            note?.url == target.url && (note?.etag != nil || note?.announced != nil || target.file.sha256 != nil)
        if isResumable { announced = note?.announced } else { try restart() }
    }

    /// Forgets everything received.
    func restart() throws(FetchError) {
        try part.clear()
        (received, keptBytes, isJoined) = (0, 0, false)
        note = nil
        announced = nil
    }

    /// Deletes the part file and its note.
    func discard() {
        part.remove()
        unlink(target.notePath)
    }

    /// Asks for what is missing, once.
    ///
    /// - Throws: ``FetchError``; when it is transient, what arrived is kept and a further attempt continues behind it.
    func attempt() throws(FetchError) {
        (total, status) = (nil, 0)
        let request = TransferRequest(
            url: target.url, rangeStart: received, ifRange: note?.etag, isSecure: target.isSecure, options: options)
        try Transfer.run(request, receiver: self)
        guard total == nil || total == received else {
            throw FetchError(
                .connectionFailed, "\(target.url): expected \(total ?? 0) bytes, found \(received)", isTransient: true)
        }
    }

    func begin(_ head: ResponseHead, origin: ResponseHead) throws(FetchError) {
        status = head.status
        // Before anything that arrived earlier is given up for it.
        if (200...299).contains(head.status) { try checkKind(head) }
        switch head.status {
        case 200:
            // All of it, asked for or not: the server knows no ranges, or the content has changed.
            try restart()
            total = head.contentLength
        case 206:
            guard let range = head.contentRange, range.first == received else {
                try restart()
                throw FetchError(
                    .unexpectedContent, "\(target.url): expected the rest of the file, found another range",
                    status: 206, isTransient: true)
            }
            // What overflows is beyond every limit, and refused below.
            total =
                range.total
                ?? head.contentLength.map { rest in
                    let sum = rest.addingReportingOverflow(received)
                    return sum.overflow ? .max : sum.partialValue
                }
            isJoined = true
        case 416 where received > 0:
            // Nothing lies behind what is here: complete if the sizes agree, damaged otherwise.
            guard head.contentRange?.total == received else {
                try restart()
                throw FetchError(
                    .unexpectedContent, "\(target.url): expected \(received) bytes or more, found fewer", status: 416,
                    isTransient: true)
            }
            total = received
            return
        default: throw failure(head)
        }
        try checkContent(head, origin: origin)
        let note = ResumeNote(url: target.url, etag: head.strongETag, announced: announced)
        if note != self.note {
            try note.write(path: target.notePath)
            self.note = note
        }
    }

    private func failure(_ head: ResponseHead) -> FetchError {
        switch head.status {
        case 404, 410:
            FetchError(.notFound, "\(target.url): expected the file, found status \(head.status)", status: head.status)
        case 408, 425, 429, 500, 502, 503, 504:
            FetchError(
                .unexpectedStatus, "\(target.url): expected status 200, found \(head.status)", status: head.status,
                isTransient: true, retryAfter: head.retryAfter)
        default:
            FetchError(
                .unexpectedStatus, "\(target.url): expected status 200, found \(head.status)", status: head.status)
        }
    }

    private func checkKind(_ head: ResponseHead) throws(FetchError) {
        guard head.headers["content-type"]?.lowercased().hasPrefix("text/html") != true else {
            throw FetchError(
                .unexpectedContent, "\(target.url): expected a model file, found a web page; is there a login portal?")
        }
    }

    /// Stops before the first byte when the headers show that the rest would be in vain.
    private func checkContent(_ head: ResponseHead, origin: ResponseHead) throws(FetchError) {
        if let text = origin.linkedDigestText, let digest = SHA256Digest(hex: text) { announced = digest }
        if let pinned = target.file.sha256, let announced, pinned != announced {
            throw FetchError(
                .digestMismatch, "\(target.url): expected SHA-256 \(pinned), found \(announced) announced by the server"
            )
        }
        guard let total else { return }
        if let expected = target.file.byteCount, total != expected {
            throw FetchError(.digestMismatch, "\(target.url): expected \(expected) bytes, found \(total) announced")
        }
        try checkLimit(total)
        let folder = target.path.lastIndex(of: "/").map { String(target.path[...$0]) } ?? "."
        if let free = environment.freeBytes(folder), free < total - received {
            throw FetchError(
                .insufficientSpace, "\(folder): expected \(total - received) free bytes, found \(free)",
                systemError: ENOSPC)
        }
    }

    private func checkLimit(_ size: Int) throws(FetchError) {
        let limit = total ?? target.file.byteCount ?? target.file.maximumByteCount
        guard size <= min(limit, target.file.maximumByteCount) else {
            throw FetchError(
                .unexpectedContent,
                "\(target.url): expected at most \(min(limit, target.file.maximumByteCount)) bytes, found more")
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws(FetchError) {
        guard status == 200 || status == 206 else { return }
        try tick()
        try checkLimit(received + bytes.count)
        try part.write(bytes, at: received)
        received += bytes.count
        meter.note(received, at: environment.now())
        report(received, total, meter.bytesPerSecond)
    }

    func tick() throws(FetchError) {
        guard !environment.isCancelled() else { throw Self.cancelled(target.url) }
    }

    static func cancelled(_ what: String) -> FetchError {
        FetchError(.cancelled, "\(what): stopped; what was received is kept for next time")
    }
}
