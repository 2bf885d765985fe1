import Foundation
import Storage
import Synchronization
import Testing

/// A result in which every part repeats the number, so that a mixture is noticed.
private func marked(_ number: Int) -> NewResult {
    var result = newResult(number)
    result.files = [.mask(defectType: "bent"), .heatMap, .image].map {
        ResultFile(
            kind: $0, mediaType: "image/png",
            bytes: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 20_000))
    }
    return result
}

/// Notes what the store acknowledged, and kills its own process when that is enough.
private final class Acknowledgements: Sendable {
    private let descriptor: Int32
    private let enough: Int
    private let count = Mutex(0)

    init(path: String, enough: Int) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        self.enough = enough
    }

    func note(_ line: String) {
        count.withLock { count in
            let bytes = Array((line + "\n").utf8)
            guard write(descriptor, bytes, bytes.count) == bytes.count else { exit(1) }
            count += 1
            if count == enough { kill(getpid(), SIGKILL) }
        }
    }
}

/// Stores results and references from several tasks at once: when one of them reaches the number of acknowledgements
/// that kills the process, the others are somewhere in their transactions.
private func insertUntilKilled(directory: String, acknowledgements: Int) async throws {
    let store = try await SQLiteStore.open(directory: directory)
    _ = try await store.putProduct("cable", settings: ProductSettings(noun: "cable"), if: .none, at: moment(0))
    let acknowledged = Acknowledgements(path: directory + "/acknowledged", enough: acknowledgements)
    try await withThrowingTaskGroup(of: Void.self) { group in
        for task in 0..<4 {
            group.addTask {
                for number in stride(from: task, to: 1000, by: 4) {
                    try await store.insertResult(marked(number))
                    acknowledged.note("result \(number)")
                }
            }
        }
        group.addTask {
            for number in 0..<1000 {
                _ = try await store.addReference(
                    reference(number, rows: 500), to: "cable", limits: ReferenceLimits(), at: moment(1))
                acknowledged.note("reference \(number)")
            }
        }
        try await group.waitForAll()
    }
}

@Suite("After the process was killed")
struct CrashTests {
    @Test(
        "every acknowledged result and reference is there, and each is whole", .timeLimit(.minutes(2)),
        arguments: [1, 2, 5, 17, 40, 73])
    func killed(acknowledgements: Int) async throws {
        try await withTemporaryDirectory { directory in
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [directory = directory as String, acknowledgements = acknowledgements as Int] in
                try await insertUntilKilled(directory: directory, acknowledgements: acknowledgements)
            }

            let lines = try String(contentsOfFile: directory + "/acknowledged", encoding: .utf8)
                .split(separator: "\n").map { $0.split(separator: " ") }
            func numbers(_ kind: String) -> [Int] { lines.filter { $0[0] == kind }.compactMap { Int($0[1]) } }
            #expect(lines.count == acknowledgements)

            let store = try await SQLiteStore.open(directory: directory)
            #expect(try await store.check(.full).isEmpty)
            let stored = try await store.results(matching: ResultFilter(), after: nil, limit: 1000).items
            #expect(Set(numbers("result").map { "result-\($0)" }).isSubset(of: stored.map(\.id)))
            for record in stored {
                let expected = marked(Int(record.createdAt.microseconds - moment(0).microseconds))
                #expect(record == expected.record)
                for file in expected.files { #expect(try await store.resultFile(file.kind, of: record.id) == file) }
            }

            let set = try await store.referenceSet(of: "cable", version: nil)
            let members = set?.members.map(\.id) ?? []
            #expect(members.starts(with: numbers("reference").sorted().map(digest)))
            if let set {
                #expect(set.version == members.count)
                let layout = try await store.bankLayout(of: "cable", version: set.version, encodedWith: testKey)
                #expect(layout.stale.isEmpty)
                #expect(layout.rows(stage: 1) == 500 * members.count)
            }
            try await store.close()
        }
    }
}
