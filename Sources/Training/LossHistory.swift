/// The loss of every step, for people and for plotting programs.
struct LossHistory {
    /// [focal, Dice] of every step, means over the stages.
    let terms: [SIMD2<Float>]
    /// Steps of one epoch.
    let stepsPerEpoch: Int
    let loss: SegmentationLoss
    let stages: Int

    /// The number that is minimised, from a step's terms.
    func total(_ terms: SIMD2<Float>) -> Double {
        loss.scale(stages: stages) * Double(stages) * (Double(terms.x) + Double(terms.y))
    }

    /// Mean terms over an epoch (from 1), or nil before it has begun.
    func mean(epoch: Int) -> (total: Double, terms: LossTerms)? {
        let part = terms.dropFirst((epoch - 1) * stepsPerEpoch).prefix(stepsPerEpoch)
        guard !part.isEmpty else { return nil }
        var mean = LossTerms()
        for step in part {
            mean.focal += Double(step.x) / Double(part.count)
            mean.dice += Double(step.y) / Double(part.count)
        }
        return (part.reduce(0) { $0 + total($1) } / Double(part.count), mean)
    }

    /// RFC 4180 text, one line per step.
    var csv: String {
        var lines = ["step,epoch,focal,dice,loss"]
        for (index, step) in terms.enumerated() {
            lines.append("\(index + 1),\(index / stepsPerEpoch + 1),\(step.x),\(step.y),\(Float(total(step)))")
        }
        return lines.map { $0 + "\r\n" }.joined()
    }
}
