import Checkpoints
import Foundation

/// The folder of a synthetic data set, kept from other runs, with the record of what it holds.
///
/// The record is there before the first picture, marked as incomplete: so an interrupted run can be told from a run with
/// another order, and from somebody's own files, which nothing may replace.
struct SynthFolder {
    private let path: String
    /// Held as long as this lives: hidden files of other runs are removed.
    private let claim: FolderClaim

    private static let recordName = "synth.json"
    /// What a record says besides the order.
    private static let results: Set<String> = ["pictures", "complete"]

    /// Makes the folder where there is none, and takes it.
    ///
    /// - Throws: ``CommandFailure``, also when another run has it.
    init(_ path: String) throws {
        try OutputFile.makeFolder(path)
        self.path = path
        do { claim = try FolderClaim(path) } catch { throw CommandFailure("\(path): \(error.detail)") }
    }

    /// Begins an order, or goes on with it.
    ///
    /// - Parameters:
    ///   - order: The record without pictures.
    ///   - files: Those that it may make, relative to this folder.
    /// - Throws: ``CommandFailure`` when anything but this very order's pictures is there.
    func begin(_ order: OutputJSON, files: Set<String>) throws {
        removeLeftovers(in: path) { $0 == Self.recordName }
        guard let bytes = FileManager.default.contents(atPath: "\(path)/\(Self.recordName)") else {
            if let other = try names().first {
                throw CommandFailure(
                    "\(path): expected an empty folder, or one that synth began to fill, found \(other) and no "
                        + "\(Self.recordName); choose another folder")
            }
            return try write(order)
        }
        if let difference = try difference(of: bytes, from: Data(order.compact.utf8)) {
            throw CommandFailure(
                "\(path)/\(Self.recordName): expected an empty folder or the same pictures as asked for now, found "
                    + "\(difference); choose another folder or remove this one")
        }
        for folder in Set(files.map { ($0 as NSString).deletingLastPathComponent }) {
            removeLeftovers(in: "\(path)/\(folder)") { $0.hasSuffix(".png") }
        }
        if let other = foreignFile(files) {
            throw CommandFailure(
                "\(path): expected pictures of this very order only, found \(other); move it elsewhere or choose another folder"
            )
        }
    }

    /// Replaces the record; it appears complete or not at all.
    func write(_ record: OutputJSON) throws {
        let text = record.pretty + "\n"
        try Array(text.utf8).withUnsafeBytes { try OutputFile.write($0, to: "\(path)/\(Self.recordName)") }
    }

    private func names() throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw CommandFailure("\(path): cannot be read: \(error.localizedDescription)")
        }
    }

    /// The first file that this order does not make.
    private func foreignFile(_ files: Set<String>) -> String? {
        guard let all = FileManager.default.enumerator(atPath: path) else { return nil }
        var foreign: [String] = []
        for case let name as String in all where name != Self.recordName && !files.contains(name) {
            if all.fileAttributes?[.type] as? FileAttributeType != .typeDirectory { foreign.append(name) }
        }
        return foreign.min()
    }

    /// Removes what killed runs had not finished writing.
    private func removeLeftovers(in folder: String, of isOwn: (String) -> Bool) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
            if let target = AtomicFile.target(ofTemporary: name), isOwn(target) { unlink("\(folder)/\(name)") }
        }
    }

    /// What a record says other than this order, in words; nil when they are the same.
    private func difference(of bytes: Data, from order: Data) throws -> String? {
        guard let found = Self.members(bytes), let expected = Self.members(order) else {
            return "a file that is no record of synth"
        }
        let names = Set(found.keys).union(expected.keys).subtracting(Self.results).sorted()
        guard let name = names.first(where: { found[$0] != expected[$0] }) else { return nil }
        guard name != "products" else { return "other products" }
        return "\(name) \(Self.words(found[name])) instead of \(Self.words(expected[name]))"
    }

    private static func members(_ bytes: Data) -> [String: NSObject]? {
        (try? JSONSerialization.jsonObject(with: bytes)) as? [String: NSObject]
    }

    private static func words(_ value: NSObject?) -> String {
        guard let value, !(value is NSNull) else { return "none" }
        return "\(value)"
    }
}
