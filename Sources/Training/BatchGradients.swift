import AnomalyDetection
import CLIP
import Tensors

/// Memory for one stage of a batch, kept between steps.
final class StageWorkspace {
    /// [rows, width]: tokens.
    let tokens: FloatBuffer
    /// [rows, embedDim]: adapted tokens, in the end the loss's gradient with respect to them.
    let adapted: FloatBuffer

    init(rows: Int, width: Int, embedDim: Int) {
        tokens = FloatBuffer(count: rows * width)
        adapted = FloatBuffer(count: rows * embedDim)
    }
}

/// Loss and gradient of one batch, stage by stage.
struct BatchGradients {
    private struct Picture {
        let example: TrainingExample
        let enlargement: UpsampledSegmentationLoss
        let target: SegmentationTarget
    }

    /// What one picture contributes to a stage.
    private struct Contribution {
        let focalSum: Double
        let dice: Double
        let biasGradient: [Float]
    }

    private let pictures: [Picture]
    private let gridSize: Int
    private let loss: SegmentationLoss
    private let threads: ComputeThreads

    /// Rows of the weights' gradient computed at once; fixed, so that results do not depend on the worker count.
    private static let rowBlock = 96

    private var patches: Int { gridSize * gridSize }

    /// - Parameters:
    ///   - batch: At least one picture, all of one side (traps otherwise).
    ///   - gridSize: Patches along one side.
    ///   - loss: What to minimise.
    ///   - threads: Workers to use.
    init(batch: [TrainingExample], gridSize: Int, loss: SegmentationLoss, threads: ComputeThreads) {
        precondition(
            !batch.isEmpty && batch.allSatisfy { $0.labels.side == batch[0].labels.side }, "pictures of one side")
        self.gridSize = gridSize
        self.loss = loss
        self.threads = threads
        pictures = threads.map(batch.count) { index in
            let enlargement = UpsampledSegmentationLoss(
                gridSize: gridSize, side: batch[index].labels.side, classes: batch[index].states.states.count)
            let (labels, foreground) = batch[index].labels.expanded()
            return Picture(
                example: batch[index], enlargement: enlargement,
                target: enlargement.target(labels: labels, foreground: foreground))
        }
    }

    /// One stage's terms and gradient.
    ///
    /// - Parameters:
    ///   - stage: From 0.
    ///   - weights: The maps.
    ///   - gradient: This stage is overwritten.
    ///   - workspace: Reused when it fits, else replaced.
    /// - Returns: The stage's terms.
    /// - Throws: ``TrainingError``: `.notFinite`, and what reading tokens throws.
    func evaluate(
        _ stage: Int, _ weights: AdapterWeights, into gradient: AdapterWeights, workspace: inout StageWorkspace?
    ) throws(TrainingError) -> LossTerms {
        let rows = pictures.count * patches
        let (width, embedDim) = (weights.width, weights.embedDim)
        let memory: StageWorkspace
        if let kept = workspace, kept.tokens.count >= rows * width, kept.adapted.count >= rows * embedDim {
            memory = kept
        } else {
            memory = StageWorkspace(rows: rows, width: width, embedDim: embedDim)
            workspace = memory
        }
        let results = threads.map(pictures.count) { index in
            Result { () throws(TrainingError) in try contribution(of: index, stage, weights, memory) }
        }
        var terms = LossTerms()
        let bias = gradient.biases[stage].pointer
        bias.initialize(repeating: 0)
        for result in results {
            let part = try result.get()
            terms.focal += part.focalSum
            terms.dice += part.dice
            for channel in 0..<embedDim { bias[channel] += part.biasGradient[channel] }
        }
        let pixels = pictures[0].example.labels.side * pictures[0].example.labels.side
        terms.focal /= Double(pictures.count * pixels)
        terms.dice = loss.usesDice ? 1 - terms.dice / Double(pictures.count) : 0
        addUpWeights(rows, memory, width, embedDim, into: gradient.weights[stage].baseAddress)
        return terms
    }

    /// ∂L/∂A = Σ over rows of (∂L/∂z)ᵀ·e.
    private func addUpWeights(
        _ rows: Int, _ memory: StageWorkspace, _ width: Int, _ embedDim: Int, into target: UnsafeMutablePointer<Float>
    ) {
        let blocks = (embedDim + Self.rowBlock - 1) / Self.rowBlock
        threads.split(blocks) { range in
            for block in range {
                let first = block * Self.rowBlock
                Gemm.transposedMultiply(
                    memory.adapted.baseAddress + first, lda: embedDim, memory.tokens.baseAddress, ldb: width,
                    into: target + first * width, ldc: width, m: min(Self.rowBlock, embedDim - first), n: width, k: rows
                )
            }
        }
    }

    /// Forward and backward of one picture down to ∂L/∂z, which replaces its rows of `memory.adapted`.
    private func contribution(
        of index: Int, _ stage: Int, _ weights: AdapterWeights, _ memory: StageWorkspace
    ) throws(TrainingError) -> Contribution {
        let picture = pictures[index]
        let (width, embedDim) = (weights.width, weights.embedDim)
        let classes = picture.enlargement.classes
        let e = memory.tokens.baseAddress + index * patches * width
        let z = memory.adapted.baseAddress + index * patches * embedDim
        try load(picture.example, stage, width, into: e)

        // z = A·e + b, then n = z/‖z‖ in place.
        Gemm.multiplyTransposed(
            e, lda: width, weights.weights[stage].baseAddress, ldb: width, into: z, ldc: embedDim, m: patches,
            n: embedDim, k: width)
        let bias = weights.biases[stage].baseAddress
        for row in 0..<patches {
            for channel in 0..<embedDim { z[row &* embedDim &+ channel] += bias[channel] }
        }
        let inverse = FloatBuffer(count: patches)
        RowKernels.normalizeRows(z, rows: patches, width: embedDim, inverseLengths: inverse.baseAddress)

        // s = 100·⟨n, t⟩: [patches, classes].
        let scores = FloatBuffer(count: patches * classes)
        let (sums, scoreGradient) = picture.example.states.matrix.withUnsafeBufferPointer { states in
            guard let t = states.baseAddress else { preconditionFailure("states without embeddings") }
            Gemm.multiplyTransposed(
                z, lda: embedDim, t, ldb: embedDim, into: scores.baseAddress, ldc: classes, m: patches, n: classes,
                k: embedDim, alpha: CLIPModel.logitScale)
            let (sums, gradients) = picture.enlargement.evaluate(scores.baseAddress, target: picture.target)
            let combined = combine(sums, gradients, picture, stages: weights.stages)
            backpropagate(combined, scores, inverse, t, classes: classes, embedDim: embedDim, into: z)
            return (sums, combined)
        }
        guard scores.pointer.allSatisfy(\.isFinite), scoreGradient.pointer.allSatisfy(\.isFinite) else {
            throw TrainingError(
                .notFinite,
                "stage \(stage + 1), \(picture.example.name): expected finite scores, found NaN or infinite ones; "
                    + "a smaller learning rate may help")
        }
        var biasGradient = [Float](repeating: 0, count: embedDim)
        for row in 0..<patches {
            for channel in 0..<embedDim { biasGradient[channel] += z[row &* embedDim &+ channel] }
        }
        return Contribution(
            focalSum: sums.focal, dice: loss.dice(sums, foreground: picture.target.foregroundCount).value,
            biasGradient: biasGradient)
    }

    /// ∂L/∂s from the gradients of the three sums; overwrites and returns the focal one.
    private func combine(
        _ sums: UpsampledSegmentationLoss.Sums, _ gradients: UpsampledSegmentationLoss.Gradients, _ picture: Picture,
        stages: Int
    ) -> FloatBuffer {
        let scale = loss.scale(stages: stages)
        let side = picture.example.labels.side
        let focal = Float(scale / Double(pictures.count * side * side))
        let dice = loss.dice(sums, foreground: picture.target.foregroundCount)
        let share = loss.usesDice ? -scale / Double(pictures.count) : 0
        let (byArea, byOverlap) = (Float(share * dice.byArea), Float(share * dice.byOverlap))
        let (result, area, overlap) = (gradients.focal.pointer, gradients.area.pointer, gradients.overlap.pointer)
        for index in 0..<result.count {
            result[index] = result[index] * focal + area[index] * byArea + overlap[index] * byOverlap
        }
        return gradients.focal
    }

    /// ∂L/∂z = (∂L/∂n − n·⟨n, ∂L/∂n⟩)/‖z‖ with ∂L/∂n = 100·Σ_c ∂L/∂s_c·t_c, and so ⟨n, ∂L/∂n⟩ = Σ_c ∂L/∂s_c·s_c.
    ///
    /// - Parameters:
    ///   - gradient: [patches, classes]: ∂L/∂s; scaled by 1/‖z‖ afterwards.
    ///   - scores: [patches, classes]: s.
    ///   - inverse: [patches]: 1/‖z‖.
    ///   - states: [classes, embedDim]: t.
    ///   - classes: Columns of `gradient`.
    ///   - embedDim: Columns of `z`.
    ///   - z: [patches, embedDim]: n on entry, ∂L/∂z on return.
    private func backpropagate(
        _ gradient: FloatBuffer, _ scores: FloatBuffer, _ inverse: FloatBuffer, _ states: UnsafePointer<Float>,
        classes: Int, embedDim: Int, into z: UnsafeMutablePointer<Float>
    ) {
        for row in 0..<patches {
            let slopes = gradient.baseAddress + row &* classes
            let score = scores.baseAddress + row &* classes
            let reciprocal = inverse.baseAddress[row]
            var along: Float = 0
            for label in 0..<classes {
                along += slopes[label] * score[label]
                slopes[label] *= reciprocal
            }
            let factor = -along * reciprocal
            let line = z + row &* embedDim
            for channel in 0..<embedDim { line[channel] *= factor }
        }
        Gemm.multiply(
            gradient.baseAddress, lda: classes, states, ldb: embedDim, into: z, ldc: embedDim, m: patches, n: embedDim,
            k: classes, alpha: CLIPModel.logitScale, beta: 1)
    }

    private func load(
        _ example: TrainingExample, _ stage: Int, _ width: Int, into target: UnsafeMutablePointer<Float>
    ) throws(TrainingError) {
        let tokens = try example.tokens(stage)
        guard tokens.shape == [patches, width] else {
            throw TrainingError(
                .badFeatures,
                "\(example.name): expected tokens [\(patches), \(width)] of stage \(stage + 1), found \(tokens.shape)")
        }
        tokens.withUnsafeBufferPointer {
            _ = UnsafeMutableBufferPointer(start: target, count: patches * width).update(from: $0)
        }
    }
}
