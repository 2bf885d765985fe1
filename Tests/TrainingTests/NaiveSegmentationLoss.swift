/// The loss's three sums written like the equations, in double precision, one pixel after the other.
struct NaiveSegmentationLoss {
    let gridSize: Int
    let side: Int
    let classes: Int

    struct Sums {
        var focal = 0.0
        var area = 0.0
        var overlap = 0.0
    }

    func sums(_ scores: [Double], labels: [UInt8], foreground: [UInt8]) -> Sums {
        var sums = Sums()
        for y in 0..<side {
            for x in 0..<side {
                let p = softmax(enlarged(scores, y, x))
                let epsilon = 1e-5
                var u = epsilon
                for c in 0..<classes {
                    let hot = c == Int(labels[y * side + x]) ? 1.0 : 0.0
                    u += min(max(hot, epsilon / Double(classes - 1)), 1 - epsilon) * p[c]
                }
                sums.focal += -(1 - u) * (1 - u) * logarithm(u)
                let anomaly = p.dropFirst().reduce(0, +)
                sums.area += anomaly
                if foreground[y * side + x] != 0 { sums.overlap += anomaly }
            }
        }
        return sums
    }

    /// Central differences of a total of the sums by the scores at `indices`.
    func differences(
        _ scores: [Double], at indices: [Int], labels: [UInt8], foreground: [UInt8], step: Double = 1e-5,
        _ total: (Sums) -> Double
    ) -> [Double] {
        var scores = scores
        return indices.map { index in
            let value = scores[index]
            scores[index] = value + step
            let above = total(sums(scores, labels: labels, foreground: foreground))
            scores[index] = value - step
            let below = total(sums(scores, labels: labels, foreground: foreground))
            scores[index] = value
            return (above - below) / (2 * step)
        }
    }

    /// Scores of all classes at one pixel, corners aligned.
    private func enlarged(_ scores: [Double], _ y: Int, _ x: Int) -> [Double] {
        let (top, down) = sample(y)
        let (left, right) = sample(x)
        func at(_ row: Int, _ column: Int, _ c: Int) -> Double {
            scores[(min(row, gridSize - 1) * gridSize + min(column, gridSize - 1)) * classes + c]
        }
        return (0..<classes).map { c in
            (1 - down) * ((1 - right) * at(top, left, c) + right * at(top, left + 1, c))
                + down * ((1 - right) * at(top + 1, left, c) + right * at(top + 1, left + 1, c))
        }
    }

    private func sample(_ index: Int) -> (Int, Double) {
        guard side > 1, gridSize > 1 else { return (0, 0) }
        let position = Double(index * (gridSize - 1)) / Double(side - 1)
        return (Int(position), position - Double(Int(position)))
    }

    private func softmax(_ scores: [Double]) -> [Double] {
        let maximum = scores.max() ?? 0
        let powers = scores.map { exponential($0 - maximum) }
        let total = powers.reduce(0, +)
        return powers.map { $0 / total }
    }
}
