import Tensors

/// Training draws from a fresh sequence for each purpose, epoch and picture instead of carrying one along: what a run
/// draws does not depend on where it was interrupted.
extension SplitMix64 {
    /// What numbers are drawn for; keeps equal seeds from giving related sequences.
    enum Purpose: UInt64 {
        case weights = 1
        case order = 2
        case mosaic = 3
    }

    /// Starts the sequence of a seed, a purpose and up to two counters.
    init(seed: UInt64, _ purpose: Purpose, _ first: Int = 0, _ second: Int = 0) {
        let parts = [purpose.rawValue, UInt64(bitPattern: Int64(first)), UInt64(bitPattern: Int64(second))]
        self.init(
            seed: parts.reduce(seed) { seed, part in
                var generator = SplitMix64(seed: seed)
                return generator.next() ^ part
            })
    }
}
