import ArgumentParser

/// A number of bytes such as `500MB` or `20GB` (decimal units) or a plain number.
struct ByteCount: ExpressibleByArgument, Equatable {
    let bytes: Int

    init(_ bytes: Int) { self.bytes = bytes }

    init?(argument: String) {
        let text = argument.lowercased()
        let units = [("kb", 1e3), ("mb", 1e6), ("gb", 1e9), ("tb", 1e12), ("b", 1), ("", 1)]
        guard let (suffix, factor) = units.first(where: { text.hasSuffix($0.0) }),
            let number = Double(text.dropLast(suffix.count)), number >= 0, number * factor < 1e18
        else { return nil }
        bytes = Int(number * factor)
    }

    var defaultValueDescription: String { TextLayout.bytes(bytes) }
}
