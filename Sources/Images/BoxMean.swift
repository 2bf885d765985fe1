import CVectorKernels

/// Sums and means over square windows of a plane, in a time that does not depend on the windows' size.
///
/// Windows end at the plane's border: a pixel's mean is over those of its (2·radius + 1)² neighbours that exist. What comes out is
/// transposed, for columns are summed faster than rows are: a second pass turns it back. Sums are float32, good to about 1e-6 of
/// the largest value, and exact of whole numbers as long as they stay below 2²⁴.
struct BoxMean: Sendable {
    let side: Int
    let radius: Int
    /// One over how many of the numbers from `index − radius` to `index + radius` there are.
    let scales: [Float]

    init(side: Int, radius: Int) {
        self.side = side
        self.radius = radius
        scales = (0..<side).map { 1 / Float(min($0 + radius, side - 1) - max($0 - radius, 0) + 1) }
    }

    /// Memory of one worker, which is its owner's.
    struct Workspace {
        fileprivate let sums: UnsafeMutablePointer<Float>
        fileprivate let summed: UnsafeMutablePointer<Float>
        fileprivate let turned: UnsafeMutablePointer<Float>

        /// Numbers needed for planes of a side.
        static func size(side: Int) -> Int { side + 2 * side * side }

        /// Uses ``size(side:)`` numbers from an address on.
        init(_ memory: UnsafeMutablePointer<Float>, side: Int) {
            (summed, turned, sums) = (memory, memory + side * side, memory + 2 * side * side)
        }
    }

    /// Fills the target with the source's means or sums, transposed.
    ///
    /// - Parameters:
    ///   - source: [side, side].
    ///   - factor: What each number is multiplied by first, [side, side]; nil for nothing.
    ///   - areSums: Whether sums are wanted.
    ///   - target: [side, side]; may be the source.
    ///   - workspace: Of the same side.
    func fill(
        _ source: UnsafePointer<Float>, times factor: UnsafePointer<Float>? = nil, areSums: Bool = false,
        into target: UnsafeMutablePointer<Float>, _ workspace: Workspace
    ) {
        let scales = areSums ? nil : scales
        slide(source, factor, into: workspace.summed, workspace.sums, scales)
        cvk_transpose(workspace.summed, side, workspace.turned)
        slide(workspace.turned, nil, into: target, workspace.sums, scales)
    }

    /// Sums the windows' rows, times the scales.
    private func slide(
        _ source: UnsafePointer<Float>, _ factor: UnsafePointer<Float>?, into target: UnsafeMutablePointer<Float>,
        _ sums: UnsafeMutablePointer<Float>, _ scales: [Float]?
    ) {
        sums.update(repeating: 0, count: side)
        func step(entering: Int?, leaving: Int?, _ scale: Float, _ output: UnsafeMutablePointer<Float>?) {
            cvk_slide_window(
                sums, entering.map { source + $0 * side }, entering.flatMap { row in factor.map { $0 + row * side } },
                leaving.map { source + $0 * side }, leaving.flatMap { row in factor.map { $0 + row * side } }, side,
                scale, output)
        }
        for y in 0..<min(radius, side) { step(entering: y, leaving: nil, 1, nil) }
        for y in 0..<side {
            step(
                entering: y + radius < side ? y + radius : nil, leaving: y > radius ? y - radius - 1 : nil,
                scales?[y] ?? 1, target + y * side)
        }
    }
}
