import CVectorKernels
public import Tensors

/// Gives maps the edges of the picture that they belong to.
///
/// He, Sun and Tang 2013, "Guided image filtering", section 3.5 (colour guide): within each window a map is taken for a linear
/// function of the picture's colours, found by ridge regression; at each pixel the functions of all windows that hold it are
/// averaged. A map that was enlarged from patches follows the outline of what it covers; where the picture has no
/// edges, it is only smoothed.
///
/// Patches also blur what is thinner than they are, so that what rises from its surroundings is raised further: with *q* the
/// filtered map and *m* the map's mean over windows of means over windows, which *q* is where there are no edges, the result is
/// *q* + ``gain``·(*q* − *m*). All of it is linear in the map, until each plane is held within the range that it had.
public struct GuidedFilter: Sendable {
    /// The regression's ridge, for colours of 0…1: variances far below it count as no edge.
    public static let ridge: Float = 1e-4
    /// What is added of the difference to the surroundings.
    public static let gain: Float = 0.5

    /// Of the picture and of the maps, in pixels.
    public let side: Int
    private let box: BoxMean
    /// [3, side, side]: the picture's colours in grey levels, less 128, so that sums of their products are exact.
    private let colors: Tensor
    /// [9, side, side]: their means over windows, and L D Lᵀ of (covariance of colours + ridge), as `cvk_guide_factors` has it; transposed.
    private let regressions: RawBuffer

    /// Prepares for maps of a picture.
    ///
    /// - Parameters:
    ///   - picture: Square; its side is the maps' side.
    ///   - radius: Pixels that windows reach to each side.
    ///   - threads: Workers to use.
    public init(_ picture: RGBImage, radius: Int, threads: ComputeThreads) {
        let side = picture.width
        let box = BoxMean(side: side, radius: radius)
        (self.side, self.box) = (side, box)
        colors = Self.colors(of: picture)
        regressions = Self.regressions(colors, box, threads)
    }

    private static func colors(of picture: RGBImage) -> Tensor {
        let plane = picture.width * picture.height
        return Tensor(shape: [3, picture.height, picture.width]) { output in
            guard let target = output.baseAddress else { return }
            picture.pixels.withUnsafeBufferPointer { pixels in
                for pixel in 0..<plane {
                    target[pixel] = Float(pixels[pixel &* 3]) - 128
                    target[plane &+ pixel] = Float(pixels[pixel &* 3 &+ 1]) - 128
                    target[2 &* plane &+ pixel] = Float(pixels[pixel &* 3 &+ 2]) - 128
                }
            }
        }
    }

    /// The sums of colours and of their products, then in their place what the regressions need of them.
    private static func regressions(_ colors: Tensor, _ box: BoxMean, _ threads: ComputeThreads) -> RawBuffer {
        let side = box.side
        let plane = side * side
        let pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
        let memory = RawBuffer(byteCount: 9 * plane * MemoryLayout<Float>.stride)
        let planes = memory.baseAddress.bindMemory(to: Float.self, capacity: 9 * plane)
        colors.withUnsafeBufferPointer { colors in
            guard let colors = colors.baseAddress else { return }
            let workspaces = (0..<threads.count).map { _ in BoxMean.Workspace(side: side) }
            threads.forEach(9) { worker, index in
                let (left, right) = index < 3 ? (index, nil) : (pairs[index - 3].0, pairs[index - 3].1)
                box.fill(
                    colors + left * plane, times: right.map { colors + $0 * plane }, areSums: true,
                    into: planes + index * plane, workspaces[worker])
            }
        }
        threads.split(side) { rows in
            for row in rows {
                cvk_guide_factors(
                    planes + row * side, plane, side, box.scales[row], box.scales, ridge * 255 * 255,
                    planes + row * side, planes + 3 * plane + row * side)
            }
        }
        return memory
    }

    /// Filters planes.
    ///
    /// - Parameters:
    ///   - planes: [n, side, side].
    ///   - threads: Workers to use.
    /// - Returns: The same shape, each plane within the range that it had.
    public func filtered(_ planes: Tensor, threads: ComputeThreads) -> Tensor {
        let count = planes.shape[0]
        return Tensor(shape: planes.shape) { output in
            guard let target = output.baseAddress else { return }
            planes.withUnsafeBufferPointer { source in
                guard let source = source.baseAddress else { return }
                let workspaces = (0..<min(threads.count, count)).map { _ in Workspace(side: side) }
                threads.forEach(count) { worker, index in
                    filter(
                        source + index * side * side, into: target + index * side * side,
                        workspaces[min(worker, workspaces.count - 1)])
                }
            }
        }
    }

    private func filter(
        _ map: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, _ work: Workspace
    ) {
        let plane = side * side
        let (functions, surroundings) = (work.functions, work.functions + 4 * plane)
        var (lowest, highest) = (map[0], map[0])
        for pixel in 0..<plane {
            lowest = min(lowest, map[pixel])
            highest = max(highest, map[pixel])
        }
        let means = regressions.baseAddress.assumingMemoryBound(to: Float.self)
        colors.withUnsafeBufferPointer { colors in
            guard let colors = colors.baseAddress else { return }
            // Means of the map times each colour and of the map, then the linear function of each window, transposed; then
            // their means, turned back.
            for color in 0..<3 {
                box.fill(map, times: colors + color * plane, into: functions + color * plane, work.box)
            }
            box.fill(map, into: functions + 3 * plane, work.box)
            box.fill(functions + 3 * plane, into: surroundings, work.box)
            cvk_guide_functions(functions, means, means + 3 * plane, plane, plane)
            for index in 0..<4 {
                box.fill(functions + index * plane, into: functions + index * plane, work.box)
            }
            // A linear function may overshoot at an edge; a probability must not.
            cvk_guide_values(functions, colors, surroundings, plane, plane, Self.gain, lowest, highest, target)
        }
    }

    /// Memory of one worker while maps are filtered.
    private final class Workspace: @unchecked Sendable {
        // Sound: each is used by one worker at a time.
        private let memory: RawBuffer
        /// [5, side, side].
        let functions: UnsafeMutablePointer<Float>
        let box: BoxMean.Workspace

        init(side: Int) {
            memory = RawBuffer(byteCount: 5 * side * side * MemoryLayout<Float>.stride)
            functions = memory.baseAddress.bindMemory(to: Float.self, capacity: 5 * side * side)
            box = BoxMean.Workspace(side: side)
        }
    }
}
