/// The working memory of one evaluation of ``UpsampledSegmentationLoss`` and the steps that use it.
///
/// Coarse buffers are class-major with `stride` floats per class, so that sixteen neighbouring cells are one load. Names in
/// the steps: e = exp(score − maximum), f = share of the next cell, w and q = factors of e in the focal and area gradients.
struct SegmentationLossScratch {
    private let loss: UpsampledSegmentationLoss
    private let classes: Int
    private let depth: Int
    private let stride: Int
    /// [gridSize, classes, stride].
    private let scores: FloatBuffer
    /// [3, gridSize, classes, stride]: focal, area, overlap.
    private let grid: FloatBuffer
    /// [classes, stride].
    private let rowScores: FloatBuffer
    /// [3, classes, stride].
    private let rowGradients: FloatBuffer
    /// [classes, depth, 16].
    private let exponentials: FloatBuffer
    /// [depth, 16].
    private let maxima: FloatBuffer
    /// [depth, 6, 16]: w, w·f, q, q·f, q·g, q·g·f.
    private let factors: FloatBuffer
    /// The normal class's own sums: [6, 16], as ``factors``.
    private let normalSums: FloatBuffer

    private var rowSize: Int { classes &* stride }

    init(loss: UpsampledSegmentationLoss) {
        self.loss = loss
        (classes, depth, stride) = (loss.classes, loss.lanes.depth, loss.lanes.stride)
        let row = loss.classes * loss.lanes.stride
        scores = FloatBuffer(count: loss.gridSize * row)
        grid = FloatBuffer(count: 3 * loss.gridSize * row)
        rowScores = FloatBuffer(count: row)
        rowGradients = FloatBuffer(count: 3 * row)
        exponentials = FloatBuffer(count: loss.classes * loss.lanes.depth * 16)
        maxima = FloatBuffer(count: loss.lanes.depth * 16)
        factors = FloatBuffer(count: loss.lanes.depth * 6 * 16)
        normalSums = FloatBuffer(count: 6 * 16)
        for buffer in [scores, grid, rowGradients] { buffer.pointer.initialize(repeating: 0) }
    }

    /// [cells, classes] → class-major rows; the cell after the last repeats it.
    func load(_ source: UnsafePointer<Float>) {
        let gridSize = loss.gridSize
        for y in 0..<gridSize {
            for label in 0..<classes {
                let target = scores.baseAddress + (y &* rowSize &+ label &* stride)
                for x in 0..<gridSize { target[x] = source[(y &* gridSize &+ x) &* classes &+ label] }
                target[gridSize] = target[gridSize &- 1]
            }
        }
    }

    /// Vertical step of the enlargement.
    func interpolateRow(_ upper: Int, _ lower: Int, _ fraction: Float) {
        let (above, below) = (scores.baseAddress + upper &* rowSize, scores.baseAddress + lower &* rowSize)
        var index = 0
        while index < rowSize {
            let value = loadVector(above + index) * (1 - fraction) + loadVector(below + index) * fraction
            storeVector(value, to: rowScores.baseAddress + index)
            index &+= 16
        }
    }

    /// Horizontal step: exponentials ← enlarged scores, maxima ← their maximum over the classes.
    func enlarge(_ block: Int) {
        loss.lanes.fractions.withUnsafeBufferPointer { fractions in
            for label in 0..<classes {
                let source = rowScores.baseAddress + (label &* stride &+ block &* 16)
                let (own, next) = (loadVector(source), loadVector(source + 1))
                for rank in 0..<depth {
                    let f = loadVector(fractions, (block &* depth &+ rank) &* 16)
                    let value = own * (1 - f) + next * f
                    storeVector(value, to: exponentials.baseAddress + (label &* depth &+ rank) &* 16)
                    let place = maxima.baseAddress + rank &* 16
                    guard label > 0 else {
                        storeVector(value, to: place)
                        continue
                    }
                    var maximum = loadVector(place)
                    maximum.replace(with: value, where: value .> maximum)
                    storeVector(maximum, to: place)
                }
            }
        }
    }

    /// Softmax, the three sums, and the factors from which all classes' gradients follow.
    func differentiate(
        _ block: Int, row: Int, target: SegmentationTarget, contents: SegmentationTarget.Contents,
        sums: inout UpsampledSegmentationLoss.Sums
    ) {
        var totals = PixelTotals()
        normalSums.pointer.initialize(repeating: 0)
        for rank in 0..<depth {
            let lane = (block &* depth &+ rank) &* 16
            let f = loss.lanes.fractions.withUnsafeBufferPointer { loadVector($0, lane) }
            let valid = loss.lanes.validity.withUnsafeBufferPointer { loadVector($0, lane) }
            let (normal, rest) = exponentiate(rank)
            let inverse = 1 / (normal + rest)
            var pixel = PixelProbabilities(normal: normal * inverse, anomalous: rest * inverse)
            let place = row &* loss.lanes.blocks &* depth &* 16 &+ lane
            if contents.contains(.defectLabels) { select(target, place, rank, inverse, &pixel) }

            let focal = FocalTerm(own: pixel.own, classes: classes)
            totals.focal += focal.value * valid
            totals.area += pixel.anomalous * valid
            // ∂P_own/∂score_c = P_own·([c = own] − P_c); the bracket's second part holds for all classes alike.
            let s = focal.slope * pixel.own * valid
            let w = s * inverse * -1
            // ∂p/∂score_c = P_0·P_c for c ≥ 1 and −P_0·p for c = 0.
            let q = pixel.normal * inverse * valid
            let normalArea = pixel.normal * pixel.anomalous * valid * -1
            var normalFocal = s * pixel.notOwn
            normalFocal.replace(with: s * pixel.normal * -1, where: pixel.isDefect)
            put(rank, 0, w, f, normalFocal)
            put(rank, 2, q, f, normalArea)
            if contents.contains(.foreground) {
                let g = target.foreground.withUnsafeBufferPointer { loadVector($0, place) }
                totals.overlap += pixel.anomalous * g
                put(rank, 4, q * g, f, normalArea * g)
            }
            if contents.contains(.defectLabels) { scatter(block, target, place, s, f) }
        }
        sums.focal += Double(totals.focal.sum())
        sums.area += Double(totals.area.sum())
        sums.overlap += Double(totals.overlap.sum())
    }

    /// Sums over the block's pixels into the coarse row: the adjoint of ``enlarge(_:)``.
    func collect(_ block: Int, overlap: Bool) {
        for stream in 0..<(overlap ? 3 : 2) {
            let target = rowGradients.baseAddress + (stream &* rowSize &+ block &* 16)
            let normal = normalSums.baseAddress + stream &* 32
            addPair(loadVector(normal), loadVector(normal + 16), to: target)
        }
        for label in 1..<classes {
            let source = exponentials.baseAddress + label &* depth &* 16
            let target = rowGradients.baseAddress + (label &* stride &+ block &* 16)
            var focal = SIMD16<Float>.zero, focalNext = focal, area = focal, areaNext = focal
            for rank in 0..<depth {
                let e = loadVector(source + rank &* 16)
                let factor = factors.baseAddress + rank &* 96
                focal += e * loadVector(factor)
                focalNext += e * loadVector(factor + 16)
                area += e * loadVector(factor + 32)
                areaNext += e * loadVector(factor + 48)
            }
            addPair(focal, focalNext, to: target)
            addPair(area, areaNext, to: target + rowSize)
            guard overlap else { continue }
            var both = SIMD16<Float>.zero, bothNext = both
            for rank in 0..<depth {
                let e = loadVector(source + rank &* 16)
                let factor = factors.baseAddress + rank &* 96
                both += e * loadVector(factor + 64)
                bothNext += e * loadVector(factor + 80)
            }
            addPair(both, bothNext, to: target + 2 &* rowSize)
        }
    }

    /// Adds the coarse row to its two grid rows, the adjoint of ``interpolateRow(_:_:_:)``, and clears it.
    func addRow(_ upper: Int, _ lower: Int, _ fraction: Float) {
        for stream in 0..<3 {
            let source = rowGradients.baseAddress + stream &* rowSize
            let plane = grid.baseAddress + stream &* loss.gridSize &* rowSize
            for (row, share) in [(upper, 1 - fraction), (lower, fraction)] {
                let target = plane + row &* rowSize
                var index = 0
                while index < rowSize {
                    storeVector(loadVector(target + index) + loadVector(source + index) * share, to: target + index)
                    index &+= 16
                }
            }
        }
        rowGradients.pointer.initialize(repeating: 0)
    }

    /// Class-major sums → [cells, classes].
    func gradients() -> UpsampledSegmentationLoss.Gradients {
        let buffers = (0..<3).map { stream in
            let result = FloatBuffer(count: loss.gridSize * loss.gridSize * classes)
            let plane = grid.baseAddress + stream * loss.gridSize * rowSize
            for y in 0..<loss.gridSize {
                for label in 0..<classes {
                    let source = plane + (y &* rowSize &+ label &* stride)
                    // The place after the last cell is the last cell again.
                    source[loss.gridSize &- 1] += source[loss.gridSize]
                    for x in 0..<loss.gridSize {
                        result.baseAddress[(y &* loss.gridSize &+ x) &* classes &+ label] = source[x]
                    }
                }
            }
            return result
        }
        return UpsampledSegmentationLoss.Gradients(focal: buffers[0], area: buffers[1], overlap: buffers[2])
    }

    /// Exponentials in place; returns that of the normal class and the sum of the others.
    @inline(__always)
    private func exponentiate(_ rank: Int) -> (normal: SIMD16<Float>, rest: SIMD16<Float>) {
        let maximum = loadVector(maxima.baseAddress + rank &* 16)
        let first = exponentials.baseAddress + rank &* 16
        let normal = exponential(loadVector(first) - maximum)
        storeVector(normal, to: first)
        // Summed apart from the normal class, so that a small anomaly probability keeps its digits.
        var rest = SIMD16<Float>.zero
        for label in 1..<classes {
            let place = first + label &* depth &* 16
            let value = exponential(loadVector(place) - maximum)
            storeVector(value, to: place)
            rest += value
        }
        return (normal, rest)
    }

    /// Looks up the probability of each pixel's own class where that is a defect.
    private func select(
        _ target: SegmentationTarget, _ place: Int, _ rank: Int, _ inverse: SIMD16<Float>,
        _ pixel: inout PixelProbabilities
    ) {
        for lane in 0..<16 {
            let label = Int(target.labels[place &+ lane])
            guard label != 0 else { continue }
            let own = exponentials.baseAddress[(label &* depth &+ rank) &* 16 &+ lane] * inverse[lane]
            pixel.own[lane] = own
            pixel.notOwn[lane] = 1 - own
            pixel.isDefect[lane] = true
        }
    }

    /// Adds the focal gradient's own-class part for pixels of a defect, straight into the coarse row.
    private func scatter(
        _ block: Int, _ target: SegmentationTarget, _ place: Int, _ s: SIMD16<Float>, _ f: SIMD16<Float>
    ) {
        for lane in 0..<16 {
            let label = Int(target.labels[place &+ lane])
            guard label != 0 else { continue }
            let cell = rowGradients.baseAddress + (label &* stride &+ block &* 16 &+ lane)
            cell[0] += s[lane] * (1 - f[lane])
            cell[1] += s[lane] * f[lane]
        }
    }

    @inline(__always)
    private func put(
        _ rank: Int, _ slot: Int, _ factor: SIMD16<Float>, _ f: SIMD16<Float>, _ normal: SIMD16<Float>
    ) {
        let place = factors.baseAddress + (rank &* 6 &+ slot) &* 16
        storeVector(factor, to: place)
        storeVector(factor * f, to: place + 16)
        let sum = normalSums.baseAddress + slot &* 16
        storeVector(loadVector(sum) + normal, to: sum)
        storeVector(loadVector(sum + 16) + normal * f, to: sum + 16)
    }

    /// Σ v·(1 − f) goes to the pixels' own cells, Σ v·f to the next.
    @inline(__always)
    private func addPair(_ all: SIMD16<Float>, _ next: SIMD16<Float>, to target: UnsafeMutablePointer<Float>) {
        storeVector(loadVector(target) + (all - next), to: target)
        storeVector(loadVector(target + 1) + next, to: target + 1)
    }
}
