import Images
import Tensors

/// Gives maps the edges of the picture that they belong to.
///
/// He, Sun and Tang 2013, "Guided image filtering", section 3.5 (colour guide): within each window a map is taken for a linear
/// function of the picture's colours, found by ridge regression; at each pixel the functions of all windows that hold it are
/// averaged. A map that was enlarged from patches follows the outline of what it covers; where the picture has no
/// edges, it is only smoothed. Linear in the map.
struct GuidedFilter {
    /// The regression's ridge, for colours of 0…1: variances far below it count as no edge.
    static let ridge = 1e-4

    let side: Int
    private let box: BoxMean
    /// [3, side, side]: the picture's colours, 0…1.
    private let colors: Tensor
    /// [3, side, side]: their means over windows.
    private let means: Tensor
    /// [6, side, side]: the inverse of (covariance of colours + ridge), upper triangle row by row.
    private let inverses: Tensor

    /// Prepares for maps of a picture.
    ///
    /// - Parameters:
    ///   - picture: Square; its side is the maps' side.
    ///   - radius: Pixels that windows reach to each side.
    ///   - threads: Workers to use.
    init(_ picture: RGBImage, radius: Int, threads: ComputeThreads) {
        let side = picture.width
        let plane = side * side
        let box = BoxMean(side: side, radius: radius)
        (self.side, self.box) = (side, box)
        let colors = Tensor(shape: [3, side, side]) { output in
            guard let target = output.baseAddress else { return }
            picture.pixels.withUnsafeBufferPointer { pixels in
                for pixel in 0..<plane {
                    target[pixel] = Float(pixels[pixel &* 3]) / 255
                    target[plane &+ pixel] = Float(pixels[pixel &* 3 &+ 1]) / 255
                    target[2 &* plane &+ pixel] = Float(pixels[pixel &* 3 &+ 2]) / 255
                }
            }
        }
        let pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
        // Means of the colours, then of their products.
        let moments = Tensor(shape: [9, side, side]) { output in
            guard let target = output.baseAddress else { return }
            colors.withUnsafeBufferPointer { colors in
                guard let colors = colors.baseAddress else { return }
                threads.forEach(9) { _, index in
                    let work = Workspace(side: side)
                    let result = target + index * plane
                    if index < 3 {
                        box.fill(colors + index * plane, into: result, columns: work.columns, rows: work.rows)
                    } else {
                        let (left, right) = (colors + pairs[index - 3].0 * plane, colors + pairs[index - 3].1 * plane)
                        for pixel in 0..<plane { work.plane(0)[pixel] = left[pixel] * right[pixel] }
                        box.fill(work.plane(0), into: result, columns: work.columns, rows: work.rows)
                    }
                }
            }
        }
        means = moments.rows(0..<3).reshaped([3, side, side])
        inverses = Tensor(shape: [6, side, side]) { output in
            guard let target = output.baseAddress else { return }
            moments.withUnsafeBufferPointer { moments in
                guard let moments = moments.baseAddress else { return }
                threads.split(plane) { Self.invert(moments, plane: plane, $0, into: target) }
            }
        }
        self.colors = colors
    }

    /// Inverts covariance + ridge, symmetric and positive definite, at some pixels; all as upper triangles.
    private static func invert(
        _ moments: UnsafePointer<Float>, plane: Int, _ pixels: Range<Int>, into target: UnsafeMutablePointer<Float>
    ) {
        for pixel in pixels {
            let (r, g, b) = (
                Double(moments[pixel]), Double(moments[plane + pixel]), Double(moments[2 * plane + pixel])
            )
            let rr = Double(moments[3 * plane + pixel]) - r * r + ridge
            let rg = Double(moments[4 * plane + pixel]) - r * g
            let rb = Double(moments[5 * plane + pixel]) - r * b
            let gg = Double(moments[6 * plane + pixel]) - g * g + ridge
            let gb = Double(moments[7 * plane + pixel]) - g * b
            let bb = Double(moments[8 * plane + pixel]) - b * b + ridge
            let (first, second, third) = (gg * bb - gb * gb, rb * gb - rg * bb, rg * gb - rb * gg)
            let scale = 1 / (rr * first + rg * second + rb * third)
            target[pixel] = Float(first * scale)
            target[plane + pixel] = Float(second * scale)
            target[2 * plane + pixel] = Float(third * scale)
            target[3 * plane + pixel] = Float((rr * bb - rb * rb) * scale)
            target[4 * plane + pixel] = Float((rg * rb - rr * gb) * scale)
            target[5 * plane + pixel] = Float((rr * gg - rg * rg) * scale)
        }
    }

    /// Filters planes.
    ///
    /// - Parameters:
    ///   - planes: [n, side, side].
    ///   - threads: Workers to use.
    /// - Returns: The same shape, each plane within the range that it had.
    func filtered(_ planes: Tensor, threads: ComputeThreads) -> Tensor {
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
        func average(_ source: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>) {
            box.fill(source, into: target, columns: work.columns, rows: work.rows)
        }
        colors.withUnsafeBufferPointer { colors in
            means.withUnsafeBufferPointer { means in
                inverses.withUnsafeBufferPointer { inverses in
                    guard let colors = colors.baseAddress, let means = means.baseAddress,
                        let inverses = inverses.baseAddress
                    else { return }
                    // Means of map and of map times colour.
                    for color in 0..<3 {
                        let (product, values) = (work.plane(color), colors + color * plane)
                        for pixel in 0..<plane { product[pixel] = map[pixel] * values[pixel] }
                        average(product, into: product)
                    }
                    let (red, green, blue, constant) = (work.plane(0), work.plane(1), work.plane(2), work.plane(3))
                    average(map, into: constant)
                    // The linear function of each window.
                    for pixel in 0..<plane {
                        let mean = constant[pixel]
                        let (r, g, b) = (means[pixel], means[plane + pixel], means[2 * plane + pixel])
                        let (x, y, z) = (red[pixel] - r * mean, green[pixel] - g * mean, blue[pixel] - b * mean)
                        func inverse(_ index: Int) -> Float { inverses[index * plane + pixel] }
                        let first = inverse(0) * x + inverse(1) * y + inverse(2) * z
                        let second = inverse(1) * x + inverse(3) * y + inverse(4) * z
                        let third = inverse(2) * x + inverse(4) * y + inverse(5) * z
                        (red[pixel], green[pixel], blue[pixel]) = (first, second, third)
                        constant[pixel] = mean - first * r - second * g - third * b
                    }
                    for values in [red, green, blue, constant] { average(values, into: values) }
                    // A linear function may overshoot at an edge; a probability must not.
                    var (lowest, highest) = (map[0], map[0])
                    for pixel in 0..<plane { (lowest, highest) = (min(lowest, map[pixel]), max(highest, map[pixel])) }
                    for pixel in 0..<plane {
                        let value =
                            red[pixel] * colors[pixel] + green[pixel] * colors[plane + pixel]
                            + blue[pixel] * colors[2 * plane + pixel] + constant[pixel]
                        target[pixel] = min(max(value, lowest), highest)
                    }
                }
            }
        }
    }

    /// Memory of one worker.
    private final class Workspace: @unchecked Sendable {
        // Sound: each is used by one worker at a time.
        private let planes: UnsafeMutablePointer<Float>
        private let size: Int
        let columns: UnsafeMutablePointer<Double>

        init(side: Int) {
            size = side * side
            planes = .allocate(capacity: 5 * size)
            planes.initialize(repeating: 0, count: 5 * size)
            columns = .allocate(capacity: side)
            columns.initialize(repeating: 0, count: side)
        }

        deinit {
            planes.deallocate()
            columns.deallocate()
        }

        func plane(_ index: Int) -> UnsafeMutablePointer<Float> { planes + index * size }

        var rows: UnsafeMutablePointer<Float> { plane(4) }
    }
}
