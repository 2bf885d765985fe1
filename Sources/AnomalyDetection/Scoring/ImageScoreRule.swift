public import Tensors

/// How one number for the whole picture is made from the anomaly map and the global probabilities.
public enum ImageScoreRule: Sendable, Equatable {
    /// ½ (a + max of the map), a = 1 − global probability of the normal state (paper, section 4.2.2).
    case paper
    /// Largest value of the map.
    case mapMaximum
    /// Mean of the three largest values of the map.
    case topThree
    /// a alone, without the map.
    case global
    /// ½ (a + (max of the map − minimum) / (maximum − minimum)), the range taken over a whole test set.
    ///
    /// Only meaningful when reproducing tables: a single picture has no such range. An empty range counts as 0.
    case normalized(minimum: Float, maximum: Float)

    /// Applies the rule.
    ///
    /// - Parameters:
    ///   - map: Anomaly map with at least one element.
    ///   - globalAnomaly: a, in 0…1.
    /// - Returns: The picture's score, higher meaning more anomalous.
    public func score(map: Tensor, globalAnomaly: Float) -> Float {
        switch self {
        case .paper: (globalAnomaly + Self.largest(map, 1)) / 2
        case .mapMaximum: Self.largest(map, 1)
        case .topThree: Self.largest(map, 3)
        case .global: globalAnomaly
        case .normalized(let minimum, let maximum):
            (globalAnomaly + Self.rescale(Self.largest(map, 1), minimum, maximum)) / 2
        }
    }

    private static func rescale(_ value: Float, _ minimum: Float, _ maximum: Float) -> Float {
        maximum - minimum < 1e-12 ? 0 : (value - minimum) / (maximum - minimum)
    }

    /// Mean of the `count` largest elements.
    private static func largest(_ map: Tensor, _ count: Int) -> Float {
        map.withUnsafeBufferPointer { elements in
            var top: [Float] = []
            for value in elements where top.count < count || value > top[top.count - 1] {
                top.append(value)
                top.sort(by: >)
                if top.count > count { top.removeLast() }
            }
            return top.reduce(0, +) / Float(max(top.count, 1))
        }
    }
}
