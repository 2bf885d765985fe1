/// Follows the outer border of a region pixel by pixel (Suzuki and Abe 1985, algorithm 1, step 3).
enum BorderFollowing {
    /// The eight neighbours, anticlockwise on screen, from the right one.
    private static let steps: [(x: Int, y: Int)] = [
        (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1),
    ]
    private static let left = 4

    /// The border pixels in order, anticlockwise on screen.
    ///
    /// With 8-connection every marked pixel met on the way belongs to the same region, so the mask itself suffices.
    ///
    /// - Parameters:
    ///   - mask: The mask.
    ///   - start: The region's leftmost pixel in its topmost row.
    /// - Returns: At least `start`; a pixel comes up again where the border touches it from another side.
    static func outerBorder(of mask: MaskBits, from start: PixelPoint) -> [PixelPoint] {
        mask.withPixels { isMarked in
            func neighbor(of point: PixelPoint, _ direction: Int) -> PixelPoint {
                PixelPoint(x: point.x &+ steps[direction].x, y: point.y &+ steps[direction].y)
            }
            func isMarkedNeighbor(of point: PixelPoint, _ direction: Int) -> Bool {
                let next = neighbor(of: point, direction)
                return isMarked(next.x, next.y)
            }
            // Clockwise from the left neighbour, which is outside: the pixel by which the walk will come back.
            guard
                let firstDirection = (1...8).map({ (left + 8 - $0) % 8 }).first(where: {
                    isMarkedNeighbor(of: start, $0)
                })
            else { return [start] }
            let last = neighbor(of: start, firstDirection)

            var border: [PixelPoint] = []
            var current = start
            var backDirection = firstDirection
            while true {
                border.append(current)
                var direction = (backDirection + 1) % 8
                while !isMarkedNeighbor(of: current, direction) { direction = (direction + 1) % 8 }
                let next = neighbor(of: current, direction)
                if next == start, current == last { return border }
                backDirection = (direction + 4) % 8
                current = next
            }
        }
    }
}
