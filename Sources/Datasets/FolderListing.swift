import Glibc

/// The names in a folder.
struct FolderListing {
    /// Sorted by their bytes; hidden ones are left out.
    let folders: [String]
    /// Sorted by their bytes; hidden ones are left out.
    let files: [String]

    /// Reads a folder; links are followed.
    ///
    /// - Throws: ``DatasetError`` with `.cannotOpen`.
    init(_ path: String) throws(DatasetError) {
        guard let stream = opendir(path) else {
            throw DatasetError(.cannotOpen, path: path, "cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { closedir(stream) }
        var folders: [String] = []
        var files: [String] = []
        while let entry = readdir(stream) {
            let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                throw DatasetError(
                    .cannotOpen, path: "\(path)/\(String(decoding: bytes, as: UTF8.self))",
                    "expected a name in UTF-8, found bytes that are none; rename it")
            }
            // A file system of its own has a folder that only its administrator may open.
            guard !name.hasPrefix("."), name != "lost+found" else { continue }
            // Some file systems do not say what an entry is.
            switch Int32(entry.pointee.d_type) {
            case Int32(DT_DIR): folders.append(name)
            case Int32(DT_REG): files.append(name)
            default: if Self.isFolder("\(path)/\(name)") { folders.append(name) } else { files.append(name) }
            }
        }
        self.folders = folders.sorted()
        self.files = files.sorted()
    }

    private init() {
        folders = []
        files = []
    }

    /// The same; empty for a folder that does not exist.
    init(existing path: String) throws(DatasetError) {
        guard Self.isFolder(path) else {
            self.init()
            return
        }
        try self.init(path)
    }

    /// Files whose names end like a picture's.
    var pictures: [String] { files.filter(Self.isPicture) }

    static func isPicture(_ name: String) -> Bool {
        ["png", "jpg", "jpeg"].contains(fileExtension(name))
    }

    /// Whether a name ends like that of a picture in a format that is not read.
    static func isOtherPicture(_ name: String) -> Bool {
        ["bmp", "tif", "tiff", "gif", "webp", "jp2", "pgm", "ppm"].contains(fileExtension(name))
    }

    /// The part after the last dot, in lower case.
    private static func fileExtension(_ name: String) -> String {
        name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    }

    /// The name before its last dot.
    static func stem(_ name: String) -> String {
        name.lastIndex(of: ".").map { String(name[..<$0]) } ?? name
    }

    /// Whether a name can be that of a folder that results are written to: a list from elsewhere may hold any text.
    static func isPlainName(_ name: String) -> Bool {
        !name.isEmpty && !name.hasPrefix(".") && name.utf8.count <= 200
            && name.unicodeScalars.allSatisfy { $0 != "/" && $0.value >= 0x20 && $0.value != 0x7F }
    }

    /// A path without detours, such as `a/b` for `a//./b`, so that one file has one spelling.
    static func plain(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." }
        return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
    }

    /// What a folder is called where its path, like “.”, does not say so.
    static func name(ofFolder path: String) -> String? {
        func last(_ path: String) -> String? { path.split(separator: "/").last.map(String.init) }
        if let name = last(path), name != ".", name != ".." { return name }
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return last(String(cString: resolved))
    }

    static func isFolder(_ path: String) -> Bool { status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false }

    static func exists(_ path: String) -> Bool { status(path) != nil }

    /// Bytes of a regular file, or nil where there is none.
    static func size(ofFile path: String) -> Int? {
        status(path).flatMap { $0.st_mode & S_IFMT == S_IFREG ? Int($0.st_size) : nil }
    }

    static func requireFolder(_ path: String) throws(DatasetError) {
        guard exists(path) else {
            throw DatasetError(.cannotOpen, path: path, "expected a dataset's folder, found nothing there")
        }
        guard isFolder(path) else { throw DatasetError(.cannotOpen, path: path, "expected a folder, found a file") }
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }
}
