/// Bounds-checked reads; in optimised builds the standard accessors of raw buffers check nothing.
extension UnsafeRawBufferPointer {
    /// The little-endian integer at `offset`, or nil when it does not lie inside.
    func integer<Integer: FixedWidthInteger>(at offset: Int, as _: Integer.Type = Integer.self) -> Integer? {
        guard let field = slice(at: offset, count: MemoryLayout<Integer>.size) else { return nil }
        return Integer(littleEndian: field.loadUnaligned(as: Integer.self))
    }

    /// `byteCount` bytes from `offset`, or nil when they do not lie inside.
    func slice(at offset: Int, count byteCount: Int) -> UnsafeRawBufferPointer? {
        guard offset >= 0, byteCount >= 0, offset <= count, byteCount <= count - offset else { return nil }
        return UnsafeRawBufferPointer(rebasing: self[offset..<offset + byteCount])
    }

    /// True when the buffer begins with exactly these bytes.
    func starts(withBytes prefix: [UInt8]) -> Bool {
        count >= prefix.count && zip(self, prefix).allSatisfy { $0 == $1 }
    }
}

/// The product of extents, or nil when one is negative or the product does not fit an Int.
func checkedProduct(_ extents: some Sequence<Int>) -> Int? {
    var product = 1
    var overflowed = false
    var isEmpty = false
    for extent in extents {
        guard extent >= 0 else { return nil }
        if extent == 0 { isEmpty = true }
        let (next, overflow) = product.multipliedReportingOverflow(by: max(extent, 1))
        overflowed = overflowed || overflow
        product = next
    }
    // An extent of zero makes the product zero however large the others are, but extents whose product cannot be
    // represented are refused all the same: no later arithmetic on them could be trusted.
    if overflowed { return nil }
    return isEmpty ? 0 : product
}
