/// CRC-32 as in ZIP files (reflected polynomial 0xEDB88320), eight bytes per step.
enum CRC32 {
    /// `tables[k][b]` is the effect of byte `b` followed by `k` zero bytes, so eight lookups advance eight bytes.
    private static let tables: [[UInt32]] = {
        let first = (0..<256).map { byte -> UInt32 in
            (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? (crc >> 1) ^ 0xEDB8_8320 : crc >> 1 }
        }
        var tables = [first]
        while tables.count < 8 {
            let previous = tables[tables.count - 1]
            tables.append(previous.map { ($0 >> 8) ^ first[Int($0 & 0xFF)] })
        }
        return tables
    }()

    private static let flattened: [UInt32] = tables.flatMap(\.self)

    /// Checksum of `bytes`, or of earlier bytes and these.
    ///
    /// - Parameters:
    ///   - bytes: What to add.
    ///   - previous: Checksum of what came before; 0 for nothing.
    /// - Returns: The checksum of all.
    static func checksum(_ bytes: UnsafeRawBufferPointer, after previous: UInt32 = 0) -> UInt32 {
        flattened.withUnsafeBufferPointer { table in
            var crc = ~previous
            var index = 0
            while index &+ 8 <= bytes.count {
                let word =
                    UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ UInt64(crc)
                crc = 0
                for lane in 0..<8 {
                    let byte = Int(truncatingIfNeeded: (word >> UInt64(8 &* lane)) & 0xFF)
                    crc ^= table[(7 &- lane) &* 256 &+ byte]
                }
                index &+= 8
            }
            while index < bytes.count {
                crc = (crc >> 8) ^ table[Int((crc ^ UInt32(bytes[index])) & 0xFF)]
                index &+= 1
            }
            return ~crc
        }
    }
}
