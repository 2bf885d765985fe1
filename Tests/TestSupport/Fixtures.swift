public import Foundation

/// Finds files below `Tests/Fixtures` in the source tree.
public enum Fixtures {
    /// The folder of all fixtures.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    /// Path of a fixture given relative to the folder.
    public static func path(_ relative: String) -> String { root.appending(path: relative).path }

    /// Contents of a fixture.
    public static func bytes(_ relative: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: root.appending(path: relative)))
    }
}
