public import Tensors

/// Everything one picture's analysis gives, on the square grid of `side` × `side` pixels the network saw.
public struct AnomalyMaps: Sendable {
    /// Pixels along one side.
    public let side: Int
    /// State names; the first is the normal state, the others are defect types.
    public let states: [String]
    /// [states, side, side]: probability of each state, mean over stages (0…1, sums to 1 per pixel).
    public let multitype: Tensor
    /// [side, side]: 1 − probability of the normal state, from text prompts alone (0…1).
    public let anomaly: Tensor
    /// [side, side]: cosine distance to the nearest reference patch, mean over stages (0…2); nil without references.
    public let reference: Tensor?
    /// [side, side]: the map that decides: `anomaly`, or its combination with `reference`.
    public let final: Tensor
    /// [states]: softmax of the global image embedding against each state.
    public let globalProbabilities: [Float]
    /// One number for the picture (0…1 under the default rule).
    public let imageScore: Float

    /// Joins maps that were computed elsewhere, for example read from storage; shapes as the properties say.
    public init(
        side: Int, states: [String], multitype: Tensor, anomaly: Tensor, reference: Tensor?, final: Tensor,
        globalProbabilities: [Float], imageScore: Float
    ) {
        self.side = side
        self.states = states
        self.multitype = multitype
        self.anomaly = anomaly
        self.reference = reference
        self.final = final
        self.globalProbabilities = globalProbabilities
        self.imageScore = imageScore
    }

    /// 1 − global probability of the normal state.
    public var globalAnomaly: Float { 1 - (globalProbabilities.first ?? 1) }

    /// What the states of a pixel add up to before refinement: 1, or the number of stages where those are summed.
    var total: Float {
        let plane = side * side
        return multitype.withUnsafeBufferPointer { values in
            max(1, states.indices.reduce(0) { $0 + values[$1 * plane] }.rounded())
        }
    }

    /// Largest value of ``final``.
    public var maximum: Float { final.withUnsafeBufferPointer { $0.max() ?? 0 } }
}
