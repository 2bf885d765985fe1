import CLIP
import Checkpoints
import Tensors

/// What a checkpoint turned out to be.
enum CheckpointKind {
    /// A CLIP model, readable under canonical names.
    case clip(CanonicalCLIPTensors)
    /// Linear maps `fc.{i}` of MultiADS, one per stage.
    case adapter(AdapterShape)
    /// Tensors of something else.
    case other(reason: String)

    /// Looks at names and shapes only.
    init(_ source: any TensorSource) {
        if let shape = AdapterShape(source) {
            self = .adapter(shape)
            return
        }
        do throws(CheckpointError) {
            self = .clip(try CanonicalCLIPTensors(source))
        } catch {
            self = .other(reason: error.description)
        }
    }
}

/// The dimensions of an adapter file.
struct AdapterShape: Equatable {
    /// Number of linear maps.
    let stages: Int
    /// Channels of the vision tower they take.
    let width: Int
    /// Length of the embeddings they give.
    let embedDim: Int

    /// Nil when the tensors are not exactly `fc.0 … fc.{n-1}` of one shape.
    init?(_ source: any TensorSource) {
        let names = Set(source.tensorNames)
        var stages = 0
        while names.contains(AdapterTensorName.weight(stage: stages)) { stages += 1 }
        guard stages > 0, names.count == 2 * stages,
            let first = source.info(AdapterTensorName.weight(stage: 0)), first.shape.count == 2
        else { return nil }
        for stage in 0..<stages {
            guard source.info(AdapterTensorName.weight(stage: stage))?.shape == first.shape,
                source.info(AdapterTensorName.bias(stage: stage))?.shape == [first.shape[0]]
            else { return nil }
        }
        self.stages = stages
        width = first.shape[1]
        embedDim = first.shape[0]
    }
}

extension CLIPConfiguration {
    /// What people call the architecture, such as "ViT-L/14 at 336 pixels".
    var architectureName: String {
        let sizes = [384: "S", 768: "B", 1024: "L", 1280: "H", 1408: "g", 1664: "G"]
        let size = sizes[vision.width].map { "ViT-\($0)/\(vision.patchSize)" }
        return "\(size ?? "ViT of width \(vision.width), patch \(vision.patchSize)") at \(vision.imageSize) pixels"
    }
}
