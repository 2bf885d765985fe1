/// What a training run tells while it works.
public enum TrainingEvent: Sendable, Equatable {
    /// Masks and digests are being read.
    case readingMasks(done: Int, total: Int)
    /// A picture was left out.
    case skipped(TrainingError)
    /// Features that are on disk already are being looked for and compared with their checksums.
    case checkingFeatures(done: Int, total: Int)
    /// Features are about to be computed.
    case features(FeaturePlan)
    /// Pictures are being encoded.
    case encoding(done: Int, total: Int)
    /// A saved state was found; training goes on after this many steps.
    case resumed(steps: Int, epoch: Int)
    /// A step was taken.
    case step(StepReport)
    /// An epoch ended and its adapters were written.
    case epoch(EpochReport)

    /// Sizes known before the features are computed.
    public struct FeaturePlan: Sendable, Equatable {
        /// Pictures in training.
        public let pictures: Int
        /// Of these, kept on disk.
        public let kept: Int
        /// Of these, there already.
        public let present: Int
        /// Bytes that all kept ones take.
        public let bytes: Int
        /// Where.
        public let folder: String
    }

    /// One step.
    public struct StepReport: Sendable, Equatable {
        /// From 1.
        public let step: Int
        /// Of all epochs.
        public let steps: Int
        /// From 1.
        public let epoch: Int
        /// Pictures of this batch.
        public let pictures: Int
        /// Loss before the step.
        public let loss: Double
        /// Its terms, means over the stages.
        public let terms: LossTerms
    }

    /// One epoch.
    public struct EpochReport: Sendable, Equatable {
        /// From 1.
        public let epoch: Int
        /// Of the run.
        public let epochs: Int
        /// Mean loss over its steps.
        public let loss: Double
        /// Its terms, means over steps and stages.
        public let terms: LossTerms
        /// The adapters.
        public let file: String
    }
}
