import AnomalyDetection
import CLIP
import Checkpoints
import Images
import Tensors

/// The files that an inspection can leave behind.
struct InspectionFiles {
    let inspector: Inspector

    /// Writes all tensors of one inspection.
    ///
    /// `text` [E, C], `global_embedding` [E], `global_probabilities` [C], `stage_i` [patches, D], `multitype_map`
    /// [C, S, S], `anomaly_map` [S, S], `image_score` [1], and with references `reference_map` and `final_map` [S, S];
    /// where maps are refined, `refined_multitype_map` [C, S, S] and `refined_map` [S, S], by which places are marked.
    func writeMaps(_ inspection: Inspection, to path: String) throws {
        let maps = inspection.maps
        var tensors: [(name: String, tensor: Tensor)] = [
            ("text", inspector.states.matrix.transposed()),
            ("global_embedding", inspection.features.embedding),
            ("global_probabilities", Tensor(shape: [maps.globalProbabilities.count], maps.globalProbabilities)),
            ("multitype_map", maps.multitype),
            ("anomaly_map", maps.anomaly),
            ("image_score", Tensor(shape: [1], [maps.imageScore])),
        ]
        for (stage, tokens) in inspection.features.stageTokens.enumerated() {
            tensors.append(("stage_\(stage)", tokens))
        }
        if let reference = maps.reference { tensors += [("reference_map", reference), ("final_map", maps.final)] }
        if let refined = inspection.refined {
            tensors += [("refined_multitype_map", refined.multitype), ("refined_map", refined.final)]
        }
        try SafeTensorsWriter.write(
            tensors.map { SafeTensorsWriter.Entry($0.name, $0.tensor) },
            metadata: [
                "engine": Version.text, "image": inspection.picture.path, "image_sha256": inspection.picture.sha256,
                "noun": inspector.ensemble.noun, "states": maps.states.joined(separator: ","),
                "stages": inspector.model.stages.map(String.init).joined(separator: ","),
                "side": String(maps.side), "weights_sha256": inspector.model.clip.digest,
                "adapter_sha256": inspector.model.adapter.digest,
            ], to: path)
    }

    /// Draws what was found onto the picture and writes it in the format that the name asks for.
    func writeOverlay(_ inspection: Inspection, to path: String) throws {
        let (pixels, maps) = (inspection.picture.pixels, inspection.refined ?? inspection.maps)
        let map = try MapResize.bilinear(
            maps.final.values, width: maps.side, height: maps.side, toWidth: pixels.width, toHeight: pixels.height,
            corners: .edges)
        let findings = inspection.findings
        let overlay = try Overlay.render(
            image: pixels,
            heatMap: OverlayHeatMap(
                map: map, scale: HeatScale(threshold: findings.threshold, maximum: inspector.mapMaximum)),
            masks: findings.defects.map {
                OverlayMask(name: $0.type, mask: $0.mask, score: $0.score, regions: $0.regions)
            },
            title: "\(findings.verdict.words) \(TextLayout.decimal(Double(findings.score), 2))")
        let isPNG = OutputArguments.fileExtension(path) == "png"
        let bytes = try isPNG ? PNGEncoder.encode(overlay) : JPEGEncoder.encode(overlay, quality: 92)
        try bytes.withUnsafeBytes { try OutputFile.write($0, to: path) }
    }
}
