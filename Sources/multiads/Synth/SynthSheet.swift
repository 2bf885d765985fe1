import Images
import Synthesis

/// A page of small pictures with the borders of their masks.
struct SynthSheet {
    let feed: TrainingFeed
    let threads: PictureWorkers

    /// Writes the feed's first pictures, families in turn, as one PNG.
    func write(to path: String, count: Int) throws {
        guard count > 0 else { throw CommandFailure("expected --count of 1 or more for a contact sheet, found 0") }
        var pictures: [ProductPicture] = []
        try threads.forEach(count, make: { feed.picture(UInt64($0)) }) { picture in
            if let picture { pictures.append(picture) }
            return true
        }
        let captions = pictures.map { picture in
            ([picture.family] + picture.defects.map { "+" + $0.type.rawValue }).joined(separator: " ")
        }
        let page = ContactSheet.make(pictures, columns: 12, captions: captions)
        try PNGEncoder.encode(page, compressionLevel: 8).withUnsafeBytes { try OutputFile.write($0, to: path) }
    }
}
