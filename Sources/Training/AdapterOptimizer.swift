import AnomalyDetection
public import Tensors

/// Adapters, their Adam moments, and the step that changes them.
///
/// Gradients are derived by hand through normalise → cosine · 100 → bilinear enlargement with aligned corners → softmax →
/// loss (MultiADS, section 4.1). Work is divided by picture and by fixed blocks of rows, never by worker, so the same input
/// gives the same bits with any number of workers. One stage is held at a time: batch · patches · (width + embedDim)
/// floats, 78 MB for 8 pictures of ViT-L-14-336 at 518.
public final class AdapterOptimizer {
    /// The maps as they are now.
    public let weights: AdapterWeights
    /// Steps taken so far.
    public private(set) var stepCount: Int
    let adam: Adam
    private let gridSize: Int
    private let loss: SegmentationLoss
    private let threads: ComputeThreads
    private let gradient: AdapterWeights
    private var workspace: StageWorkspace?

    /// Starts, or continues after `stepCount` steps.
    ///
    /// - Parameters:
    ///   - weights: Changed in place by every step.
    ///   - moments: Gradient means and squared means to continue with; nil to start.
    ///   - stepCount: Steps already taken.
    ///   - gridSize: Patches along one side of the pictures.
    ///   - learningRate: Adam's step length.
    ///   - loss: What to minimise.
    ///   - threads: Workers to use.
    init(
        weights: AdapterWeights, moments: (mean: AdapterWeights, square: AdapterWeights)?, stepCount: Int = 0,
        gridSize: Int, learningRate: Double, loss: SegmentationLoss, threads: ComputeThreads
    ) {
        func zero() -> AdapterWeights {
            AdapterWeights(stages: weights.stages, width: weights.width, embedDim: weights.embedDim)
        }
        self.weights = weights
        self.stepCount = stepCount
        self.gridSize = gridSize
        self.loss = loss
        self.threads = threads
        gradient = zero()
        adam = Adam(learningRate: learningRate, mean: moments?.mean ?? zero(), square: moments?.square ?? zero())
    }

    /// Starts with fresh moments.
    ///
    /// - Parameters:
    ///   - weights: Changed in place by every step.
    ///   - gridSize: Patches along one side of the pictures.
    ///   - learningRate: Adam's step length.
    ///   - loss: What to minimise.
    ///   - threads: Workers to use.
    public convenience init(
        weights: AdapterWeights, gridSize: Int, learningRate: Double, loss: SegmentationLoss, threads: ComputeThreads
    ) {
        self.init(
            weights: weights, moments: nil, gridSize: gridSize, learningRate: learningRate, loss: loss, threads: threads
        )
    }

    /// Takes one step on a batch.
    ///
    /// - Parameter batch: At least one picture, all of the same side and number of patches.
    /// - Returns: Terms of the loss before the step, means over the stages.
    /// - Throws: ``TrainingError``: `.notFinite`, also when the step itself leads beyond the numbers, which spoils the weights; and
    ///   what reading tokens throws.
    public func step(_ batch: [TrainingExample]) throws(TrainingError) -> LossTerms {
        let gradients = BatchGradients(batch: batch, gridSize: gridSize, loss: loss, threads: threads)
        var terms = LossTerms()
        for stage in 0..<weights.stages {
            let stageTerms = try gradients.evaluate(stage, weights, into: gradient, workspace: &workspace)
            terms.focal += stageTerms.focal / Double(weights.stages)
            terms.dice += stageTerms.dice / Double(weights.stages)
        }
        stepCount += 1
        for stage in 0..<weights.stages {
            adam.update(stage: stage, weights, gradient: gradient, step: stepCount, threads: threads)
        }
        guard weights.isFinite else {
            throw TrainingError(
                .notFinite,
                "expected finite weights after step \(stepCount), found some that are not: a smaller learning rate may help"
            )
        }
        return terms
    }

    /// The gradient that the last step used: (name in files, tensor).
    public var lastGradient: [(name: String, tensor: Tensor)] { gradient.tensors }
}
