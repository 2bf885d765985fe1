import AnomalyDetection
import Images

/// The form of results for people: one block per picture.
struct InspectionText {
    /// Regions listed per defect; the JSON form has all.
    static let maximumRegions = 5

    let terminal: Terminal

    /// One inspected picture.
    func block(_ inspection: Inspection, shots: Int) -> String {
        let findings = inspection.findings
        let size = "\(inspection.picture.pixels.width)×\(inspection.picture.pixels.height)"
        let (score, threshold) = Self.distinct(findings.score, findings.threshold)
        let relation = findings.score >= findings.threshold ? "≥" : "<"
        let how = shots == 0 ? "zero-shot" : "\(shots) reference\(shots == 1 ? "" : "s")"
        let time = TextLayout.decimal(inspection.totalSeconds, 2)
        var lines = [
            "\(terminal.styled(inspection.picture.path, .bold))  \(verdict(findings.verdict))",
            "  score \(score) \(relation) threshold \(threshold)"
                + terminal.styled("   \(size), \(how), \(time) s", .dim),
        ]
        lines += findings.faults.map { "  \($0.kind.rawValue): \($0.detail)" }
        lines += defectLines(findings.defects)
        if findings.verdict != .ok, findings.isJudged, findings.defects.isEmpty {
            lines.append("  no place large enough to be marked reaches the map threshold")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func verdict(_ verdict: Verdict) -> String {
        switch verdict {
        case .ok: terminal.styled(verdict.words, .green, .bold)
        case .notOk: terminal.styled(verdict.words, .red, .bold)
        case .undecidable: terminal.styled(verdict.words, .yellow, .bold)
        }
    }

    /// Type, score, share of the area; then the boxes, all in the same columns.
    private func defectLines(_ defects: [Defect]) -> [String] {
        var rows: [[String]] = []
        for defect in defects {
            let shown = defect.regions.prefix(Self.maximumRegions)
            for (index, region) in shown.enumerated() {
                let box = region.box
                let peak = region.peak.map { "peak \(score($0))" } ?? ""
                let first = index == 0
                rows.append([
                    first ? defect.type : "", first ? score(defect.score) : "",
                    first ? TextLayout.decimal(defect.areaFraction * 100, 2) + " %" : "",
                    "x \(box.x)", "y \(box.y)", "\(box.width)×\(box.height)", peak,
                ])
            }
            if defect.regions.count > shown.count {
                rows.append(["", "", "", "and \(defect.regions.count - shown.count) more"])
            }
        }
        return TextLayout.columns(rows, rightAligned: [1, 2]).map { "  " + $0 }
    }

    private func score(_ value: Float) -> String { TextLayout.decimal(Double(value), 3) }

    /// Both numbers with as many decimals as tell them apart, at least three.
    static func distinct(_ a: Float, _ b: Float) -> (String, String) {
        let digits = (3...8).first { TextLayout.decimal(Double(a), $0) != TextLayout.decimal(Double(b), $0) }
        return (TextLayout.decimal(Double(a), digits ?? 3), TextLayout.decimal(Double(b), digits ?? 3))
    }
}
