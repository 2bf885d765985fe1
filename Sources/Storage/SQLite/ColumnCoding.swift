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

extension Row {
    /// Reads a column, or fails with `.corrupt` where `Row`'s subscript would trap.
    func value<Value: DatabaseValueConvertible>(_ column: String, as type: Value.Type = Value.self) throws -> Value {
        guard let value = Value.fromDatabaseValue(try databaseValue(column)) else { throw Self.corrupt }
        return value
    }

    /// Reads a column that may be NULL.
    func optional<Value: DatabaseValueConvertible>(
        _ column: String, as type: Value.Type = Value.self
    ) throws -> Value? {
        try databaseValue(column).isNull ? nil : value(column)
    }

    /// Reads a column as one of the names of an enumeration.
    func name<Value: RawRepresentable>(_ column: String, as type: Value.Type = Value.self) throws -> Value
    where Value.RawValue == String {
        guard let value = Value(rawValue: try value(column)) else { throw Self.corrupt }
        return value
    }

    /// Reads a column of microseconds.
    func timestamp(_ column: String) throws -> Timestamp {
        Timestamp(microseconds: try value(column))
    }

    /// Reads a column of 32 bytes.
    func digest(_ column: String) throws -> SHA256Digest {
        guard let digest = SHA256Digest(bytes: try value(column, as: Data.self)) else { throw Self.corrupt }
        return digest
    }

    /// Reads a column of bytes.
    func bytes(_ column: String) throws -> [UInt8] {
        [UInt8](try value(column, as: Data.self))
    }

    private func databaseValue(_ column: String) throws -> DatabaseValue {
        guard let value = self[column] as DatabaseValue? else { throw Self.corrupt }
        return value
    }

    private static var corrupt: StorageError { StorageError(.corrupt, "a stored value cannot be read") }
}

extension SHA256Digest {
    /// The form in which a digest is bound.
    var data: Data { Data(bytes) }
}
