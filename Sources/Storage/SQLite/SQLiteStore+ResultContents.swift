import Foundation
import GRDB

extension SQLiteStore {
    /// See `ResultStore`.
    public func resultContents(of id: String) async throws(StorageError) -> ResultContents? {
        guard Validation.canBeStored(id) else { return nil }
        return try await read { db in
            guard let seq = try Int64.fetchOne(db, sql: "SELECT seq FROM results WHERE id = ?", arguments: [id]) else {
                return nil
            }
            let defects = try db.readAll(
                "SELECT type, score, area_pixels FROM result_defects WHERE result_seq = ? ORDER BY type", [seq]
            ) { columns in
                ResultDefect(type: try columns.next(), score: try columns.next(), areaPixels: try columns.next())
            }
            let files = try db.readAll(
                """
                SELECT kind, name, media_type, bytes FROM result_files
                WHERE result_seq = ? AND kind <> 'image' ORDER BY seq
                """, [seq]
            ) { columns in
                ResultFile(
                    kind: try ResultFile.Kind(column: columns.next(), name: columns.next()),
                    mediaType: try columns.next(), bytes: try columns.nextBytes())
            }
            return ResultContents(defects: defects, files: files)
        }
    }
}
