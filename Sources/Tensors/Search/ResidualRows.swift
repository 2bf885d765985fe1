internal import CVectorKernels

/// Rows of small numbers in few bits each, for dot products with single rows.
struct ResidualRows: @unchecked Sendable {
    // Sound to send: filled before it is shared, only read afterwards.

    /// How the numbers are written.
    enum Element: Sendable {
        /// As they are.
        case float32
        /// Whole numbers of 12 bits with one factor per row.
        case bits12
        /// Whole numbers of 8 bits with one factor per row.
        case bits8

        /// Fine enough that nothing of what the format of the rows tells is lost among its own rounding.
        init(for elements: [CompactRows.Element]) {
            self = elements.contains(.float32) ? .float32 : elements.contains(.float16) ? .bits12 : .bits8
        }

        /// Size of a row in bytes without its factor.
        func rowBytes(width: Int) -> Int {
            let blocks = (width + 31) / 32
            return switch self {
            case .float32: width * 4
            case .bits12: blocks * 48
            case .bits8: blocks * 32
            }
        }

        /// Size of rows with their factors in bytes.
        func byteCount(rows: Int, width: Int) -> Int {
            rows * (rowBytes(width: width) + (self == .float32 ? 0 : 4))
        }

        fileprivate var limit: Float { self == .bits12 ? 2047 : 127 }

        fileprivate var codes: cvk_codes {
            switch self {
            case .float32: cvk_codes_float32
            case .bits12: cvk_codes_12_bits
            case .bits8: cvk_codes_8_bits
            }
        }
    }

    let element: Element
    let width: Int
    private let rowBytes: Int
    private let storage: RawBuffer
    private let factors: FloatBuffer

    init(_ element: Element, rows: Int, width: Int) {
        self.element = element
        self.width = width
        rowBytes = element.rowBytes(width: width)
        storage = RawBuffer(byteCount: rows * rowBytes)
        factors = FloatBuffer(count: element == .float32 ? 0 : rows)
    }

    /// Rounds a row.
    ///
    /// - Parameters:
    ///   - source: `width` finite numbers; overwritten by what they were rounded to.
    ///   - row: Where it goes; each row is written by one thread.
    func store(_ source: UnsafeMutablePointer<Float>, at row: Int) {
        let target = storage.baseAddress + row &* rowBytes
        guard element != .float32 else {
            target.copyMemory(from: source, byteCount: rowBytes)
            return
        }
        var largest: Float = 0
        for column in 0..<width { largest = max(largest, abs(source[column])) }
        let (factor, scale): (Float, Float) = largest > 0 ? (largest / element.limit, element.limit / largest) : (0, 0)
        factors.baseAddress[row] = factor
        target.initializeMemory(as: UInt8.self, repeating: 0, count: rowBytes)
        for column in 0..<width {
            // Adding 1.5 · 2²³ rounds to the nearest whole number, which then stands in the lower bits.
            let shifted = source[column] * scale + 12_582_912
            let code = Int32(bitPattern: shifted.bitPattern) &- 0x4B40_0000
            source[column] = (shifted - 12_582_912) * factor
            write(code, column, target)
        }
    }

    /// ⟨x, row⟩ with `width` numbers x.
    func dot(_ x: UnsafePointer<Float>, row: Int) -> Float {
        let product = cvk_dot(x, width, storage.baseAddress + row &* rowBytes, element.codes)
        return element == .float32 ? product : product * factors.baseAddress[row]
    }

    /// Asks for a row that will be multiplied soon.
    func prefetch(row: Int) { cvk_prefetch(storage.baseAddress + row &* rowBytes, rowBytes) }

    /// Writes rows [range.count, width] in float32.
    func widen(_ range: Range<Int>, into output: UnsafeMutablePointer<Float>) {
        for (index, row) in range.enumerated() {
            let (source, target) = (storage.baseAddress + row &* rowBytes, output + index &* width)
            guard element != .float32 else {
                UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: rowBytes)
                continue
            }
            cvk_widen_codes(source, width, element.codes, target)
            let factor = factors.baseAddress[row]
            for column in 0..<width { target[column] *= factor }
        }
    }

    @inline(__always)
    private func write(_ code: Int32, _ column: Int, _ target: UnsafeMutableRawPointer) {
        let (block, place) = (column / 32, column % 32)
        guard element == .bits12 else {
            target.storeBytes(of: Int8(truncatingIfNeeded: code), toByteOffset: column, as: Int8.self)
            return
        }
        let line = target + block &* 48
        line.storeBytes(of: Int8(truncatingIfNeeded: code >> 4), toByteOffset: place, as: Int8.self)
        let nibble = UInt8(truncatingIfNeeded: code & 15) << (place < 16 ? 0 : 4)
        let offset = 32 &+ place % 16
        let both = line.load(fromByteOffset: offset, as: UInt8.self) | nibble
        line.storeBytes(of: both, toByteOffset: offset, as: UInt8.self)
    }
}
