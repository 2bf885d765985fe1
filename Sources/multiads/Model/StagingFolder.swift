import Foundation

/// A folder that appears under its name complete or not at all.
///
/// Files go to a hidden folder beside the target, which is renamed by ``commit()``; without it, the hidden folder is
/// removed.
final class StagingFolder {
    /// Where files go meanwhile.
    let path: String
    private let target: String
    private let replaces: Bool
    private var isCommitted = false

    /// Makes the hidden folder.
    ///
    /// - Parameters:
    ///   - target: The final path; its parent is created if missing.
    ///   - replaces: Whether a model folder of that name may be replaced.
    /// - Throws: ``CommandFailure`` when the target exists and may not be replaced, or nothing can be written there.
    init(target: String, replaces: Bool) throws {
        let url = URL(filePath: target)
        self.target = url.path
        self.replaces = replaces
        let manager = FileManager.default
        if manager.fileExists(atPath: self.target) {
            guard replaces else {
                throw CommandFailure("expected \(target) not to exist yet; --force replaces it")
            }
            // A typing error must not replace a home folder.
            let entries = (try? manager.contentsOfDirectory(atPath: self.target)) ?? [""]
            guard entries.isEmpty || entries.contains("open_clip_config.json") else {
                throw CommandFailure(
                    "expected a model folder or an empty folder at \(target), found something else; "
                        + "it is not replaced, not even with --force")
            }
        }
        let parent = url.deletingLastPathComponent()
        try OutputFile.makeFolder(parent.path)
        path = try Self.makeNew(parent.appending(path: ".\(url.lastPathComponent).\(getpid())").path)
    }

    /// Makes a folder that was not there: what a process of the same number left behind must not get into the target.
    private static func makeNew(_ stem: String) throws -> String {
        for number in 0..<1000 {
            let path = "\(stem).\(number).tmp"
            if access(path + ".old", F_OK) == 0 { continue }
            if mkdir(path, 0o755) == 0 { return path }
            guard errno == EEXIST else {
                throw CommandFailure("\(path): cannot be made: \(String(cString: strerror(errno)))")
            }
        }
        throw CommandFailure(
            "\(stem).*.tmp: expected a name that is free, found none; remove what ended conversions left")
    }

    deinit {
        if !isCommitted { try? FileManager.default.removeItem(atPath: path) }
    }

    /// Gives the folder its name.
    func commit() throws {
        let old = path + ".old"
        let exists = replaces && FileManager.default.fileExists(atPath: target)
        if exists { try Self.rename(target, old) }
        do {
            try Self.rename(path, target)
        } catch {
            if exists { try Self.rename(old, target) }
            throw error
        }
        isCommitted = true
        if exists { try? FileManager.default.removeItem(atPath: old) }
    }

    private static func rename(_ old: String, _ new: String) throws {
        guard Foundation.rename(old, new) == 0 else {
            throw CommandFailure("\(new): cannot be renamed into place: \(String(cString: strerror(errno)))")
        }
    }
}
