/// Loads 16 consecutive floats starting at `index`; no alignment needed.
@inline(__always)
func loadVector(_ elements: UnsafeBufferPointer<Float>, _ index: Int) -> SIMD16<Float> {
    UnsafeRawPointer(elements.baseAddress.unsafelyUnwrapped + index).loadUnaligned(as: SIMD16<Float>.self)
}

/// Loads 16 consecutive floats; no alignment needed.
@inline(__always)
func loadVector(_ address: UnsafePointer<Float>) -> SIMD16<Float> {
    UnsafeRawPointer(address).loadUnaligned(as: SIMD16<Float>.self)
}

/// Stores 16 consecutive floats; no alignment needed.
@inline(__always)
func storeVector(_ vector: SIMD16<Float>, to address: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(address).storeBytes(of: vector, as: SIMD16<Float>.self)
}
