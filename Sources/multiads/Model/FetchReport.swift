import ModelFetch

/// How a download is shown.
enum FetchReport {
    /// File, bar, share, rate and time left, in one line.
    static func line(_ progress: FetchProgress, showsBar: Bool) -> String {
        var parts = ["\(progress.file) (\(progress.fileNumber)/\(progress.fileCount))"]
        if progress.phase == .verifying { parts.append("verifying") }
        if let total = progress.totalBytes, total > 0 {
            if showsBar { parts.append(ProgressReporter.bar(progress.completedBytes, of: total)) }
            parts.append("\(TextLayout.bytes(progress.completedBytes)) of \(TextLayout.bytes(total))")
        } else {
            parts.append(TextLayout.bytes(progress.completedBytes))
        }
        if let rate = progress.bytesPerSecond, rate > 0 {
            parts.append("\(TextLayout.bytes(Int(rate)))/s")
            if let total = progress.totalBytes {
                parts.append("\(TextLayout.duration(Double(total - progress.completedBytes) / rate)) left")
            }
        }
        return parts.joined(separator: "  ")
    }

    /// What became of a file, and against what its digest was checked.
    static func line(_ file: FetchedFile) -> String {
        let origin =
            switch file.outcome {
            case .alreadyPresent: "already there"
            case .downloaded(resumedFrom: 0): "downloaded"
            case .downloaded(let byte): "downloaded, resumed at \(TextLayout.bytes(byte))"
            }
        let trust =
            switch file.trust {
            case .pinned: "equals the catalogue's digest"
            case .announced: "equals the server's digest"
            case .recorded: "equals the digest recorded before"
            case .firstUse: "digest recorded"
            }
        return "\(file.name)  \(TextLayout.bytes(file.byteCount))  \(origin), \(trust)"
    }
}
