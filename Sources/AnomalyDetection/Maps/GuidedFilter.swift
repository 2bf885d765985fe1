import Images
import Tensors

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
struct GuidedFilter {
    /// The regression's ridge, for colours of 0…1: variances far below it count as no edge.
    static let ridge = 1e-4
    /// What is added of the difference to the surroundings.
    static let gain: Float = 0.5

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
                    let work = MomentWorkspace(side: side)
                    let result = target + index * plane
                    if index < 3 {
                        box.fill(colors + index * plane, into: result, columns: work.columns, rows: work.rows)
                    } else {
                        let (left, right) = (colors + pairs[index - 3].0 * plane, colors + pairs[index - 3].1 * plane)
                        for pixel in 0..<plane { work.product[pixel] = left[pixel] * right[pixel] }
                        box.fill(work.product, into: result, columns: work.columns, rows: work.rows)
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

    /// Four planes go through the windows side by side: the map times each colour and the map, then the linear functions.
    private func filter(
        _ map: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, _ work: Workspace
    ) {
        let plane = side * side
        let (values, surroundings) = (work.quads, work.surroundings)
        colors.withUnsafeBufferPointer { colors in
            means.withUnsafeBufferPointer { means in
                inverses.withUnsafeBufferPointer { inverses in
                    guard let red = colors.baseAddress, let meanRed = means.baseAddress,
                        let rr = inverses.baseAddress
                    else { return }
                    let (green, blue) = (red + plane, red + 2 * plane)
                    let (meanGreen, meanBlue) = (meanRed + plane, meanRed + 2 * plane)
                    let (rg, rb, gg, gb, bb) = (
                        rr + plane, rr + 2 * plane, rr + 3 * plane, rr + 4 * plane, rr + 5 * plane
                    )
                    var (lowest, highest) = (map[0], map[0])
                    for pixel in 0..<plane {
                        let value = map[pixel]
                        if value < lowest { lowest = value }
                        if value > highest { highest = value }
                        values[pixel] = SIMD4(red[pixel], green[pixel], blue[pixel], 1) * value
                    }
                    box.fill(values, rows: work.rowQuads, columns: work.columnQuads)
                    // The linear function of each window.
                    for pixel in 0..<plane {
                        let mean = values[pixel].w
                        surroundings[pixel] = mean
                        let (r, g, b) = (meanRed[pixel], meanGreen[pixel], meanBlue[pixel])
                        let x = values[pixel].x - r * mean
                        let y = values[pixel].y - g * mean
                        let z = values[pixel].z - b * mean
                        let first = rr[pixel] * x + rg[pixel] * y + rb[pixel] * z
                        let second = rg[pixel] * x + gg[pixel] * y + gb[pixel] * z
                        let third = rb[pixel] * x + gb[pixel] * y + bb[pixel] * z
                        values[pixel] = SIMD4(first, second, third, mean - first * r - second * g - third * b)
                    }
                    box.fill(values, rows: work.rowQuads, columns: work.columnQuads)
                    box.fill(surroundings, into: surroundings, columns: work.columns, rows: work.rows)
                    // A linear function may overshoot at an edge; a probability must not.
                    for pixel in 0..<plane {
                        let function = values[pixel]
                        let value =
                            function.x * red[pixel] + function.y * green[pixel] + function.z * blue[pixel] + function.w
                        let raised = value + Self.gain * (value - surroundings[pixel])
                        target[pixel] = min(max(raised, lowest), highest)
                    }
                }
            }
        }
    }

    /// Memory of one worker while maps are filtered.
    private final class Workspace: @unchecked Sendable {
        // Sound: each is used by one worker at a time.
        let quads: UnsafeMutablePointer<SIMD4<Float>>
        let rowQuads: UnsafeMutablePointer<SIMD4<Float>>
        let columnQuads: UnsafeMutablePointer<SIMD4<Float>>
        let surroundings: UnsafeMutablePointer<Float>
        let rows: UnsafeMutablePointer<Float>
        let columns: UnsafeMutablePointer<Double>

        init(side: Int) {
            surroundings = .allocate(capacity: side * side)
            surroundings.initialize(repeating: 0, count: side * side)
            rows = .allocate(capacity: side * side)
            rows.initialize(repeating: 0, count: side * side)
            columns = .allocate(capacity: side)
            columns.initialize(repeating: 0, count: side)
            quads = .allocate(capacity: side * side)
            quads.initialize(repeating: .zero, count: side * side)
            rowQuads = .allocate(capacity: side * side)
            rowQuads.initialize(repeating: .zero, count: side * side)
            columnQuads = .allocate(capacity: side)
            columnQuads.initialize(repeating: .zero, count: side)
        }

        deinit {
            quads.deallocate()
            rowQuads.deallocate()
            columnQuads.deallocate()
            surroundings.deallocate()
            rows.deallocate()
            columns.deallocate()
        }
    }

    /// Memory of one worker while the picture is prepared.
    private final class MomentWorkspace {
        private let planes: UnsafeMutablePointer<Float>
        private let size: Int
        let columns: UnsafeMutablePointer<Double>

        init(side: Int) {
            size = side * side
            planes = .allocate(capacity: 2 * size)
            planes.initialize(repeating: 0, count: 2 * size)
            columns = .allocate(capacity: side)
            columns.initialize(repeating: 0, count: side)
        }

        deinit {
            planes.deallocate()
            columns.deallocate()
        }

        var product: UnsafeMutablePointer<Float> { planes }
        var rows: UnsafeMutablePointer<Float> { planes + size }
    }
}
