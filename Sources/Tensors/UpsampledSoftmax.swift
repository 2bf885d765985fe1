/// Turns a coarse grid of class scores into full-size class probabilities.
///
/// Scores are enlarged bilinearly with aligned corners and the softmax is taken afterwards, per pixel (MultiADS, Eq. 1
/// and 3): the order matters, since softmax before enlarging gives nearly binary stairs.
public struct UpsampledSoftmax: Sendable {
    /// Cells along one side of the coarse grid.
    public let gridSize: Int
    /// Pixels along one side of the result.
    public let side: Int
    /// Number of classes.
    public let classes: Int

    /// Describes one enlargement (all counts at least 1; traps otherwise).
    public init(gridSize: Int, side: Int, classes: Int) {
        precondition(gridSize > 0 && side > 0 && classes > 0, "empty map: grid \(gridSize), side \(side), \(classes)")
        self.gridSize = gridSize
        self.side = side
        self.classes = classes
    }

    /// Adds `weight` times the probabilities of one stage to `output`.
    ///
    /// - Parameters:
    ///   - scores: [gridSize², classes], cells row-major; already multiplied by the temperature factor.
    ///   - weight: Factor of this stage, 1/stages for a mean.
    ///   - output: [classes, side, side], accumulated into.
    ///   - threads: Workers to use.
    public func accumulate(
        _ scores: UnsafePointer<Float>, weight: Float, into output: UnsafeMutablePointer<Float>, threads: ComputeThreads
    ) {
        let lanes = (side + 15) / 16 * 16
        let columns = (0..<lanes).map { AlignedCorners.sample(min($0, side - 1), gridSize: gridSize, side: side) }
        let leftIndex = columns.map { Int32($0.index) }
        let rightWeight = columns.map(\.fraction)
        threads.split(side) { rows in
            let scratch = FloatBuffer(count: classes * gridSize + classes * lanes)
            let coarse = scratch.baseAddress
            let fine = coarse + classes * gridSize
            leftIndex.withUnsafeBufferPointer { left in
                rightWeight.withUnsafeBufferPointer { fraction in
                    for y in rows {
                        interpolateRow(scores, y, coarse)
                        enlarge(coarse, left, fraction, lanes, fine)
                        addProbabilities(fine, lanes, weight, output + y &* side)
                    }
                }
            }
        }
    }

    /// Vertical step: coarse ← [classes, gridSize] for output row `y`.
    private func interpolateRow(_ scores: UnsafePointer<Float>, _ y: Int, _ coarse: UnsafeMutablePointer<Float>) {
        let position = AlignedCorners.sample(y, gridSize: gridSize, side: side)
        let upper = scores + position.index &* gridSize &* classes
        let lower = scores + min(position.index &+ 1, gridSize &- 1) &* gridSize &* classes
        for cell in 0..<gridSize {
            for label in 0..<classes {
                let offset = cell &* classes &+ label
                coarse[label &* gridSize &+ cell] =
                    upper[offset] * (1 - position.fraction) + lower[offset] * position.fraction
            }
        }
    }

    /// Horizontal step: fine ← [classes, lanes].
    private func enlarge(
        _ coarse: UnsafePointer<Float>, _ left: UnsafeBufferPointer<Int32>, _ fraction: UnsafeBufferPointer<Float>,
        _ lanes: Int, _ fine: UnsafeMutablePointer<Float>
    ) {
        for label in 0..<classes {
            let source = coarse + label &* gridSize
            let target = fine + label &* lanes
            for x in 0..<lanes {
                let index = Int(left[x])
                let value = source[index]
                let next = source[min(index &+ 1, gridSize &- 1)]
                target[x] = value * (1 - fraction[x]) + next * fraction[x]
            }
        }
    }

    /// Softmax over the classes, sixteen pixels at a time; `output` is the row in the first class's plane.
    private func addProbabilities(
        _ fine: UnsafeMutablePointer<Float>, _ lanes: Int, _ weight: Float, _ output: UnsafeMutablePointer<Float>
    ) {
        let plane = side &* side
        var x = 0
        while x < side {
            var maximum = loadVector(fine + x)
            for label in 1..<max(classes, 1) {
                let value = loadVector(fine + (label &* lanes &+ x))
                maximum.replace(with: value, where: value .> maximum)
            }
            var total = SIMD16<Float>.zero
            for label in 0..<classes {
                let value = exponential(loadVector(fine + (label &* lanes &+ x)) - maximum)
                storeVector(value, to: fine + (label &* lanes &+ x))
                total += value
            }
            let factor = weight / total
            let count = min(16, side &- x)
            for label in 0..<classes {
                let probability = loadVector(fine + (label &* lanes &+ x)) * factor
                let target = output + (label &* plane &+ x)
                if count == 16 {
                    storeVector(loadVector(target) + probability, to: target)
                } else {
                    for lane in 0..<count { target[lane] += probability[lane] }
                }
            }
            x &+= 16
        }
    }
}
