import Checkpoints
import HTTPServer
import Storage
import Synchronization

/// How an export is written.
enum ResultExportForm: Sendable {
    /// One result per line, as it was answered (`application/x-ndjson`).
    case lines
    /// A table with a head line (`text/csv`).
    case table

    var mediaType: String {
        switch self {
        case .lines: "application/x-ndjson"
        case .table: "text/csv; charset=utf-8; header=present"
        }
    }

    var fileName: String {
        switch self {
        case .lines: "results.ndjson"
        case .table: "results.csv"
        }
    }
}

/// All results of a filter, read piece by piece as fast as the client takes them.
///
/// Memory holds one piece, the database no read transaction between two: see ``ResultExport``. A client that hangs up
/// ends the export, because no further piece is asked for; one that is being read is interrupted.
final class ResultExportStream: ResponseChunks {
    /// Size of a piece: large enough that the work per piece does not count, small enough for many exports at once.
    private static let pieceBytes = 512 * 1024
    private static let pieceRows = 2000

    private struct State {
        var export: ResultExport
        var isBegun = false
    }

    private let store: any Store
    private let form: ResultExportForm
    private let state: Mutex<State>

    init(_ filter: ResultFilter, as form: ResultExportForm, from store: any Store) {
        self.store = store
        self.form = form
        state = Mutex(State(export: ResultExport(matching: filter)))
    }

    func next() async throws -> [UInt8]? {
        let (export, isBegun) = state.withLock { ($0.export, $0.isBegun) }
        guard !export.isComplete else { return nil }
        let output: [UInt8]
        let rest: ResultExport
        switch form {
        case .lines:
            (output, rest) = try await store.exportDocuments(export, maxBytes: Self.pieceBytes, into: []) {
                Self.append($1, to: &$0)
            }
        case .table:
            let piece = try await store.exportRecords(export, limit: Self.pieceRows)
            output = piece.results.reduce(into: isBegun ? [] : ResultTable.head) { $0 += ResultTable.row($1) }
            rest = piece.rest
        }
        state.withLock { $0 = State(export: rest, isBegun: true) }
        return output
    }

    /// Nothing is held but a position.
    func cancelled() {}

    /// Adds a document as one line.
    ///
    /// A document's own line ends can only stand in metadata, between tokens of JSON, where a space means the same.
    private static func append(_ document: RawSpan, to output: inout [UInt8]) {
        let start = output.count
        document.withUnsafeBytes { output.append(contentsOf: $0) }
        let hasLineEnd = output.withUnsafeBytes { bytes in
            let added = UnsafeRawBufferPointer(rebasing: bytes[start...])
            return added.contains(0x0A) || added.contains(0x0D)
        }
        if hasLineEnd {
            for index in start..<output.count where output[index] == 0x0A || output[index] == 0x0D {
                output[index] = 0x20
            }
        }
        output.append(0x0A)
    }
}

/// Results as lines of a table.
enum ResultTable {
    private static let columns = [
        "id", "createdAt", "product", "verdict", "score", "threshold", "mode", "shots", "referencesVersion", "partId",
        "camera", "defects", "imageWidth", "imageHeight", "imageSha256", "metadata", "label",
        "reviewThreshold",
    ]

    /// The line of names.
    static let head: [UInt8] = {
        var row = CSVRow()
        for column in columns { row.add(column) }
        row.end()
        return row.bytes
    }()

    /// One result.
    static func row(_ result: ExportedResult) -> [UInt8] {
        let record = result.record
        var row = CSVRow()
        row.add(record.id)
        row.add(RFC3339.text(record.createdAt))
        row.add(record.product)
        row.add(record.verdict.rawValue)
        row.add("\(record.score)")
        row.add(record.threshold.map { "\($0)" })
        row.add(record.mode)
        row.add("\(record.shots)")
        row.add(record.referencesVersion.map { "\($0)" })
        row.add(text: record.partID)
        row.add(text: record.camera)
        row.add(result.defectTypes.joined(separator: ";"))
        row.add("\(record.imageWidth)")
        row.add("\(record.imageHeight)")
        row.add(record.imageDigest.hex)
        row.add(text: record.metadata)
        row.add(result.label?.rawValue)
        row.add(record.reviewThreshold.map { "\($0)" })
        row.end()
        return row.bytes
    }
}
