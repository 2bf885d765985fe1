import Foundation
import GRDB
import Images
import Storage
import TestSupport
import Testing

@testable import InspectionService

@Suite("Pictures that are not judged", .timeLimit(.minutes(2)))
struct PictureCheckTests {
    /// The golden query in other light.
    private static func query(light: Double) throws -> [UInt8] {
        let image = try ImageDecoder.decode(try Golden.png())
        return try PNGEncoder.encode(
            RGBImage(
                width: image.width, height: image.height,
                pixels: image.pixels.map { UInt8(min(255, Double($0) * light)) }))
    }

    private static func plain(_ level: UInt8) throws -> [UInt8] {
        try PNGEncoder.encode(
            RGBImage(width: 60, height: 44, fill: RGBColor(red: level, green: level, blue: level)))
    }

    private static func types(_ result: JSON) -> [String] { result["faults"].items.compactMap { $0["type"].string } }

    private static func addReferences(_ service: Service) async throws {
        for name in ["reference_0", "reference_1", "query"] {
            let answer = try await service.send("POST", "/products/cable/references", body: try Golden.png(name))
            #expect(answer.status == 201, "\(answer.text)")
        }
    }

    @Test("a black picture is neither good nor bad, is stored, counted, and no drift")
    func blank() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            let good = try await service.send("POST", "/inspect?product=cable", body: try Golden.png()).json()
            #expect(good["faults"].count == 0 && good["verdict"].string != "undecidable")
            let brightness = try #require(good["image"]["brightness"].double)
            #expect((0.05..<0.95).contains(brightness))
            #expect(try #require(good["image"]["contrast"].double) > 0 && good["image"]["sharpness"].double ?? 0 > 0)

            let black = try await service.send("POST", "/inspect?product=cable", body: try Self.plain(0)).json()
            #expect(black["verdict"].string == "undecidable" && Self.types(black) == ["blank"])
            #expect(black["faults"][0]["detail"].string?.contains("found a black picture") == true)
            #expect(black["defects"].count == 0 && black["image"]["brightness"].double == 0)
            let id = try #require(black["id"].string)
            #expect(try await service.send("GET", "/results/\(id)").json()["faults"].count == 1)
            let metrics = try await service.send("GET", "/metrics").text
            #expect(metrics.contains(#"inspect_picture_faults_total{product="cable",fault="blank"} 1"#))

            try await service.put("cable", cable.dropLast() + #","pictureCheck":"none"}"#)
            let judged = try await service.send("POST", "/inspect?product=cable", body: try Self.plain(0)).json()
            #expect(judged["verdict"].string != "undecidable" && judged["faults"].count == 0)
            #expect(try await service.send("GET", "/products/cable").json()["pictureCheck"].string == "none")
        }
    }

    @Test("references that are black themselves calibrate as they are inspected")
    func blackFilm() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            var random = SeededGenerator(seed: 6)
            for _ in 0..<3 {
                let pixels = (0..<60 * 44 * 3).map { _ in UInt8.random(in: 0...4, using: &random) }
                let film = try PNGEncoder.encode(RGBImage(width: 60, height: 44, pixels: pixels))
                #expect(try await service.send("POST", "/products/cable/references", body: film).status == 201)
                let result = try await service.send("POST", "/inspect?product=cable", body: film).json()
                #expect(result["faults"].count == 0)
            }
            let answer = try await service.send("POST", "/products/cable/calibrate?dryRun=true")
            #expect(answer.status == 200, "\(answer.text)")
        }
    }

    @Test("with references a picture that looks unlike all of them is not judged, and does not calibrate")
    func references() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            #expect(try await service.send("GET", "/products/cable").json()["pictureCheck"].string == "references")
            try await Self.addReferences(service)
            func inspect(_ light: Double) async throws -> JSON {
                try await service.send("POST", "/inspect?product=cable", body: try Self.query(light: light)).json()
            }
            #expect(Self.types(try await inspect(1)) == [])
            #expect(Self.types(try await inspect(0.9)) == [])
            let dark = try await inspect(0.3)
            #expect(Self.types(dark).contains("dark") && dark["verdict"].string == "undecidable")
            #expect(dark["faults"][0]["detail"].string?.contains("by the references, found") == true)

            let form = Form.body([
                ("image", "lamp.png", "image/png", try Self.query(light: 0.3)),
                ("image", "a.png", "image/png", try Self.query(light: 0.95)),
                ("image", "b.png", "image/png", try Self.query(light: 0.9)),
            ])
            let refused = try await service.send(
                "POST", "/products/cable/calibrate", ["Content-Type": Form.type], body: form)
            let problem = try refused.expectProblem(422, "unusable-image")
            #expect(problem["detail"].string?.contains("lamp.png") == true)
            #expect(problem["detail"].string?.contains("brightness") == true)
            // Of references themselves none is unlike all references.
            #expect(try await service.send("POST", "/products/cable/calibrate?dryRun=true").status == 200)

            try await service.put("cable", cable.dropLast() + #","pictureCheck":"blank"}"#)
            #expect(Self.types(try await inspect(0.3)) == [])
            #expect(Self.types(try await inspect(0)) == ["blank"])
        }
    }

    @Test("a reference that looks unlike the others is added with a warning, and counts from then on")
    func warning() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            try await Self.addReferences(service)
            let dark = try Self.query(light: 0.3)
            let answer = try await service.send("POST", "/products/cable/references", body: dark)
            #expect(answer.status == 201)
            let warnings = try answer.json()["items"][0]["warnings"].items
            let unusual = warnings.filter { $0["type"].string == "unusualLook" }
            #expect(
                unusual.contains { $0["detail"].string?.contains("a brightness of at least") == true }, "\(answer.text)"
            )
            let result = try await service.send("POST", "/inspect?product=cable", body: dark).json()
            #expect(Self.types(result) == [])
        }
    }

    @Test(
        "references that were stored before looks were kept are measured when they are needed, as when they were encoded"
    )
    func upgrade() async throws {
        try await withDataFolder { folder in
            func looks() throws -> [Row] {
                let queue = try DatabaseQueue(path: folder + "/" + SQLiteStore.fileName)
                return try queue.read {
                    try Row.fetchAll($0, sql: "SELECT brightness, contrast, sharpness FROM reference_encodings")
                }
            }
            try await withService(in: folder) { service in
                try await service.put("cable", cable)
                try await Self.addReferences(service)
            }
            let kept = try looks()
            #expect(kept.count == 3 && kept.allSatisfy { ($0["brightness"] as Double? ?? 0) > 0 })
            try await DatabaseQueue(path: folder + "/" + SQLiteStore.fileName).write {
                try $0.execute(
                    sql: "UPDATE reference_encodings SET brightness = NULL, contrast = NULL, sharpness = NULL")
            }
            try await withService(in: folder, seed: 2) { service in
                try await service.put("cable", cable)
                let dark = try Self.query(light: 0.3)
                let result = try await service.send("POST", "/inspect?product=cable", body: dark).json()
                #expect(Self.types(result).contains("dark"))
            }
            #expect(try looks() == kept)
        }
    }
}
