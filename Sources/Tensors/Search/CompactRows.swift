/// An immutable matrix kept in few bytes per number, whose rows are widened to float32 block by block where they are used.
public struct CompactRows: Sendable {
    /// How the numbers are written; everything is little-endian.
    public enum Element: String, Sendable, CaseIterable {
        /// IEEE 754 binary32, as it is.
        case float32 = "f32"
        /// IEEE 754 binary16.
        case float16 = "f16"
        /// Integers −127…127 with one factor per row: first the factors, [rows] of float32, then the integers.
        ///
        /// The factor restores the row's Euclidean length exactly, so that rounding turns a row but does not scale it.
        case int8 = "i8"

        /// Size of a matrix in bytes.
        public func byteCount(rows: Int, width: Int) -> Int {
            switch self {
            case .float32: rows * width * 4
            case .float16: rows * width * 2
            case .int8: rows * (width + 4)
            }
        }
    }

    /// How the numbers are written.
    public let element: Element
    /// Number of rows.
    public let rows: Int
    /// Numbers per row.
    public let width: Int
    private let storage: Storage

    private enum Storage: Sendable {
        case floats(Tensor)
        case bytes(FloatBuffer)
    }

    /// Size of the numbers in bytes.
    public var byteCount: Int { element.byteCount(rows: rows, width: width) }

    /// Views a matrix [rows, width] in float32; no copy (traps when it is not two-dimensional).
    public init(_ matrix: Tensor) {
        precondition(matrix.shape.count == 2, "compact rows need a matrix, not \(matrix.shape)")
        (element, rows, width) = (.float32, matrix.shape[0], matrix.shape[1])
        storage = .floats(matrix)
    }

    /// Rounds a matrix [rows, width] (traps when it is not two-dimensional).
    ///
    /// - Parameters:
    ///   - matrix: Finite numbers, for ``Element/float16`` within ±65504.
    ///   - element: What to round to.
    public init(_ matrix: Tensor, as element: Element) {
        precondition(matrix.shape.count == 2, "compact rows need a matrix, not \(matrix.shape)")
        guard element != .float32 else {
            self.init(matrix)
            return
        }
        let (rows, width) = (matrix.shape[0], matrix.shape[1])
        self.init(element, rows: rows, width: width) { bytes in
            matrix.withUnsafeBufferPointer { values in
                switch element {
                case .float32: break
                case .float16: bytes.copyBytes(from: FloatFormats.narrowToFloat16(values))
                case .int8: Self.narrowToInt8(values, rows: rows, width: width, into: bytes)
                }
            }
        }
    }

    /// Copies bytes written by ``bytes``.
    ///
    /// - Parameters:
    ///   - element: How the numbers are written.
    ///   - rows: Number of rows.
    ///   - width: Numbers per row.
    ///   - bytes: As many as ``Element/byteCount(rows:width:)`` says (traps otherwise); any alignment.
    public init(_ element: Element, rows: Int, width: Int, copying bytes: UnsafeRawBufferPointer) {
        let size = element.byteCount(rows: rows, width: width)
        precondition(bytes.count == size, "\(bytes.count) bytes for \(rows) × \(width) numbers in \(element.rawValue)")
        self.init(element, rows: rows, width: width) { $0.copyMemory(from: bytes) }
    }

    private init(_ element: Element, rows: Int, width: Int, fill: (UnsafeMutableRawBufferPointer) -> Void) {
        (self.element, self.rows, self.width) = (element, rows, width)
        let size = element.byteCount(rows: rows, width: width)
        let buffer = FloatBuffer(count: (size + 3) / 4)
        fill(UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(buffer.baseAddress), count: size))
        let floats = UnsafeBufferPointer(buffer.pointer)
        storage =
            element == .float32
            ? .floats(Tensor(shape: [rows, width], borrowing: floats, owner: buffer)) : .bytes(buffer)
    }

    /// The numbers as they are written.
    public var bytes: [UInt8] { withBytes { Array($0) } }

    /// Some of the rows.
    ///
    /// - Parameter positions: Of rows to copy, in their new order; traps when one is out of bounds.
    /// - Returns: As many rows as positions.
    public func selecting(_ positions: [Int]) -> CompactRows {
        precondition(positions.allSatisfy { (0..<rows).contains($0) }, "a row beyond the \(rows) there are")
        return CompactRows(element, rows: positions.count, width: width) { target in
            withBytes { source in
                // Factors stand before all rows; elsewhere a row is one piece.
                let factors = element == .int8 ? 4 : 0
                let size = element == .int8 ? width : element.byteCount(rows: 1, width: width)
                for (row, position) in positions.enumerated() {
                    func copy(_ from: Int, _ to: Int, _ count: Int) {
                        target.baseAddress?.advanced(by: to).copyMemory(
                            from: source.baseAddress.unsafelyUnwrapped + from, byteCount: count)
                    }
                    copy(position * factors, row * factors, factors)
                    copy(rows * factors + position * size, positions.count * factors + row * size, size)
                }
            }
        }
    }

    /// All rows in float32.
    ///
    /// - Returns: [rows, width].
    public func widened() -> Tensor {
        if case .floats(let matrix) = storage { return matrix }
        return Tensor(shape: [rows, width]) { target in
            guard let start = target.baseAddress, rows > 0 else { return }
            withRows(0..<rows, scratch: start) { _ in }
        }
    }

    /// Lends a block of rows in float32.
    ///
    /// - Parameters:
    ///   - range: Not empty and within the rows (traps otherwise).
    ///   - scratch: Room for `range.count` × ``width`` numbers; left alone where the rows are float32 already.
    ///   - body: Called once with [range.count, width].
    /// - Returns: What `body` returns.
    func withRows<Output>(
        _ range: Range<Int>, scratch: UnsafeMutablePointer<Float>, _ body: (UnsafePointer<Float>) -> Output
    ) -> Output {
        precondition(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= rows, "rows \(range) of \(rows)")
        switch storage {
        case .floats(let matrix):
            return matrix.withUnsafeBufferPointer {
                body($0.baseAddress.unsafelyUnwrapped + range.lowerBound * width)
            }
        case .bytes:
            withBytes { bytes in
                if element == .float16 {
                    let part = bytes[range.lowerBound * width * 2..<range.upperBound * width * 2]
                    FloatFormats.widen(
                        float16: UnsafeRawBufferPointer(rebasing: part),
                        into: UnsafeMutableBufferPointer(start: scratch, count: range.count * width))
                } else {
                    widenInt8(bytes, range, into: scratch)
                }
            }
            return body(scratch)
        }
    }

    private func withBytes<Output>(_ body: (UnsafeRawBufferPointer) -> Output) -> Output {
        switch storage {
        case .floats(let matrix): matrix.withUnsafeBufferPointer { body(UnsafeRawBufferPointer($0)) }
        case .bytes(let buffer):
            withExtendedLifetime(buffer) {
                body(UnsafeRawBufferPointer(start: UnsafeRawPointer(buffer.baseAddress), count: byteCount))
            }
        }
    }
}

// Integers with a factor per row.
extension CompactRows {
    private static func narrowToInt8(
        _ values: UnsafeBufferPointer<Float>, rows: Int, width: Int, into bytes: UnsafeMutableRawBufferPointer
    ) {
        for row in 0..<rows {
            let line = UnsafeBufferPointer(rebasing: values[row * width..<(row + 1) * width])
            var largest: Float = 0
            for value in line { largest = max(largest, abs(value)) }
            let scale: Float = largest > 0 ? 127 / largest : 0
            var (exact, rounded) = (Float(0), Float(0))
            for column in 0..<width {
                let code = (line[column] * scale).rounded(.toNearestOrEven)
                exact += line[column] * line[column]
                rounded += code * code
                bytes.storeBytes(of: Int8(code), toByteOffset: rows * 4 + row * width + column, as: Int8.self)
            }
            let factor = rounded > 0 ? (exact / rounded).squareRoot() : 0
            bytes.storeBytes(of: factor.bitPattern.littleEndian, toByteOffset: row * 4, as: UInt32.self)
        }
    }

    private func widenInt8(
        _ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, into target: UnsafeMutablePointer<Float>
    ) {
        let codes = bytes.baseAddress.unsafelyUnwrapped + rows &* 4
        var output = target
        for row in range {
            let bits = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: row &* 4, as: UInt32.self))
            let factor = Float(bitPattern: bits)
            let line = codes + row &* width
            for column in 0..<width {
                output[column] = Float(line.load(fromByteOffset: column, as: Int8.self)) * factor
            }
            output += width
        }
    }
}
