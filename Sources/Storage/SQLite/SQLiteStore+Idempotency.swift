import Foundation
import GRDB

extension SQLiteStore {
    /// See `ResultStore`.
    public func result(forKey key: String) async throws(StorageError) -> KeyedResult? {
        guard Validation.canBeStored(key) else { return nil }
        return try await read { db in
            let sql = """
                SELECT entry.fingerprint, \(ResultRecord.columns) FROM idempotency_keys AS entry
                JOIN results AS result ON result.seq = entry.result_seq
                WHERE entry.key = ?
                """
            return try db.readFirst(sql, [key]) { columns in
                KeyedResult(fingerprint: try columns.nextDigest(), record: try ResultRecord(&columns))
            }
        }
    }

    /// Remembers under which key a result was made.
    static func insert(_ record: IdempotencyRecord, of seq: Int64, at moment: Timestamp, _ db: Database) throws {
        try db.execute(
            sql: "INSERT INTO idempotency_keys (key, fingerprint, result_seq, created_at) VALUES (?, ?, ?, ?)",
            arguments: [record.key, record.fingerprint.data, seq, moment.microseconds])
    }
}
