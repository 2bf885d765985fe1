/// Reads the paper's tables as this module has them: one line of words for each line printed.
enum PublishedLines {
    /// One value for each line.
    static func read<Result>(_ text: String, _ make: ([String]) -> Result) -> [Result] {
        text.split(separator: "\n").map { make($0.split(separator: " ").map(String.init)) }
    }

    /// Numbers by their columns; a word that is none stands for a misprint, and is left out.
    static func values(_ words: ArraySlice<String>, _ metrics: [MetricName]) -> [MetricName: Double] {
        var values: [MetricName: Double] = [:]
        for (metric, word) in zip(metrics, words) { values[metric] = Double(word) }
        return values
    }
}
