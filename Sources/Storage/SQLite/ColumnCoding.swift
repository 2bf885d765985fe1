import Foundation
import GRDB

/// JSON in text columns, with a fixed form: sorted keys, no escaped slashes.
enum ColumnJSON {
    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(text.utf8))
    }
}

/// Reads a row's columns from left to right, in the order of the statement that made it.
///
/// By position and not by name: finding a name costs more than reading the value. A value that does not fit is thrown
/// as an error, where `Row`'s subscript would trap.
struct ColumnReader {
    private let row: Row
    private var index = 0

    init(_ row: Row) {
        self.row = row
    }

    /// Reads a number or a text; an optional one where the column may be NULL.
    mutating func next<Value: DatabaseValueConvertible & StatementColumnConvertible>(
        _ type: Value.Type = Value.self
    ) throws -> Value {
        defer { index += 1 }
        return try row.decode(type, atIndex: index)
    }

    /// Reads one of the names of an enumeration.
    mutating func nextName<Value: RawRepresentable>(_ type: Value.Type = Value.self) throws -> Value
    where Value.RawValue == String {
        guard let value = Value(rawValue: try next()) else { throw Self.corrupt }
        return value
    }

    /// Reads one of the names of an enumeration where the column may be NULL.
    mutating func nextOptionalName<Value: RawRepresentable>(_ type: Value.Type = Value.self) throws -> Value?
    where Value.RawValue == String {
        guard let name = try next(String?.self) else { return nil }
        guard let value = Value(rawValue: name) else { throw Self.corrupt }
        return value
    }

    /// Reads JSON.
    mutating func nextJSON<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try ColumnJSON.decode(type, next())
    }

    /// Reads microseconds.
    mutating func nextTimestamp() throws -> Timestamp {
        Timestamp(microseconds: try next())
    }

    /// Reads 32 bytes.
    mutating func nextDigest() throws -> SHA256Digest {
        guard let digest = SHA256Digest(bytes: try nextBytes()) else { throw Self.corrupt }
        return digest
    }

    /// Reads bytes, copying them once.
    mutating func nextBytes() throws -> [UInt8] {
        try withNextBytes { [UInt8]($0) }
    }

    /// Lends bytes as they lie in the engine's memory.
    mutating func withNextBytes<Output>(_ body: (UnsafeRawBufferPointer) throws -> Output) throws -> Output {
        defer { index += 1 }
        return try row.withUnsafeData(atIndex: index) { data in
            guard let data else { throw Self.corrupt }
            return try data.withUnsafeBytes(body)
        }
    }

    private static var corrupt: StorageError { StorageError(.corrupt, "a stored value cannot be read") }
}

extension Database {
    /// Runs a statement and hands over each row while it is still the engine's.
    func readEach(
        _ sql: String, _ arguments: StatementArguments, _ body: (inout ColumnReader) throws -> Void
    ) throws {
        try readWhile(sql, arguments) {
            try body(&$0)
            return true
        }
    }

    /// The same, until `body` says that it has enough.
    func readWhile(
        _ sql: String, _ arguments: StatementArguments, _ body: (inout ColumnReader) throws -> Bool
    ) throws {
        let rows = try Row.fetchCursor(self, sql: sql, arguments: arguments)
        while let row = try rows.next() {
            var columns = ColumnReader(row)
            guard try body(&columns) else { return }
        }
    }

    /// Runs a statement and makes a value of each row.
    func readAll<Value>(
        _ sql: String, _ arguments: StatementArguments, _ make: (inout ColumnReader) throws -> Value
    ) throws -> [Value] {
        var values: [Value] = []
        try readEach(sql, arguments) { values.append(try make(&$0)) }
        return values
    }

    /// Runs a statement and makes a value of its first row.
    func readFirst<Value>(
        _ sql: String, _ arguments: StatementArguments, _ make: (inout ColumnReader) throws -> Value
    ) throws -> Value? {
        let rows = try Row.fetchCursor(self, sql: sql, arguments: arguments)
        // A cursor that goes away takes its row's values along.
        return try withExtendedLifetime(rows) {
            guard let row = try rows.next() else { return nil }
            var columns = ColumnReader(row)
            return try make(&columns)
        }
    }
}

extension SHA256Digest {
    /// The form in which a digest is bound.
    var data: Data { Data(bytes) }
}
