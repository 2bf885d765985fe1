import Foundation

/// Rounding to signed bytes, as the integer kernels do it, written like the definition.
enum NaiveBytes {
    /// The bytes of a row and what a 1 stands for: the widest value becomes ±127.
    static func quantized(_ row: [Float]) -> (bytes: [Float], scale: Float) {
        let range = row.map(abs).max() ?? 0
        guard range > 0 else { return (row.map { _ in 0 }, 0) }
        return (row.map { ($0 * (127 / range)).rounded(.toNearestOrEven) }, range / 127)
    }

    /// Each row replaced by what its bytes stand for.
    static func rounded(_ values: [Float], width: Int) -> [Float] {
        stride(from: 0, to: values.count, by: width).flatMap { start in
            let (bytes, scale) = quantized(Array(values[start..<start + width]))
            return bytes.map { $0 * scale }
        }
    }

    /// Attention of one head in integers: queries and keys rounded token by token, keys less their mean, probabilities to 255 steps of the largest,
    /// values channel by channel around the middle of their range.
    ///
    /// - Parameters:
    ///   - queries: Rows of channels.
    ///   - keys: As many rows as there are values.
    ///   - values: Rows of channels.
    ///   - seen: For each query the number of keys that it sees.
    /// - Returns: A row of channels for each query.
    static func attention(queries: [[Float]], keys: [[Float]], values: [[Float]], seen: [Int]) -> [[Float]] {
        let channels = queries[0].indices
        let mean = channels.map { channel in keys.reduce(0) { $0 + $1[channel] } / Float(keys.count) }
        let keyBytes = keys.map { key in quantized(channels.map { key[$0] - mean[$0] }) }
        let ranges = channels.map { channel in
            let column = values.map { $0[channel] }
            let (low, high) = (column.min() ?? 0, column.max() ?? 0)
            return (scale: (high - low) * (0.5 / 127), centre: (high + low) * 0.5)
        }
        let valueBytes = values.map { value in
            channels.map { channel -> Double in
                let (scale, centre) = ranges[channel]
                return scale > 0 ? Double(((value[channel] - centre) / scale).rounded(.toNearestOrEven)) : 0
            }
        }
        return queries.indices.map { number in
            let (bytes, scale) = quantized(queries[number])
            var scores: [Double] = []
            for key in keyBytes.prefix(seen[number]) {
                var sum: Float = 0
                for channel in channels { sum += bytes[channel] * key.bytes[channel] }
                scores.append(Double(sum * key.scale * scale) / Double(channels.count).squareRoot())
            }
            let largest = scores.max() ?? 0
            let powers = scores.map { (255 * exp($0 - largest)).rounded(.toNearestOrEven) }
            var sums = [Double](repeating: 0, count: channels.count)
            for (power, bytes) in zip(powers, valueBytes) where power > 0 {
                for channel in channels { sums[channel] += power * bytes[channel] }
            }
            let total = powers.reduce(0, +)
            return channels.map { Float(sums[$0] / total) * ranges[$0].scale + ranges[$0].centre }
        }
    }
}
