/// Focal and Dice terms of enlarged class scores, and their gradients on the coarse grid, in one pass over the pixels.
///
/// Scores of one picture and stage are enlarged bilinearly with aligned corners, a softmax over the classes is taken per
/// pixel, and the probabilities P enter (MultiADS, section 4.1.3)
///
/// - the focal term Σ −(1 − u)²·ln u, u = Σ_c onehot_c·P_c + ε, the one-hot vector clamped to [ε/(C − 1), 1 − ε],
/// - the area Σ p and the overlap Σ p·g, where p = Σ_{c≥1} P_c and g marks the pixels of any defect.
///
/// Dice is a quotient of area and overlap, so its gradient is a combination of theirs, with factors known only when all
/// pixels were seen. Gradients of the three sums are therefore kept apart, which saves a second pass over the pixels.
/// Nothing of the size [classes, side, side] is stored. The result does not depend on any thread count.
public struct UpsampledSegmentationLoss: Sendable {
    /// Cells along one side of the coarse grid.
    public let gridSize: Int
    /// Pixels along one side of the labels.
    public let side: Int
    /// Number of classes, the normal one included.
    public let classes: Int
    let lanes: CellLanes

    /// Clamp of the one-hot vector and floor of the focal loss's logarithm.
    static let epsilon: Float = 1e-5

    /// Sums over the pixels of one picture and stage.
    public struct Sums: Sendable, Equatable {
        /// Σ −(1 − u)²·ln u.
        public var focal = 0.0
        /// Σ p.
        public var area = 0.0
        /// Σ p·g.
        public var overlap = 0.0

        /// Joins sums.
        public init(focal: Double = 0, area: Double = 0, overlap: Double = 0) {
            (self.focal, self.area, self.overlap) = (focal, area, overlap)
        }
    }

    /// Gradients of the three sums with respect to the scores, each [gridSize², classes], cells row-major.
    public struct Gradients: Sendable {
        /// Of ``Sums/focal``.
        public let focal: FloatBuffer
        /// Of ``Sums/area``.
        public let area: FloatBuffer
        /// Of ``Sums/overlap``.
        public let overlap: FloatBuffer
    }

    /// Describes one enlargement.
    ///
    /// - Parameters:
    ///   - gridSize: At least 1 (traps otherwise).
    ///   - side: At least 1 (traps otherwise).
    ///   - classes: 2…256 (traps otherwise).
    public init(gridSize: Int, side: Int, classes: Int) {
        precondition(
            gridSize > 0 && side > 0 && (2...256).contains(classes), "grid \(gridSize), side \(side), \(classes)")
        self.gridSize = gridSize
        self.side = side
        self.classes = classes
        lanes = CellLanes(gridSize: gridSize, side: side)
    }

    /// Arranges what the pixels should be.
    ///
    /// - Parameters:
    ///   - labels: [side²], row-major, each below ``classes`` (traps otherwise).
    ///   - foreground: [side²], row-major; other than 0 marks a defect of any class.
    /// - Returns: For use with this enlargement only.
    public func target(labels: [UInt8], foreground: [UInt8]) -> SegmentationTarget {
        precondition(labels.count == side * side && foreground.count == side * side, "labels of \(side)² pixels")
        precondition(labels.allSatisfy { Int($0) < classes }, "labels below \(classes)")
        return SegmentationTarget(labels: labels, foreground: foreground, side: side, lanes: lanes)
    }

    /// Evaluates the sums and their gradients.
    ///
    /// - Parameters:
    ///   - scores: [gridSize², classes], cells row-major, already multiplied by the temperature factor.
    ///   - target: From ``target(labels:foreground:)`` of an equal enlargement.
    /// - Returns: Sums, and their gradients.
    public func evaluate(_ scores: UnsafePointer<Float>, target: SegmentationTarget) -> (Sums, Gradients) {
        let scratch = SegmentationLossScratch(loss: self)
        scratch.load(scores)
        var sums = Sums()
        for y in 0..<side {
            let position = AlignedCorners.sample(y, gridSize: gridSize, side: side)
            let next = min(position.index &+ 1, gridSize &- 1)
            scratch.interpolateRow(position.index, next, position.fraction)
            for block in 0..<lanes.blocks {
                let contents = target.contents[y &* lanes.blocks &+ block]
                scratch.enlarge(block)
                scratch.differentiate(block, row: y, target: target, contents: contents, sums: &sums)
                scratch.collect(block, overlap: contents.contains(.foreground))
            }
            scratch.addRow(position.index, next, position.fraction)
        }
        return (sums, scratch.gradients())
    }
}
