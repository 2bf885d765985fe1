import CVectorKernels
import Synchronization
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
public final class GuidedFilter: Sendable {
    /// The regression's ridge, for colours of 0…1: variances far below it count as no edge.
    public static let ridge: Float = 1e-4
    /// What is added of the difference to the surroundings.
    public static let gain: Float = 0.5

    /// Of the picture and of the maps, in pixels.
    public let side: Int
    private let box: BoxMean
    /// Locked while planes are filtered: workers' parts of it are written.
    private let memory: Mutex<Memory>

    /// Prepares for maps of a picture.
    ///
    /// - Parameters:
    ///   - picture: Square; its side is the maps' side.
    ///   - radius: Pixels that windows reach to each side.
    ///   - threads: Workers to use.
    public init(_ picture: RGBImage, radius: Int, threads: ComputeThreads) {
        let side = picture.width
        let box = BoxMean(side: side, radius: radius)
        let memory = Memory(side: side, workers: threads.count)
        (self.side, self.box) = (side, box)
        Self.fill(memory.colors, with: picture)
        Self.fillRegressions(memory, box, threads)
        self.memory = Mutex(memory)
    }

    private static func fill(_ colors: UnsafeMutablePointer<Float>, with picture: RGBImage) {
        let plane = picture.width * picture.height
        picture.pixels.withUnsafeBufferPointer { pixels in
            for pixel in 0..<plane {
                colors[pixel] = Float(pixels[pixel &* 3]) - 128
                colors[plane &+ pixel] = Float(pixels[pixel &* 3 &+ 1]) - 128
                colors[2 &* plane &+ pixel] = Float(pixels[pixel &* 3 &+ 2]) - 128
            }
        }
    }

    /// The sums of colours and of their products, then in their place what the regressions need of them.
    private static func fillRegressions(_ memory: Memory, _ box: BoxMean, _ threads: ComputeThreads) {
        let (side, plane) = (memory.side, memory.plane)
        let pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
        threads.forEach(9) { worker, index in
            let (left, right) = index < 3 ? (index, nil) : (pairs[index - 3].0, pairs[index - 3].1)
            box.fill(
                memory.colors + left * plane, times: right.map { memory.colors + $0 * plane }, areSums: true,
                into: memory.regressions + index * plane, memory.box(worker))
        }
        threads.split(side) { rows in
            for row in rows {
                let means = memory.regressions + row * side
                cvk_guide_factors(
                    means, plane, side, box.scales[row], box.scales, ridge * 255 * 255, means, means + 3 * plane)
            }
        }
    }

    /// Filters planes; one caller at a time, others wait.
    ///
    /// - Parameters:
    ///   - planes: [n, side, side].
    ///   - threads: Workers to use, no more than those prepared with.
    /// - Returns: The same shape, each plane within the range that it had.
    public func filtered(_ planes: Tensor, threads: ComputeThreads) -> Tensor {
        memory.withLock { memory in
            precondition(threads.count <= memory.workers, "prepared for \(memory.workers) workers")
            return Tensor(shape: planes.shape) { output in
                guard let target = output.baseAddress else { return }
                planes.withUnsafeBufferPointer { source in
                    guard let source = source.baseAddress else { return }
                    threads.forEach(planes.shape[0]) { worker, index in
                        filter(source + index * memory.plane, into: target + index * memory.plane, memory, worker)
                    }
                }
            }
        }
    }

    private func filter(
        _ map: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, _ memory: Memory, _ worker: Int
    ) {
        let (plane, work, means) = (memory.plane, memory.box(worker), memory.regressions)
        let functions = memory.functions(worker)
        let surroundings = functions + 4 * plane
        var (lowest, highest) = (map[0], map[0])
        for pixel in 0..<plane {
            lowest = min(lowest, map[pixel])
            highest = max(highest, map[pixel])
        }
        // Means of the map times each colour and of the map, then the linear function of each window, transposed; then
        // their means, turned back.
        for color in 0..<3 {
            box.fill(map, times: memory.colors + color * plane, into: functions + color * plane, work)
        }
        box.fill(map, into: functions + 3 * plane, work)
        box.fill(functions + 3 * plane, into: surroundings, work)
        cvk_guide_functions(functions, means, means + 3 * plane, plane, plane)
        for index in 0..<4 {
            box.fill(functions + index * plane, into: functions + index * plane, work)
        }
        // A linear function may overshoot at an edge; a probability must not.
        cvk_guide_values(functions, memory.colors, surroundings, plane, plane, Self.gain, lowest, highest, target)
    }

    /// All memory of a filter, in one piece: large enough for large pages.
    private struct Memory: Sendable {
        let side: Int
        let workers: Int
        private let buffer: RawBuffer

        init(side: Int, workers: Int) {
            (self.side, self.workers) = (side, workers)
            let floats = (12 + 5 * workers) * side * side + workers * BoxMean.Workspace.size(side: side)
            buffer = RawBuffer(byteCount: floats * MemoryLayout<Float>.stride)
        }

        var plane: Int { side * side }
        private var floats: UnsafeMutablePointer<Float> { buffer.baseAddress.assumingMemoryBound(to: Float.self) }
        /// [3, side, side]: the picture's colours in grey levels, less 128, so that sums of their products are exact in windows of up to 31 pixels.
        var colors: UnsafeMutablePointer<Float> { floats }
        /// [9, side, side]: their means over windows, and L D Lᵀ of (covariance of colours + ridge), as `cvk_guide_factors` has it; transposed.
        var regressions: UnsafeMutablePointer<Float> { floats + 3 * plane }
        /// [5, side, side] of a worker.
        func functions(_ worker: Int) -> UnsafeMutablePointer<Float> { floats + (12 + 5 * worker) * plane }
        /// A worker's part for box means.
        func box(_ worker: Int) -> BoxMean.Workspace {
            let size = BoxMean.Workspace.size(side: side)
            return BoxMean.Workspace(floats + (12 + 5 * workers) * plane + worker * size, side: side)
        }
    }
}
