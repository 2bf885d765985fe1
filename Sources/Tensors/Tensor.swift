/// An immutable, row-major tensor of float32 values.
///
/// The memory is either owned (aligned to 64 bytes) or borrowed from a longer-lived owner such as a memory-mapped
/// checkpoint, so that float32 weights are used in place and never copied.
public struct Tensor: Sendable {
    /// Extent of every axis, outermost first; empty for a scalar.
    public let shape: [Int]
    private let storage: TensorStorage

    /// Number of elements: the product of ``shape``.
    public var count: Int { storage.elements.count }

    /// Copies `values` into a new tensor.
    ///
    /// - Parameters:
    ///   - shape: Extents whose product must equal `values.count` (a caller's mistake otherwise: traps).
    ///   - values: Elements in row-major order.
    public init(shape: [Int], _ values: [Float]) {
        precondition(shape.reduce(1, *) == values.count, "shape \(shape) does not hold \(values.count) values")
        self.init(shape: shape) { buffer in
            _ = buffer.initialize(from: values)
        }
    }

    /// Makes a tensor by filling fresh memory.
    ///
    /// - Parameters:
    ///   - shape: Extents of the new tensor; negative extents trap.
    ///   - fill: Must initialise every element of the buffer it is given.
    /// - Throws: Whatever `fill` throws; the memory is then released.
    public init(shape: [Int], fill: (UnsafeMutableBufferPointer<Float>) throws -> Void) rethrows {
        let buffer = FloatBuffer(count: shape.reduce(1, *))
        try fill(buffer.pointer)
        self.shape = shape
        self.storage = TensorStorage(elements: UnsafeBufferPointer(buffer.pointer), owner: buffer)
    }

    /// Views memory that `owner` keeps alive and unchanged.
    ///
    /// - Parameters:
    ///   - shape: Extents whose product must equal `elements.count` (traps otherwise).
    ///   - elements: Row-major elements; must stay valid and constant while `owner` lives.
    ///   - owner: Retained by the tensor.
    public init(shape: [Int], borrowing elements: UnsafeBufferPointer<Float>, owner: any AnyObject & Sendable) {
        precondition(shape.reduce(1, *) == elements.count, "shape \(shape) does not hold \(elements.count) values")
        self.shape = shape
        self.storage = TensorStorage(elements: elements, owner: owner)
    }

    private init(shape: [Int], storage: TensorStorage) {
        self.shape = shape
        self.storage = storage
    }

    /// Calls `body` with the elements in row-major order.
    public func withUnsafeBufferPointer<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withExtendedLifetime(storage) { () throws(Failure) -> Result in try body(storage.elements) }
    }

    /// This tensor, copied when its memory is somebody else's: what must outlive a mapped file.
    public func owned() -> Tensor {
        if storage.ownsElements { return self }
        return withUnsafeBufferPointer { elements in
            Tensor(shape: shape) { _ = $0.initialize(from: elements) }
        }
    }

    /// A copy of the elements in row-major order.
    public var values: [Float] { withUnsafeBufferPointer { Array($0) } }

    /// The same elements under another shape of equal size (traps when sizes differ); no copy.
    public func reshaped(_ newShape: [Int]) -> Tensor {
        precondition(newShape.reduce(1, *) == count, "cannot view \(shape) as \(newShape)")
        return Tensor(shape: newShape, storage: storage)
    }

    /// Rows `range` of the outermost axis, sharing this tensor's memory (traps when out of bounds).
    public func rows(_ range: Range<Int>) -> Tensor {
        precondition(
            !shape.isEmpty && range.lowerBound >= 0 && range.upperBound <= shape[0], "rows \(range) of \(shape)")
        let stride = shape.dropFirst().reduce(1, *)
        let slice = UnsafeBufferPointer(
            rebasing: storage.elements[range.lowerBound * stride..<range.upperBound * stride])
        return Tensor(
            shape: [range.count] + shape.dropFirst(), storage: TensorStorage(elements: slice, owner: storage))
    }

    /// A transposed copy of a matrix [rows, columns] → [columns, rows] (traps when not two-dimensional).
    public func transposed() -> Tensor {
        precondition(shape.count == 2, "transposed() needs a matrix, not \(shape)")
        let (rows, columns) = (shape[0], shape[1])
        return withUnsafeBufferPointer { source in
            Tensor(shape: [columns, rows]) { target in
                for row in 0..<rows {
                    for column in 0..<columns { target[column &* rows &+ row] = source[row &* columns &+ column] }
                }
            }
        }
    }

    /// A tensor of the same shape, element by element.
    @inlinable
    public func mapped(_ transform: (Float) -> Float) -> Tensor {
        withUnsafeBufferPointer { source in
            Tensor(shape: shape) { target in
                for index in 0..<source.count { target[index] = transform(source[index]) }
            }
        }
    }

    /// The same of two tensors of one shape (traps when the shapes differ).
    @inlinable
    public func mapped(with other: Tensor, _ transform: (Float, Float) -> Float) -> Tensor {
        precondition(shape == other.shape, "tensors of one shape expected, not \(shape) and \(other.shape)")
        return other.withUnsafeBufferPointer { right in
            withUnsafeBufferPointer { left in
                Tensor(shape: shape) { target in
                    for index in 0..<left.count { target[index] = transform(left[index], right[index]) }
                }
            }
        }
    }

    /// Position of the first element that is NaN or infinite, or nil when all are finite.
    public var firstNonFinite: Int? { withUnsafeBufferPointer(\.firstNonFinite) }
}

extension UnsafeBufferPointer<Float> {
    /// Position of the first element that is NaN or infinite, or nil when all are finite.
    public var firstNonFinite: Int? {
        // x·0 is 0 for every finite x and NaN otherwise; summing in lanes keeps the scan at memory speed.
        var lanes = SIMD16<Float>.zero
        var index = 0
        while index &+ 16 <= count {
            lanes += loadVector(self, index) * 0
            index &+= 16
        }
        var tail: Float = 0
        while index < count {
            tail += self[index] * 0
            index &+= 1
        }
        return lanes.sum() + tail == 0 ? nil : firstIndex { !$0.isFinite }
    }
}

/// Keeps the memory behind a ``Tensor`` alive.
private final class TensorStorage: @unchecked Sendable {
    // Sound to share: the elements never change after construction and `owner` keeps them mapped.
    let elements: UnsafeBufferPointer<Float>
    private let owner: any AnyObject & Sendable

    init(elements: UnsafeBufferPointer<Float>, owner: any AnyObject & Sendable) {
        self.elements = elements
        self.owner = owner
    }

    /// Whether the memory was allocated for a tensor, and is not part of a file or of a larger one.
    var ownsElements: Bool { owner is FloatBuffer }
}
