import Foundation
import Storage
import Testing

/// A folder that exists while the body runs.
///
/// In memory where the system offers that: a store syncs each commit, which on a disk takes most of a test's time, and
/// no test needs to survive the loss of power.
func withTemporaryDirectory<Output>(_ body: (String) async throws -> Output) async throws -> Output {
    let memory = URL(filePath: "/dev/shm", directoryHint: .isDirectory)
    let isUsable = FileManager.default.isWritableFile(atPath: memory.path)
    let directory = (isUsable ? memory : FileManager.default.temporaryDirectory)
        .appending(path: "storage-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    return try await body(directory.path(percentEncoded: false))
}

/// A fresh store in a folder of its own.
func withStore(_ body: (SQLiteStore) async throws -> Void) async throws {
    try await withTemporaryDirectory { directory in
        let store = try await SQLiteStore.open(directory: directory)
        do {
            try await body(store)
        } catch {
            try await store.close()
            throw error
        }
        try await store.close()
    }
}

/// Requires a `StorageError` with this code and returns it.
@discardableResult
func expectError<Output>(
    _ code: StorageError.Code, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Output
) async throws -> StorageError {
    let error = try await #require(throws: StorageError.self, sourceLocation: sourceLocation) { try await body() }
    #expect(error.code == code, sourceLocation: sourceLocation)
    return error
}

/// Any moment; tests add to it.
func moment(_ microseconds: Int64) -> Timestamp {
    Timestamp(microseconds: 1_700_000_000_000_000 + microseconds)
}

/// A digest that differs for each number.
func digest(_ number: Int) -> SHA256Digest {
    var bytes = [UInt8](repeating: 0xd1, count: 32)
    for i in 0..<8 { bytes[31 - i] = UInt8(truncatingIfNeeded: number >> (8 * i)) }
    guard let digest = SHA256Digest(bytes: bytes) else { preconditionFailure("32 bytes make a digest") }
    return digest
}

let testKey = EncodingKey(model: "sha256:weights", imageSide: 8, stages: [1, 2])

/// Banks of two stages: `rows` tokens of 4 float16, filled with a number.
func encoding(_ fill: Int, rows: Int = 3, key: EncodingKey = testKey) -> ReferenceEncoding {
    ReferenceEncoding(
        key: key,
        banks: key.stages.map { stage in
            StageBank(
                stage: stage, element: .f16, rows: rows, width: 4,
                bytes: [UInt8](repeating: UInt8(truncatingIfNeeded: fill * 16 + stage), count: rows * 4 * 2))
        }, look: ReferenceLook(brightness: 0.5, contrast: 0.25, sharpness: Double(fill)))
}

/// A reference that differs for each number.
func reference(_ number: Int, rows: Int = 3, key: EncodingKey = testKey) -> NewReference {
    NewReference(
        id: digest(number), format: "png", width: 10, height: 20, bytes: [1, 2, UInt8(truncatingIfNeeded: number)],
        encoding: encoding(number, rows: rows, key: key))
}

/// Outcome of adding one picture.
struct AddedReference: Sendable {
    let reference: ReferenceRecord
    let references: ReferenceSetSummary
    /// `false` when the picture was in the set already.
    let isNew: Bool
}

extension SQLiteStore {
    /// Adds one picture as an upload does: first it is stored, then it becomes part of the set.
    func addReference(
        _ reference: NewReference, to product: String, limits: ReferenceLimits, at now: Timestamp
    ) async throws(StorageError) -> AddedReference {
        let record = try await stageReference(reference, of: product, at: now)
        let change = try await addReferences(
            [reference.id], to: product, encodedWith: reference.encoding.key, limits: limits, at: now)
        return AddedReference(reference: record, references: change.references, isNew: !change.added.isEmpty)
    }
}

/// A result that differs for each number, made `number` microseconds after the test's moment.
func newResult(_ number: Int, id: String? = nil) -> NewResult {
    NewResult(
        record: ResultRecord(
            id: id ?? "result-\(number)", product: "cable", createdAt: moment(Int64(number)), verdict: .notOk,
            score: 0.75, threshold: 0.5, mode: "multitype", shots: 4, referencesVersion: 3, partID: "part-\(number)",
            camera: "north", imageWidth: 1600, imageHeight: 1200, imageDigest: digest(number),
            metadata: #"{"shift":"early"}"#, document: Array(#"{ "id": "\#(number)",  "score":7.5e-1 }"#.utf8)),
        defects: [ResultDefect(type: "bent", score: 0.75, areaPixels: 120)],
        files: [
            ResultFile(kind: .mask(defectType: "bent"), mediaType: "image/png", bytes: [0x89, 0x50, 1]),
            ResultFile(kind: .heatMap, mediaType: "image/png", bytes: [0x89, 0x50, 2]),
        ])
}
