/// What every pixel of a square picture should be, kept as runs: defects are few and compact.
public struct PixelLabels: Sendable, Equatable {
    /// Pixels along one side.
    public let side: Int
    private let runs: [Run]

    private struct Run: Equatable {
        let label: UInt8
        let foreground: Bool
        let end: Int32
    }

    /// Compresses labels.
    ///
    /// - Parameters:
    ///   - labels: [side²], row-major: position in the product's states, 0 for normal (traps on another count).
    ///   - foreground: [side²], row-major; other than 0 marks a defect of any type.
    ///   - side: Pixels along one side.
    public init(labels: [UInt8], foreground: [UInt8], side: Int) {
        precondition(labels.count == side * side && foreground.count == side * side, "labels of \(side)² pixels")
        self.side = side
        var runs: [Run] = []
        var start = 0
        while start < labels.count {
            let (label, mark) = (labels[start], foreground[start] != 0)
            var end = start + 1
            while end < labels.count, labels[end] == label, (foreground[end] != 0) == mark { end += 1 }
            runs.append(Run(label: label, foreground: mark, end: Int32(end)))
            start = end
        }
        self.runs = runs
    }

    /// Largest label.
    var maximum: Int { runs.map { Int($0.label) }.max() ?? 0 }

    /// Whether any pixel is marked or labelled as a defect.
    public var showsDefect: Bool { runs.contains { $0.foreground || $0.label != 0 } }

    /// Bytes that are equal exactly when the labels are.
    var digestInput: [UInt8] {
        runs.flatMap { run in
            [run.label, run.foreground ? 1 : 0] + withUnsafeBytes(of: run.end.littleEndian) { Array($0) }
        }
    }

    /// The labels and marks, one byte per pixel.
    public func expanded() -> (labels: [UInt8], foreground: [UInt8]) {
        var labels = [UInt8](repeating: 0, count: side * side)
        var foreground = labels
        var start = 0
        for run in runs {
            let end = Int(run.end)
            for index in start..<end {
                labels[index] = run.label
                foreground[index] = run.foreground ? 1 : 0
            }
            start = end
        }
        return (labels, foreground)
    }
}
