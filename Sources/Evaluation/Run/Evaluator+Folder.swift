import Checkpoints
import Foundation

extension Evaluator {
    /// What decides whether results on disk belong to this evaluation.
    private struct Claim: Codable, Equatable {
        var version = 3
        let subject: EvaluationRun.Subject
        let options: EvaluationOptions
    }

    static var claimName: String { "evaluation-of.json" }
    private var claimPath: String { "\(folder)/\(Self.claimName)" }

    /// Notes what the folder holds, or compares with what it was noted to hold.
    func claimFolder() throws {
        let claim = Claim(subject: subject, options: options)
        if let bytes = FileManager.default.contents(atPath: claimPath) {
            guard let found = try? JSONDecoder().decode(Claim.self, from: bytes), found == claim else {
                throw EvaluationError(
                    .otherResults,
                    "\(folder): expected an empty folder or results of this very evaluation, found those of another "
                        + "(model, adapter, engine, program, options or the list of pictures differ); choose another --out or remove it"
                )
            }
            return
        }
        try refuseForeignFiles()
        try Self.write(claim, to: claimPath)
    }

    /// Refuses a folder with somebody's own files, which results and maps would replace.
    private func refuseForeignFiles() throws {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw EvaluationError(.cannotStore, "\(folder): cannot be read: \(error.localizedDescription)")
        }
        // A run that was killed while it wrote the claim leaves a hidden file.
        if let other = names.first(where: { AtomicFile.target(ofTemporary: $0) != Self.claimName }) {
            throw EvaluationError(
                .otherResults,
                "\(folder): expected an empty folder or results of this very evaluation, found \(other) and no "
                    + "\(Self.claimName); choose another --out")
        }
    }

    /// The folder of a product's files, made if need be.
    func productFolder(_ name: String) throws -> String {
        let path = "\(folder)/\(name)"
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw EvaluationError(
                .cannotStore, "\(path): expected to make a folder, found: \(error.localizedDescription)")
        }
        return path
    }

    /// A product's result and what it was made from.
    private struct Stored: Codable {
        let inputs: String
        let result: ProductResult
    }

    /// The result of a product that was finished before, unless its files changed since.
    func stored(_ name: String, inputs: String) throws -> ProductResult? {
        guard let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)/result.json") else { return nil }
        do {
            let stored = try JSONDecoder().decode(Stored.self, from: bytes)
            return stored.inputs == inputs ? stored.result : nil
        } catch {
            throw EvaluationError(
                .cannotStore,
                "\(folder)/\(name)/result.json: expected a result of this program, found another file; remove it, and "
                    + "the product is evaluated again")
        }
    }

    /// Keeps a finished product; the file appears complete or not at all.
    func store(_ result: ProductResult, inputs: String) throws {
        try Self.write(Stored(inputs: inputs, result: result), to: "\(folder)/\(result.name)/result.json")
    }

    private static func write(_ value: some Encodable, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let file = try AtomicFile(path: path)
            try encoder.encode(value).withUnsafeBytes { try file.write($0) }
            try file.commit()
        } catch let error as CheckpointError {
            throw EvaluationError(.cannotStore, "\(path): expected to store a result, found: \(error.detail)")
        }
    }
}
