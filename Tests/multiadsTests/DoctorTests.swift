import ArgumentParser
import CLIP
import Foundation
import Tensors
import TestSupport
import Testing

@testable import multiads

@Suite("doctor")
struct DoctorTests {
    let root = FileManager.default.temporaryDirectory.appending(path: "multiads-doctor-\(UUID().uuidString)")

    private func facts(_ files: [String: String]) throws -> SystemFacts {
        for (path, text) in files {
            let url = root.appending(path: path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: url)
        }
        return SystemFacts(root: root.path)
    }

    @Test("memory is the machine's, lowered to what the container has left")
    func memory() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        #expect(SystemFacts(root: "/nowhere").availableMemory == nil)
        let machine = try facts(["proc/meminfo": "MemTotal: 9 kB\nMemAvailable:    4096 kB\n"])
        #expect(machine.availableMemory == 4096 * 1024)
        let unlimited = try facts(["sys/fs/cgroup/memory.max": "max\n", "sys/fs/cgroup/memory.current": "5\n"])
        #expect(unlimited.availableMemory == 4096 * 1024)
        let limited = try facts(["sys/fs/cgroup/memory.max": "1000\n"])
        #expect(limited.availableMemory == 995)
        let read = try facts([
            "sys/fs/cgroup/memory.current": "900\n", "sys/fs/cgroup/memory.stat": "anon 100\ninactive_file 700\n",
        ])
        #expect(read.availableMemory == 800)
    }

    @Test("too little memory fails, a processor without AVX2 is a warning")
    func machine() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        let old = try facts([
            "proc/cpuinfo": "model name\t: Old\nflags\t\t: fpu sse2\n", "proc/meminfo": "MemAvailable: 1 kB\n",
        ])
        let configuration = try CLIPConfiguration.load(ModelFiles(folder: Fixtures.path("CLIP/tiny")))
        let checks = MachineChecks(facts: old, threads: ComputeThreads(count: 100_000)).run(configuration)
        let byName = Dictionary(uniqueKeysWithValues: checks.map { ($0.name, $0) })
        #expect(byName["processor"]?.status == .warn)
        #expect(byName["memory"]?.status == .fail)
        #expect(byName["threads"]?.status == .warn)
        #expect(checks.allSatisfy { ($0.status == .ok) == ($0.hint == nil) })
    }

    @Test("the memory estimate is the number of parameters")
    func weightBytes() throws {
        let configuration = try CLIPConfiguration.load(ModelFiles(folder: Fixtures.path("CLIP/tiny")))
        // All tensors of the file but the logit scale.
        #expect(MachineChecks.weightBytes(configuration) == 4 * (385_447 - 1))
        var absurd = configuration
        (absurd.vision.width, absurd.vision.layers) = (1 << 24, 1 << 24)
        #expect(MachineChecks.weightBytes(absurd) == 1 << 62)
    }

    @Test("a good folder passes with one real pass, an empty one fails with hints")
    func model() throws {
        let progress = ProgressReporter(
            terminal: Terminal(descriptor: 2, isInteractive: false, environment: [:]), now: { .zero })
        let good = try EngineArguments.parse(["--model", Fixtures.path("CLIP/tiny")])
        let (checks, configuration) = ModelChecks(engine: good, progress: progress).run()
        #expect(configuration != nil)
        #expect(!checks.contains { $0.status == .fail })
        #expect(checks.contains { $0.name == "self-test" && $0.finding.hasPrefix("finite and repeatable") })
        #expect(checks.contains { $0.name == "arithmetic" && $0.finding.contains("because precision is auto") })
        let bad = try EngineArguments.parse(["--model", Fixtures.path("Images")])
        let failed = ModelChecks(engine: bad, progress: progress).run().checks.filter { $0.status == .fail }
        #expect(!failed.isEmpty)
        #expect(failed.allSatisfy { $0.hint != nil })
    }

    @Test("the report counts what is wrong")
    func text() {
        let terminal = Terminal(descriptor: 1, isInteractive: false, environment: [:])
        let checks: [DoctorCheck] = [.ok("a", "fine"), .fail("bb", "gone", hint: "look")]
        #expect(
            DoctorCommand.text(checks, terminal: terminal)
                == "ok    a   fine\nfail  bb  gone\n          → look\n\n1 failed.\n")
        #expect(DoctorCommand.text([.ok("a", "fine")], terminal: terminal).hasSuffix("All is well.\n"))
    }
}
