import Images
import Logging
import Storage
import TestSupport
import Testing

@testable import InspectionService

@Suite("Drift since the calibration", .timeLimit(.minutes(2)))
struct DriftTests {
    private static let pictures = 8

    private static func noise(_ number: Int, darkness: UInt8 = 1) throws -> [UInt8] {
        var random = SeededGenerator(seed: UInt64(number) + 1)
        let pixels = (0..<48 * 48 * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) / darkness }
        return try PNGEncoder.encode(RGBImage(width: 48, height: 48, pixels: pixels))
    }

    private static func inspect(_ service: Service, _ count: Int, _ picture: (Int) throws -> [UInt8]) async throws {
        for index in 0..<count {
            let answer = try await service.send("POST", "/inspect?product=cable", body: try picture(index))
            #expect(answer.status == 200, "\(answer.text)")
        }
    }

    private static func drift(_ service: Service, _ query: String = "") async throws -> JSON {
        let answer = try await service.send("GET", "/products/cable/drift\(query)")
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.json()
    }

    private static func gauge(_ service: Service) async throws -> String? {
        try await service.send("GET", "/metrics").text.split(separator: "\n")
            .first { $0.hasPrefix(#"inspect_drift{product="cable"} "#) }.map { String($0.split(separator: " ")[1]) }
    }

    private static func calibrate(_ service: Service) async throws {
        let form = Form.body(try (0..<pictures).map { ("image", nil, "image/png", try noise($0)) })
        let answer = try await service.send(
            "POST", "/products/cable/calibrate", ["Content-Type": Form.type], body: form)
        #expect(answer.status == 201, "\(answer.text)")
    }

    @Test("is told by the newest scores, logged once, and shown in the metrics")
    func life() async throws {
        let log = LogCapture()
        try await withDataFolder { folder in
            try await withService(in: folder, log: log) { service in
                try await service.put("cable", cable)
                let before = try await Self.drift(service)
                #expect(before["status"].string == "notCalibrated" && before["calibrationId"].isNull)
                try await Self.calibrate(service)
                #expect(try await Self.drift(service)["status"].string == "collecting")

                // What it was calibrated with, again and again: half of it lies above its median.
                try await Self.inspect(service, DriftMonitor.window) { try Self.noise($0 % Self.pictures) }
                let steady = try await Self.drift(service)
                #expect(steady["status"].string == "steady" && steady["results"].int == DriftMonitor.window)
                #expect(steady["above"].int == DriftMonitor.window / 2)
                #expect(steady["calibration"]["pictures"].int == Self.pictures)
                #expect(try await Self.gauge(service) == "0")
                #expect(log.lines("scores have moved since the calibration").isEmpty)
                let few = try await Self.drift(service, "?window=10&defectShare=0")
                #expect(few["status"].string == "tooFewPictures" && few["steady"].isNull)

                // The lamp fails.
                try await Self.inspect(service, DriftMonitor.window) {
                    try Self.noise($0 % Self.pictures, darkness: 16)
                }
                let moved = try await Self.drift(service)
                let status = try #require(moved["status"].string)
                #expect(status == "higher" || status == "lower")
                #expect(moved["above"].int == (status == "higher" ? DriftMonitor.window : 0))
                #expect(try await Self.gauge(service) == (status == "higher" ? "1" : "-1"))
                let lines = log.lines("scores have moved since the calibration")
                #expect(lines.count == 1 && lines[0].level == .warning)
                #expect(lines[0].fields["direction"] == status && lines[0].fields["product"] == "cable")

                // Dry runs and other products' pictures count for nothing.
                _ = try await service.send("POST", "/inspect?product=cable&dryRun=true", body: try Self.noise(0))
                #expect(try await Self.drift(service)["until"].string == moved["until"].string)
            }
            // After a restart the first inspection looks at once.
            try await withService(in: folder, seed: 2) { service in
                #expect(try await Self.gauge(service) == nil)
                try await Self.inspect(service, 1) { _ in try Self.noise(0, darkness: 16) }
                #expect(["1", "-1"].contains(try await Self.gauge(service)))
            }
        }
    }

    @Test("counts no results of other settings, and none the less where results are removed")
    func settings() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            try await Self.calibrate(service)
            try await Self.inspect(service, 10) { try Self.noise($0 % Self.pictures) }
            func window() async throws -> String {
                try await service.send("GET", "/products/cable/drift?window=10").text
            }
            let before = try await window()
            #expect(try await Self.drift(service, "?window=10")["results"].int == 10)
            func patch(_ noun: String) async throws {
                let answer = try await service.send(
                    "PATCH", "/products/cable", ["Content-Type": "application/merge-patch+json"],
                    body: Array(#"{"noun":"\#(noun)"}"#.utf8))
                #expect(answer.status == 200, "\(answer.text)")
                let product = try #require(try await service.store.product("cable"))
                _ = await (try service.core.registry.preparation(of: product)).finalState()
            }
            let noun = try #require(try await service.send("GET", "/products/cable").json()["noun"].string)
            try await patch("glass eye")
            try await Self.inspect(service, 3) { try Self.noise($0) }
            #expect(try await Self.drift(service)["status"].string == "notCalibrated")
            try await patch(noun)
            #expect(try await window() == before)
            for item in try await service.send("GET", "/results").json()["items"].items {
                let id = try #require(item["id"].string)
                #expect(try await service.send("DELETE", "/results/\(id)").status == 204)
            }
            #expect(try await window() == before)
        }
    }

    @Test("begins anew with a calibration, and ends with thresholds set by hand")
    func anew() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            try await Self.calibrate(service)
            try await Self.inspect(service, DriftMonitor.window) { try Self.noise($0 % Self.pictures) }
            #expect(try await Self.gauge(service) == "0")
            try await Self.calibrate(service)
            try await Self.inspect(service, 1) { _ in try Self.noise(0) }
            #expect(try await Self.gauge(service) == nil)
            #expect(try await Self.drift(service)["results"].int == 1)
            try await service.put("cable", cable)
            #expect(try await Self.drift(service)["status"].string == "notCalibrated")
            _ = try await service.send("DELETE", "/products/cable")
            try await service.send("GET", "/products/cable/drift").expectProblem(404, "unknown-product")
        }
    }

    @Test(
        "is refused for windows and shares that mean nothing",
        arguments: ["window=9", "window=1001", "defectShare=0.6"])
    func refused(query: String) async throws {
        try await withService { service in
            try await service.put("cable", cable)
            try await service.send("GET", "/products/cable/drift?\(query)").expectProblem(400, "invalid-parameter")
        }
    }
}
