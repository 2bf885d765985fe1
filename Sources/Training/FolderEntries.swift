import Glibc

/// Names in a folder.
enum FolderEntries {
    /// All names but `.` and `..`, in no order.
    ///
    /// - Throws: ``TrainingError`` with `.cannotWrite`.
    static func names(in folder: String) throws(TrainingError) -> [String] {
        guard let stream = opendir(folder) else {
            throw TrainingError(.cannotWrite, "\(folder): cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }
}
