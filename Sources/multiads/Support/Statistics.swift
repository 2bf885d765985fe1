/// What measurements are summed up by.
enum Statistics {
    /// The middle value, of an even number the mean of the two in the middle; NaN of none.
    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? .nan : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
