import AnomalyDetection
import Images
import Storage
import TestSupport
import Testing

@testable import InspectionService

@Suite("Hygiene of references", .timeLimit(.minutes(2)))
struct ReferenceHygieneTests {
    private static func digest(_ number: Int) throws -> SHA256Digest {
        try #require(SHA256Digest(bytes: [UInt8](repeating: UInt8(number), count: 32)))
    }

    private static func distance(_ from: Int, _ to: Int, _ mean: Double, _ peak: Double) throws -> ReferenceDistance {
        ReferenceDistance(from: try digest(from), to: try digest(to), mean: mean, peak: peak)
    }

    /// Three pictures that lie 0.1 apart, with peaks of 0.3; the third is farther from the first.
    private static func usual() throws -> [ReferenceDistance] {
        [try distance(2, 1, 0.1, 0.3), try distance(3, 1, 0.2, 0.5), try distance(3, 2, 0.1, 0.3)]
    }

    @Test("knows what is typical from three pictures on")
    func typical() throws {
        #expect(ReferenceHygiene.typical([]) == nil)
        #expect(ReferenceHygiene.typical([try Self.distance(2, 1, 0.1, 0.3)]) == nil)
        let typical = try #require(ReferenceHygiene.typical(try Self.usual()))
        #expect(typical == ReferenceHygiene.Typical(mean: 0.1, peak: 0.3, count: 3))
    }

    @Test(
        "warns of what stands out, with its figures",
        arguments: [
            (0.1, 0.3, true, nil, ""), (0.019, 0.3, true, .nearDuplicate, "0.019, below 0.02"),
            (0.021, 0.3, true, nil, ""), (0.19, 0.3, true, nil, ""), (0.21, 0.3, true, .outlier, "0.21, above 0.2"),
            (0.1, 0.37, true, nil, ""), (0.1, 0.38, true, .unusualPlace, "(12, 34) is 0.38"),
            // Without three pictures only a repetition can be told.
            (0.0019, 0.3, false, .nearDuplicate, "below 0.002"), (1.5, 1.9, false, nil, ""),
        ] as [(Double, Double, Bool, ReferenceHygiene.Warning.Kind?, String)])
    func warnings(
        _ mean: Double, _ peak: Double, _ isKnown: Bool, _ expected: ReferenceHygiene.Warning.Kind?, _ says: String
    ) throws {
        let overall = ReferenceComparison.Distance(mean: mean, peak: peak)
        let hygiene = try #require(
            ReferenceHygiene(
                [try Self.distance(9, 1, mean, peak), try Self.distance(9, 2, mean + 0.3, peak + 0.1)],
                overall: overall, farthest: PixelPoint(x: 12.5, y: 34.5), known: isKnown ? try Self.usual() : []))
        #expect(hygiene.warnings.map(\.kind) == (expected.map { [$0] } ?? []))
        #expect(hygiene.warnings.allSatisfy { $0.detail.contains(says) }, "\(hygiene.warnings)")
        #expect(hygiene.nearest.to == (try Self.digest(1)))
    }

    @Test("is told with every new reference")
    func uploads() async throws {
        try await withService { service in
            try await service.put("cable", cable)
            func add(_ picture: [UInt8]) async throws -> JSON {
                let answer = try await service.send("POST", "/products/cable/references", body: picture)
                #expect(answer.status == 201, "\(answer.text)")
                return try answer.json()["items"][0]
            }
            let first = try await add(try Golden.png("reference_0"))
            #expect(first["similarity"].isNull && first["warnings"].count == 0)

            // The same picture in another file.
            let image = try ImageDecoder.decode(try Golden.png("reference_0"))
            let again = try await add(try PNGEncoder.encode(image))
            #expect(again["warnings"][0]["type"].string == "nearDuplicate", "\(again.value)")
            #expect(again["similarity"]["nearest"]["id"].string == first["id"].string)
            #expect(try #require(again["similarity"]["meanDistance"].double) < 1e-3)

            let other = try await add(try Golden.png("reference_1"))
            let similarity = other["similarity"]
            #expect(other["warnings"].count == 0 && similarity["typical"].isNull)
            let (mean, peak) = (
                try #require(similarity["meanDistance"].double), try #require(similarity["peakDistance"].double)
            )
            #expect(mean > 1e-3 && peak >= mean)
            #expect((0...61).contains(try #require(similarity["peakAt"]["x"].double)))
            #expect((0...45).contains(try #require(similarity["peakAt"]["y"].double)))

            // Three pictures say what is typical; noise is not.
            var random = SeededGenerator(seed: 1)
            let noise = RGBImage(
                width: 60, height: 45, pixels: (0..<60 * 45 * 3).map { _ in UInt8.random(in: 0...255, using: &random) })
            let odd = try await add(try PNGEncoder.encode(noise))
            #expect(odd["similarity"]["typical"]["count"].int == 3)
            #expect(odd["warnings"][0]["type"].string == "outlier", "\(odd.value)")
        }
    }
}
