/// Means over square windows of a plane, in a time that does not depend on the windows' size.
///
/// Windows end at the plane's border: a pixel's mean is over those of its (2·radius + 1)² neighbours that exist. Sums run in
/// double precision, so that what is added and taken off again leaves nothing behind.
struct BoxMean {
    let side: Int
    let radius: Int

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
        // Along the columns.
        columns.update(repeating: 0, count: side)
        for y in 0..<min(radius, side) { add(source + y * side, to: columns) }
        for y in 0..<side {
            if y + radius < side { add(source + (y + radius) * side, to: columns) }
            if y - radius > 0 { subtract(source + (y - radius - 1) * side, from: columns) }
            let scale = 1 / Double(count(at: y))
            let row = rows + y * side
            for x in 0..<side { row[x] = Float(columns[x] * scale) }
        }
        // Along the rows.
        for y in 0..<side {
            let (row, output) = (rows + y * side, target + y * side)
            var sum = 0.0
            for x in 0..<min(radius, side) { sum += Double(row[x]) }
            for x in 0..<side {
                if x + radius < side { sum += Double(row[x + radius]) }
                if x - radius > 0 { sum -= Double(row[x - radius - 1]) }
                output[x] = Float(sum / Double(count(at: x)))
            }
        }
    }

    /// How many of the numbers from `index − radius` to `index + radius` there are.
    private func count(at index: Int) -> Int { min(index + radius, side - 1) - max(index - radius, 0) + 1 }

    private func add(_ row: UnsafePointer<Float>, to columns: UnsafeMutablePointer<Double>) {
        for x in 0..<side { columns[x] += Double(row[x]) }
    }

    private func subtract(_ row: UnsafePointer<Float>, from columns: UnsafeMutablePointer<Double>) {
        for x in 0..<side { columns[x] -= Double(row[x]) }
    }
}
