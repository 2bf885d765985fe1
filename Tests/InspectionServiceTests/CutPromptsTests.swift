import Logging
import Testing

@testable import InspectionService

@Suite("Prompts longer than the model reads")
struct CutPromptsTests {
    @Test("are named in the log, once and for the states that have some")
    func log() async throws {
        let log = LogCapture()
        let long = "{} " + String(repeating: "very ", count: 90) + "bent"
        try await withDataFolder { folder in
            for _ in 0..<2 {
                try await withService(in: folder, log: log) { service in
                    try await service.put(
                        "cable",
                        #"{"noun":"cable","defectTypes":["hole",{"name":"kink","phrases":["kinked {}","\#(long)"]}]}"#)
                }
            }
        }
        let lines = log.lines("prompts are cut")
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.level == .warning && line.fields["product"] == "cable" && line.fields["state"] == "kink")
        let reason = try #require(line.fields["reason"])
        #expect(reason.contains("prompts are longer than the model's context of"))
        #expect(reason.contains("cable very very") && reason.hasSuffix("…”"))
    }
}
