import Checkpoints
import Foundation
import Tensors
import Testing

/// Files made by Tools/golden/make_checkpoint_goldens.py.
enum CheckpointFixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures/Checkpoints")

    static func path(_ name: String) -> String { folder.appending(path: name).path }

    static func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appending(path: name)))
    }

    static func open(_ name: String) throws -> any TensorSource { try CheckpointFile.open(path: path(name)) }
}

/// The values that a fixture must yield, in a format that shares nothing with those under test.
struct Reference {
    struct Entry {
        let name: String
        let type: ElementType
        let shape: [Int]
        /// Nil for tensors that are not weights.
        let values: [Float]?
    }

    let entries: [Entry]

    init(_ name: String) throws {
        let bytes = try CheckpointFixtures.bytes("\(name).ref")
        let marker = Array("\ndata\n".utf8)
        let end = try #require(
            (0..<bytes.count - marker.count).first { Array(bytes[$0..<$0 + marker.count]) == marker })
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\n")
        try #require(lines.first?.hasPrefix("# multiads-reference 1:") == true)
        var position = end + marker.count
        entries = try lines.dropFirst().map { line in
            let fields = line.split(separator: " ").map(String.init)
            let type = try #require(ElementType(rawValue: fields[1]))
            let shape = try fields.dropFirst(2).map { try #require(Int($0)) }
            guard type.isReadableAsFloat else { return Entry(name: fields[0], type: type, shape: shape, values: nil) }
            let count = shape.reduce(1, *)
            try #require(position + 4 * count <= bytes.count)
            let values = (0..<count).map { index in
                let at = position + 4 * index
                return Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[at + $1]) << (8 * $1) })
            }
            position += 4 * count
            return Entry(name: fields[0], type: type, shape: shape, values: values)
        }
        try #require(position == bytes.count)
    }
}

/// Compares bit by bit, except that any NaN equals any other, and reports the first difference.
func expectEqual(_ found: [Float], _ expected: [Float], _ name: String, location: SourceLocation = #_sourceLocation) {
    #expect(found.count == expected.count, "\(name)", sourceLocation: location)
    let first = zip(found, expected).enumerated().first { _, pair in
        pair.0.bitPattern != pair.1.bitPattern && !(pair.0.isNaN && pair.1.isNaN)
    }
    if let (index, (left, right)) = first {
        Issue.record("\(name)[\(index)]: expected \(right), found \(left)", sourceLocation: location)
    }
}

/// Expects a checkpoint error with this code and returns its message.
@discardableResult
func expectFailure(
    _ code: CheckpointError.Code, _ comment: Comment? = nil, location: SourceLocation = #_sourceLocation,
    _ body: () throws -> Void
) -> String {
    do {
        try body()
        Issue.record("expected \(code), found success; \(comment?.rawValue ?? "")", sourceLocation: location)
    } catch let error as CheckpointError {
        #expect(error.code == code, "\(comment?.rawValue ?? "") \(error)", sourceLocation: location)
        return error.description
    } catch {
        Issue.record(error, sourceLocation: location)
    }
    return ""
}
