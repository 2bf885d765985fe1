import Foundation
import Images
import Tensors

/// Gives every place of a picture one defect type.
///
/// A place is an 8-connected set of pixels in which the normal state has less than half of the maps' total (1, or the number of stages where they are summed). Patch by patch
/// a scratch may look like a crack here and like a cut there; seen whole it is one of them, and the image embedding has an
/// opinion too. The place's type has the largest *s·g*: its share *s* of the probability that all types have over
/// the place, times its global probability *g*. In each pixel of the place this type and the most probable one exchange
/// their values; where that leaves it below the normal state, it takes from the other types until it is just above. So how likely a
/// defect is stays what it was everywhere, and the most probable state of every pixel of the place is the place's type.
///
/// Pixels around a place, which a lower threshold of the map marks too, rank the place's type first among the types.
enum PlaceNaming {
    /// Below this a share or a global probability rules no type out.
    private static let floor = 1e-4
    /// The normal state's share of the total, strictly below which a pixel belongs to a place.
    private static let normalBelow: Float = 0.5

    /// Names the places.
    ///
    /// - Parameters:
    ///   - states: [states, side, side]: probabilities, the normal state first.
    ///   - total: What a pixel's values add up to.
    ///   - globalProbabilities: [states]: the picture's (traps when the count differs).
    ///   - reach: How far the surroundings of a place go, in pixels.
    /// - Returns: The same shape.
    static func named(_ states: Tensor, total: Float = 1, globalProbabilities: [Float], reach: Int) -> Tensor {
        let (types, side) = (states.shape[0] - 1, states.shape[1])
        precondition(globalProbabilities.count == types + 1, "one global probability for every state")
        guard types > 1 else { return states }
        let limit = normalBelow * total
        let places = states.withUnsafeBufferPointer {
            MaskComponents(mask(of: $0[..<(side * side)], side: side, below: limit))
        }
        guard places.componentCount > 0 else { return states }
        let names = names(of: places, states, globalProbabilities: globalProbabilities)
        return Tensor(shape: states.shape) { target in
            states.withUnsafeBufferPointer { _ = target.update(fromContentsOf: $0) }
            for (pixel, name) in reached(from: places, names: names, side: side, reach: reach) {
                let isPlace = target[pixel] < limit
                raise(name, in: target, pixel: pixel, plane: side * side, types: types, overNormal: isPlace)
            }
        }
    }

    /// The places' pixels and those around them, each with the type of the place that reaches it first.
    private static func reached(
        from places: MaskComponents, names: [Int], side: Int, reach: Int
    ) -> [(pixel: Int, name: Int)] {
        var found: [(pixel: Int, name: Int)] = []
        var isFound = [Bool](repeating: false, count: side * side)
        for (run, place) in zip(places.runs, places.components) {
            for pixel in run.y * side + run.start..<run.y * side + run.end {
                found.append((pixel, names[place]))
                isFound[pixel] = true
            }
        }
        var ring = found.startIndex..<found.endIndex
        for _ in 0..<reach {
            for (pixel, name) in found[ring] {
                let (row, column) = (pixel / side, pixel % side)
                for y in max(0, row - 1)...min(side - 1, row + 1) {
                    for x in max(0, column - 1)...min(side - 1, column + 1) where !isFound[y * side + x] {
                        found.append((y * side + x, name))
                        isFound[y * side + x] = true
                    }
                }
            }
            ring = ring.upperBound..<found.endIndex
        }
        return found
    }

    /// Where a defect is likelier than none.
    private static func mask(of normal: Slice<UnsafeBufferPointer<Float>>, side: Int, below limit: Float) -> RunMask {
        RunMask(BinaryMask(width: side, height: side, pixels: normal.map { $0 < limit ? 1 : 0 }))
    }

    /// The type of each place, 0 for the first; of equally likely ones the first.
    private static func names(
        of places: MaskComponents, _ states: Tensor, globalProbabilities: [Float]
    ) -> [Int] {
        let (types, side) = (states.shape[0] - 1, states.shape[1])
        var sums = [Double](repeating: 0, count: places.componentCount * types)
        states.withUnsafeBufferPointer { values in
            for (run, place) in zip(places.runs, places.components) {
                for type in 0..<types {
                    let row = (type + 1) * side * side + run.y * side
                    var sum: Float = 0
                    for pixel in row + run.start..<row + run.end { sum += values[pixel] }
                    sums[place * types + type] += Double(sum)
                }
            }
        }
        let globals = globalProbabilities.dropFirst().map { log(Double($0) + floor) }
        return (0..<places.componentCount).map { place in
            let own = sums[place * types..<(place + 1) * types]
            let total = max(own.reduce(0, +), .leastNormalMagnitude)
            let votes = zip(own, globals).map { log($0 / total + floor) + $1 }
            return votes.indices.reduce(0) { votes[$1] > votes[$0] ? $1 : $0 }
        }
    }

    /// Makes a type the most probable of a pixel's types, and of all its states where it is to rise over the normal one.
    private static func raise(
        _ name: Int, in values: UnsafeMutableBufferPointer<Float>, pixel: Int, plane: Int, types: Int,
        overNormal: Bool
    ) {
        let places = stride(from: plane + pixel, to: (types + 1) * plane + pixel, by: plane)
        let own = (name + 1) * plane + pixel
        var (best, sum) = (own, Float(0))
        for place in places {
            sum += values[place]
            if values[place] > values[best] { best = place }
        }
        values.swapAt(own, best)
        let (height, needed) = (values[own], values[pixel].nextUp)
        guard overNormal, height < needed else { return }
        let kept = sum > height ? max(0, (sum - needed) / (sum - height)) : 0
        for place in places { values[place] *= kept }
        values[own] = needed
    }
}
