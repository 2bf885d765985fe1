/// Means over square windows of a plane, in a time that does not depend on the windows' size.
///
/// Windows end at the plane's border: a pixel's mean is over those of its (2·radius + 1)² neighbours that exist. Sums run in
/// double precision, so that what is added and taken off again leaves nothing behind.
struct BoxMean: Sendable {
    let side: Int
    let radius: Int
    /// One over how many of the numbers from `index − radius` to `index + radius` there are.
    private let scales: [Double]

    init(side: Int, radius: Int) {
        self.side = side
        self.radius = radius
        scales = (0..<side).map { 1 / Double(min($0 + radius, side - 1) - max($0 - radius, 0) + 1) }
    }

    /// Fills the target with the source's means.
    ///
    /// - Parameters:
    ///   - source: [side, side].
    ///   - target: [side, side]; may be the source.
    ///   - columns: side numbers, contents meaningless before and after.
    ///   - rows: [side, side], contents meaningless before and after; neither source nor target.
    func fill(
        _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>,
        columns: UnsafeMutablePointer<Double>, rows: UnsafeMutablePointer<Float>
    ) {
        scales.withUnsafeBufferPointer { scales in
            guard let scales = scales.baseAddress else { return }
            averageColumns(source, into: rows, columns, scales)
            for y in 0..<side { averageRow(rows + y * side, into: target + y * side, scales) }
        }
    }

    private func averageColumns(
        _ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>,
        _ columns: UnsafeMutablePointer<Double>, _ scales: UnsafePointer<Double>
    ) {
        columns.update(repeating: 0, count: side)
        for y in 0..<min(radius, side) {
            let row = source + y * side
            for x in 0..<side { columns[x] += Double(row[x]) }
        }
        for y in 0..<side {
            if y + radius < side {
                let row = source + (y + radius) * side
                for x in 0..<side { columns[x] += Double(row[x]) }
            }
            if y > radius {
                let row = source + (y - radius - 1) * side
                for x in 0..<side { columns[x] -= Double(row[x]) }
            }
            let (output, scale) = (target + y * side, scales[y])
            for x in 0..<side { output[x] = Float(columns[x] * scale) }
        }
    }

    private func averageRow(
        _ row: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, _ scales: UnsafePointer<Double>
    ) {
        var sum = 0.0
        for x in 0..<min(radius, side) { sum += Double(row[x]) }
        // Where windows begin at the border, lie within, and end at the border.
        let (entering, leaving) = (max(0, side - radius), radius + 1)
        for x in 0..<min(leaving, side) {
            if x < entering { sum += Double(row[x + radius]) }
            target[x] = Float(sum * scales[x])
        }
        guard leaving < side else { return }
        for x in leaving..<max(leaving, entering) {
            sum += Double(row[x + radius]) - Double(row[x - leaving])
            target[x] = Float(sum * scales[x])
        }
        for x in max(leaving, entering)..<side {
            sum -= Double(row[x - leaving])
            target[x] = Float(sum * scales[x])
        }
    }

    /// Replaces four planes that lie side by side by their means; sums are float32, good to about 1e-6 of the largest value.
    ///
    /// - Parameters:
    ///   - values: [side, side].
    ///   - rows: [side, side], contents meaningless before and after.
    ///   - columns: side numbers, contents meaningless before and after.
    func fill(
        _ values: UnsafeMutablePointer<SIMD4<Float>>, rows: UnsafeMutablePointer<SIMD4<Float>>,
        columns: UnsafeMutablePointer<SIMD4<Float>>
    ) {
        scales.withUnsafeBufferPointer { scales in
            columns.update(repeating: .zero, count: side)
            for y in 0..<min(radius, side) {
                let row = values + y &* side
                for x in 0..<side { columns[x] += row[x] }
            }
            for y in 0..<side {
                if y + radius < side {
                    let row = values + (y &+ radius) &* side
                    for x in 0..<side { columns[x] += row[x] }
                }
                if y > radius {
                    let row = values + (y &- radius &- 1) &* side
                    for x in 0..<side { columns[x] -= row[x] }
                }
                let (output, scale) = (rows + y &* side, Float(scales[y]))
                for x in 0..<side { output[x] = columns[x] * scale }
            }
            for y in 0..<side {
                let (row, output) = (rows + y &* side, values + y &* side)
                var sum = SIMD4<Float>.zero
                for x in 0..<min(radius, side) { sum += row[x] }
                for x in 0..<side {
                    if x &+ radius < side { sum += row[x &+ radius] }
                    if x > radius { sum -= row[x &- radius &- 1] }
                    output[x] = sum * Float(scales[x])
                }
            }
        }
    }
}
