/// How adapters are trained; the defaults are the paper's.
public struct TrainingOptions: Sendable, Equatable {
    /// Passes over the pictures.
    public var epochs = 10
    /// Pictures per step; the last batch of an epoch may be smaller.
    public var batchSize = 8
    /// Adam's step length.
    public var learningRate = 1e-3
    /// What is minimised.
    public var loss = SegmentationLoss()
    /// How masks become labels.
    public var groundTruth = GroundTruthRule.coverage
    /// Share of pictures that a 2 × 2 mosaic of the same product replaces, 0…1.
    public var mosaicRate = 0.2
    /// Start of everything that is drawn.
    public var seed: UInt64 = 1
    /// Leaves out pictures that cannot be used instead of ending.
    public var skipsBad = false
    /// Most bytes of features kept on disk.
    public var featureBytes = 20_000_000_000
    /// Longest time between saved states; one more is saved after each epoch.
    public var savePeriod: Duration = .seconds(60)

    /// The defaults.
    public init() {}

    /// Refuses values that cannot work.
    ///
    /// - Throws: ``TrainingError`` with `.badOption`.
    public func validate() throws(TrainingError) {
        let faults: [(Bool, String)] = [
            (!(1...1_000_000).contains(epochs), "1 to 1,000,000 epochs, found \(epochs)"),
            (!(1...100_000).contains(batchSize), "1 to 100,000 pictures per batch, found \(batchSize)"),
            (
                !(Float(learningRate) > 0 && Float(learningRate).isFinite),
                "a positive learning rate within the range of float32, found \(learningRate)"
            ),
            (!(0...1).contains(mosaicRate), "a mosaic rate from 0 to 1, found \(mosaicRate)"),
            (featureBytes < 0, "a feature limit of 0 or more bytes, found \(featureBytes)"),
        ]
        if let fault = faults.first(where: \.0) { throw TrainingError(.badOption, "expected \(fault.1)") }
    }
}
