import ArgumentParser
import Images
import Synthesis

/// A page of small pictures with the borders of their masks: every product once perfect, then with its defects in turn.
struct SynthSheet {
    let families: [FamilyDescription]
    let seed: UInt64
    let side: Int
    let severity: Severity?
    let threads: PictureWorkers

    private static let columns = 12
    /// What programs, this one among them, will read.
    private static let maximumMegapixels = 50

    /// Writes the page, as JPEG when the name says so, else as PNG.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - count: Pictures on the page.
    /// - Throws: ``CommandFailure`` without pictures, `ValidationError` for a larger page than can be read, `CheckpointError` when the file cannot be written.
    func write(to path: String, count: Int) throws {
        guard count > 0 else { throw CommandFailure("expected --count of 1 or more for a contact sheet, found 0") }
        let columns = min(count, Self.columns)
        let size = ContactSheet.size(count: count, side: side, columns: columns)
        guard size.width * size.height <= Self.maximumMegapixels * 1_000_000 else {
            throw ValidationError(
                "expected a contact sheet of at most \(Self.maximumMegapixels) megapixels, found \(count) pictures of "
                    + "\(side)×\(side), which make \(size.width)×\(size.height); give a lower --count or --side")
        }
        let factory = PictureFactory(seed: seed, side: side)
        var pictures: [ProductPicture] = []
        try threads.forEach(count, make: { factory.picture(order($0)) }) { picture in
            if let picture { pictures.append(picture) }
            return true
        }
        let captions = pictures.map { picture in
            ([picture.family] + picture.defects.map { "+" + $0.type.rawValue }).joined(separator: " ")
        }
        let page = ContactSheet.make(pictures, columns: columns, captions: captions)
        let isJPEG = [".jpg", ".jpeg"].contains { path.lowercased().hasSuffix($0) }
        let file =
            try isJPEG ? JPEGEncoder.encode(page, quality: 85) : PNGEncoder.encode(page, compressionLevel: 8)
        try file.withUnsafeBytes { try OutputFile.write($0, to: path) }
    }

    private func order(_ number: Int) -> PictureFactory.Order {
        let family = families[number % families.count]
        let round = number / families.count
        var order = PictureFactory.Order(family: family.name, design: UInt64(number), piece: 0)
        guard round > 0 else { return order }
        // Neighbours on the page show different types.
        order.defects = [family.defects[(round + 5 * (number % families.count)) % family.defects.count]]
        order.severity = severity ?? Severity.allCases[(round + number) % Severity.allCases.count]
        return order
    }
}
