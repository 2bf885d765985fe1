import ArgumentParser
import Foundation

/// Where results go.
struct OutputArguments: ParsableArguments {
    @Flag(help: "Print one JSON object per picture, one per line, with the member names of the HTTP service.")
    var json = false

    @Option(
        help: ArgumentHelp("Write every tensor of the computation as float32 safetensors.", valueName: "file"),
        completion: .file(extensions: ["safetensors"]))
    var maps: String?

    @Option(
        help: ArgumentHelp("Write the picture with what was found drawn on it, as PNG or JPEG.", valueName: "file"),
        completion: .file(extensions: ["png", "jpg"]))
    var overlay: String?

    @Flag(help: "Neither read nor write encoded prompts in the cache folder.")
    var noCache = false

    func validate() throws {
        if let overlay, !["png", "jpg", "jpeg"].contains(Self.fileExtension(overlay)) {
            throw ValidationError("expected --overlay with a name ending in .png or .jpg, found \(overlay)")
        }
    }

    /// Refuses to write over what is read.
    ///
    /// - Parameters:
    ///   - pictures: How many are inspected.
    ///   - inputs: All files that are read.
    /// - Throws: ``CommandFailure`` naming the file.
    func check(pictures: Int, inputs: [String]) throws {
        func standardized(_ path: String) -> String { URL(filePath: path).standardizedFileURL.path }
        if let maps, overlay.map(standardized) == standardized(maps) {
            throw CommandFailure("--maps and --overlay: expected two files, found \(maps) twice")
        }
        let read = Set(inputs.compactMap(FileIdentity.init))
        for (option, path) in [("--maps", maps), ("--overlay", overlay)] {
            guard let path else { continue }
            for number in 1...max(1, pictures) {
                let file = Self.numbered(path, number, of: pictures)
                guard let found = FileIdentity(file), read.contains(found) else { continue }
                throw CommandFailure("\(option) \(file): expected another file than the pictures, found one of them")
            }
        }
    }

    /// The file for one of several pictures: `out.png` for a single one, else `out-1.png`, `out-2.png`, ….
    static func numbered(_ path: String, _ number: Int, of count: Int) -> String {
        guard count > 1 else { return path }
        let suffix = fileExtension(path)
        guard !suffix.isEmpty else { return "\(path)-\(number)" }
        return "\(path.dropLast(suffix.count + 1))-\(number).\(path.suffix(suffix.count))"
    }

    /// The part of the file's name after its last dot, in lower case.
    static func fileExtension(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }
}
