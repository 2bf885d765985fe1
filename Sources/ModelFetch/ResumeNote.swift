import Checkpoints
import Glibc

/// What the unfinished copy is a part of, kept beside it as `NAME.part.json`.
struct ResumeNote: Equatable {
    /// The address it came from; another address or revision means other bytes.
    let url: String
    /// The content's strong validator, if the server gave one.
    let etag: String?
    /// Digest that the server announced for the whole content.
    let announced: SHA256Digest?

    /// Reads a note; nil when there is none or it cannot be understood, which only costs a fresh download.
    static func read(path: String) -> ResumeNote? {
        guard let region = try? ByteRegion.map(path: path),
            case .object(let fields)? = try? StrictJSON.parse(region.bytes), let url = fields["url"]?.text
        else { return nil }
        return ResumeNote(
            url: url, etag: fields["etag"]?.text, announced: fields["sha256"]?.text.flatMap { SHA256Digest(hex: $0) })
    }

    /// Writes the note atomically.
    func write(path: String) throws(FetchError) {
        var fields = ["\"url\": \(quotedJSON(url))"]
        if let etag { fields.append("\"etag\": \(quotedJSON(etag))") }
        if let announced { fields.append("\"sha256\": \"\(announced.hex)\"") }
        let text = "{\(fields.joined(separator: ", "))}\n"
        do throws(CheckpointError) {
            let file = try AtomicFile(path: path)
            try Array(text.utf8).withUnsafeBufferPointer { bytes throws(CheckpointError) in
                try file.write(UnsafeRawBufferPointer(bytes))
            }
            try file.commit()
        } catch {
            throw FetchError(.cannotWrite, error.description, systemError: error.systemError)
        }
    }
}
