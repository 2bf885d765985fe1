import Checkpoints
import Glibc

/// Downloads the files of a model into a folder: resumable, verified, and visible only when complete.
///
/// Each file grows as `NAME.part` and gets its name when its size and SHA-256 are right. The digest is compared with
/// the catalogue's, else with the one the server announces, else recorded in `digests.json` and compared from then on.
/// Nothing is fetched from anywhere but the base address and where it redirects to.
public struct ModelFetcher {
    private let options: FetchOptions
    private let environment: FetchEnvironment
    private let address: ResourceAddress

    /// Prepares to fetch.
    ///
    /// - Parameters:
    ///   - options: Server and patience.
    ///   - environment: Clock, disk and cancellation.
    /// - Throws: ``FetchError`` with `.invalidBaseURL`.
    public init(
        options: FetchOptions = FetchOptions(), environment: FetchEnvironment = .system()
    ) throws(FetchError) {
        self.options = options
        self.environment = environment
        address = try ResourceAddress(baseURL: options.baseURL)
    }

    /// Fetches what is missing of a model; blocks until done.
    ///
    /// A file that is present is verified and kept. One whose content differs from its digest is never overwritten,
    /// since it may be the user's own: delete it to fetch it again.
    ///
    /// - Parameters:
    ///   - model: A catalogue entry.
    ///   - folder: The model folder; created if missing.
    ///   - progress: Called on this thread, as often as data arrives.
    /// - Returns: What became of each file, in the catalogue's order.
    /// - Throws: ``FetchError``; files completed before the failure stay.
    public func fetch(
        _ model: CatalogModel, into folder: String, progress: @escaping (FetchProgress) -> Void = { _ in }
    ) throws(FetchError) -> [FetchedFile] {
        try Self.createFolder(folder)
        var digests = try Self.translating { () throws(CheckpointError) in
            try FileDigests.read(folder: folder) ?? FileDigests()
        }
        var results: [FetchedFile] = []
        for (index, file) in model.files.enumerated() {
            let report = { (name: String, phase: FetchProgress.Phase, bytes: Int, total: Int?, rate: Double?) in
                progress(
                    FetchProgress(
                        file: name, fileNumber: index + 1, fileCount: model.files.count, phase: phase,
                        completedBytes: bytes, totalBytes: total, bytesPerSecond: rate))
            }
            let fetched = try fetch(file, of: model, into: folder, recorded: digests, report: report)
            digests.files[fetched.name] = FileDigests.Entry(byteCount: fetched.byteCount, sha256: fetched.sha256)
            try Self.translating { () throws(CheckpointError) in try digests.write(folder: folder) }
            results.append(fetched)
        }
        return results
    }

    private typealias Report = (String, FetchProgress.Phase, Int, Int?, Double?) -> Void

    private func fetch(
        _ file: CatalogFile, of model: CatalogModel, into folder: String, recorded: FileDigests, report: Report
    ) throws(FetchError) -> FetchedFile {
        try withoutActuallyEscaping(report) { (report) throws(FetchError) -> FetchedFile in
            for name in [file.name] + (file.alternative.map { [$0] } ?? []) {
                try ResourceAddress.checkName(name)
                if let size = Self.sizeOfFile("\(folder)/\(name)") {
                    return try adopt(file, name, size, in: folder, recorded: recorded.files[name]?.sha256, report)
                }
            }
            do throws(FetchError) {
                return try download(file, of: model, into: folder, recorded.files[file.name]?.sha256, report)
            } catch {
                guard error.code == .notFound, let alternative = file.alternative else { throw error }
                let other = CatalogFile(alternative, maximumByteCount: file.maximumByteCount)
                return try download(other, of: model, into: folder, recorded.files[alternative]?.sha256, report)
            }
        }
    }

    /// Verifies a file that is there already.
    private func adopt(
        _ file: CatalogFile, _ name: String, _ size: Int, in folder: String, recorded: SHA256Digest?, _ report: Report
    ) throws(FetchError) -> FetchedFile {
        let pinned = name == file.name ? file.sha256 : nil
        let found = try digest(of: "\(folder)/\(name)") { report(name, .verifying, $0, size, nil) }
        if let expected = pinned ?? recorded, expected != found {
            throw FetchError(
                .digestMismatch,
                "\(folder)/\(name): expected SHA-256 \(expected), found \(found); delete the file to fetch it again")
        }
        let trust: FetchedFile.Trust = pinned != nil ? .pinned : recorded != nil ? .recorded : .firstUse
        return FetchedFile(name: name, byteCount: size, sha256: found, outcome: .alreadyPresent, trust: trust)
    }

    private func download(
        _ file: CatalogFile, of model: CatalogModel, into folder: String, _ recorded: SHA256Digest?,
        _ report: @escaping Report
    ) throws(FetchError) -> FetchedFile {
        let url = try address.url(repository: model.repository, revision: model.revision, file: file.name)
        let target = FileDownload.Target(
            url: url, file: file, path: "\(folder)/\(file.name)", isSecure: address.isSecure)
        let download = try FileDownload(target: target, options: options, environment: environment) {
            report(file.name, .downloading, $0, $1, $2)
        }
        try receive(download)
        let expected = file.sha256 ?? download.announced ?? recorded
        var found = try digest(of: target.partPath) { report(file.name, .verifying, $0, download.received, nil) }
        if let expected, found != expected, download.isJoined {
            // Parts of two contents may have been joined; once from the start tells whether the server's is wrong.
            try download.restart()
            try receive(download)
            found = try digest(of: target.partPath) { report(file.name, .verifying, $0, download.received, nil) }
        }
        if let expected, found != expected {
            download.discard()
            throw FetchError(.digestMismatch, "\(url): expected SHA-256 \(expected), found \(found)")
        }
        try download.part.finish(as: target.path)
        unlink(target.notePath)
        AtomicFile.syncFolder(of: target.path)
        let trust: FetchedFile.Trust =
            file.sha256 != nil
            ? .pinned : download.announced != nil ? .announced : recorded != nil ? .recorded : .firstUse
        return FetchedFile(
            name: file.name, byteCount: download.received, sha256: found,
            outcome: .downloaded(resumedFrom: download.keptBytes), trust: trust)
    }

    /// Receives the whole file, or leaves what arrived for a next run; nothing at all leaves nothing behind.
    private func receive(_ download: FileDownload) throws(FetchError) {
        do throws(FetchError) {
            try repeatAttempts(download)
        } catch {
            if download.received == 0 { download.discard() }
            throw error
        }
    }

    /// Repeats attempts until the file is whole; a failure that moved no byte counts, others start the count anew.
    private func repeatAttempts(_ download: FileDownload) throws(FetchError) {
        var failures = 0
        while true {
            let before = download.received
            do throws(FetchError) {
                return try download.attempt()
            } catch {
                failures = download.received > before ? 1 : failures + 1
                guard error.isTransient, failures < options.maximumAttempts else { throw error }
                let backoff = options.firstDelay * (1 << min(failures - 1, 6))
                try wait(max(min(backoff, .seconds(60)), error.retryAfter ?? .zero))
            }
        }
    }

    private func wait(_ duration: Duration) throws(FetchError) {
        var rest = duration
        while rest > .zero {
            guard !environment.isCancelled() else { throw FileDownload.cancelled("waiting to try again") }
            environment.sleep(min(rest, .milliseconds(250)))
            rest -= .milliseconds(250)
        }
    }

    private func digest(of path: String, progress: (Int) -> Void) throws(FetchError) -> SHA256Digest {
        try Self.translating { () throws(CheckpointError) in try SHA256Digest.ofFile(path, progress: progress) }
    }

    private static func translating<Result>(
        _ body: () throws(CheckpointError) -> Result
    ) throws(FetchError) -> Result {
        do throws(CheckpointError) {
            return try body()
        } catch {
            throw FetchError(.cannotWrite, error.description, systemError: error.systemError)
        }
    }

    private static func createFolder(_ folder: String) throws(FetchError) {
        var path = folder.hasPrefix("/") ? "/" : ""
        for component in folder.split(separator: "/") {
            path += component
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
                throw FetchError(
                    .cannotWrite, "\(path): cannot be created: \(String(cString: strerror(errno)))", systemError: errno)
            }
            path += "/"
        }
    }

    private static func sizeOfFile(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}
