import Storage
import Tensors

/// A result made by arithmetic from its number, in the shape and size of real ones.
struct SyntheticResult {
    /// 2026-01-01T00:00:00Z, and three seconds per result.
    private static let (start, step): (Int64, Int64) = (1_767_225_600_000_000, 3_000_000)
    private static let types = ["scratch", "hole", "bent", "cut"]

    let number: Int
    let mapBytes: Int

    /// What the store takes.
    var result: NewResult {
        let verdict: Verdict =
            switch mixed(0) % 100 {
            case 0..<90: .ok
            case 90..<99: .notOk
            default: .undecidable
            }
        let score = Double(mixed(1) % 50_000) / 100_000 + (verdict == .ok ? 0 : 0.5)
        let count = verdict == .notOk ? Int(mixed(2) % 2) + 1 : 0
        let defects = (0..<count).map { index in
            ResultDefect(
                type: Self.types[Int((mixed(3) &+ UInt64(index)) % 4)], score: score, areaPixels: Int(mixed(4) % 5000))
        }
        let metadata =
            #"{"line":\#(mixed(5) % 8),"shift":"\#(mixed(6) % 2 == 0 ? "early" : "late")","lot":"L\#(number / 5000)"}"#
        let id = "bench-" + String(repeating: "0", count: max(0, 9 - "\(number)".count)) + "\(number)"
        var record = ResultRecord(
            id: id, product: "product\(mixed(7) % 20)", createdAt: createdAt, verdict: verdict, score: score,
            threshold: 0.5, mode: "multitype", shots: 4, referencesVersion: 3, partID: "part-\(number / 2)",
            camera: "camera\(mixed(8) % 4)", imageWidth: 1600, imageHeight: 1200, imageDigest: digest,
            metadata: metadata, document: [])
        record.document = document(record, defects)
        let map = ResultFile(kind: .heatMap, mediaType: "image/png", bytes: [UInt8](repeating: 0x5A, count: mapBytes))
        let masks = defects.map {
            ResultFile(
                kind: .mask(defectType: $0.type), mediaType: "application/octet-stream",
                bytes: [UInt8](repeating: 0xA5, count: 300))
        }
        return NewResult(record: record, defects: defects, files: masks + [map])
    }

    private var createdAt: Timestamp { Timestamp(microseconds: Self.start + Int64(number) * Self.step) }

    private var digest: SHA256Digest {
        let bytes = (0..<4).flatMap { part in (0..<8).map { UInt8(truncatingIfNeeded: mixed(20 + part) >> (8 * $0)) } }
        guard let digest = SHA256Digest(bytes: bytes) else { preconditionFailure("four times eight bytes") }
        return digest
    }

    /// As large as the document of a real result.
    private func document(_ record: ResultRecord, _ defects: [ResultDefect]) -> [UInt8] {
        let found = defects.map { defect in
            #"{"type":"\#(defect.type)","score":\#(defect.score),"areaPixels":\#(defect.areaPixels),"#
                + #""areaFraction":0.00017252604166666667,"areaMm2":null,"mask":"/results/\#(record.id)/masks/\#(defect.type).png","#
                + #""regions":[{"box":{"x":380,"y":349,"width":18,"height":5},"areaPixels":53,"peak":0.51713586,"#
                + #""contour":[[383,349],[380,351],[383,353],[397,351]]}]}"#
        }
        let text =
            #"{"id":"\#(record.id)","product":"\#(record.product)","createdAt":"2026-01-01T00:00:00.000000Z","#
            + #""verdict":"\#(record.verdict.rawValue)","score":\#(record.score),"scoreRaw":{"global":0.4917341,"mapMax":0.51882005},"#
            + #""threshold":0.5,"calibrationId":null,"mode":"multitype","shots":4,"partId":"\#(record.partID ?? "")","#
            + #""camera":"\#(record.camera ?? "")","metadata":\#(record.metadata ?? "null"),"defects":[\#(found.joined(separator: ","))],"#
            + #""image":{"width":1600,"height":1200,"sha256":"\#(record.imageDigest.hex)"},"heatmap":"/results/\#(record.id)/heatmap.png","#
            + #""provenance":{"engine":"multiads/bench","weights":"sha256:\#(record.imageDigest.hex)","#
            + #""adapter":"sha256:\#(record.imageDigest.hex)","references":"v3","precision":"f32"},"#
            + #""timings":{"decode":0.001539,"queue":0.000040,"encode":0.036323,"score":0.007798,"store":0.004258,"total":0.050384}}"#
        return Array(text.utf8)
    }

    /// A well mixed number for one of the result's fields.
    private func mixed(_ field: Int) -> UInt64 {
        var random = SplitMix64(seed: UInt64(truncatingIfNeeded: number) &* 64 &+ UInt64(truncatingIfNeeded: field))
        return random.next()
    }
}
