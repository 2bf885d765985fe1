/// Reads VisA's own files: `split_csv/1cls.csv` says what is trained and tested, each product's `image_anno.csv` which
/// defects a picture shows.
///
/// The extended form, with a mask for every single defect, is understood in two ways: several rows of one picture in
/// `image_anno.csv`, each with its own mask, or masks named `000_scratch.png` beside `000.png`. Later masks are painted
/// over earlier ones.
struct VisAReader {
    let reader: DatasetReader

    private static let split = "split_csv/1cls.csv"

    /// The pictures by the split file, or nil when there is none.
    func annotatedSamples() throws(DatasetError) -> [DatasetSample]? {
        guard FolderListing.exists("\(reader.root)/\(Self.split)") else { return nil }
        let annotations = try annotations()
        let table = try CommaSeparatedFile(
            "\(reader.root)/\(Self.split)", name: Self.split, columns: ["object", "split", "label", "image", "mask"])
        var samples: [DatasetSample] = []
        var typed: [String: MaskPairing] = [:]
        for row in table.rows {
            let (product, picture) = (row["object"], row["image"])
            guard !picture.isEmpty else { throw table.error(row, "expected a picture's path as image", found: "") }
            guard let split = DatasetSplit(rawValue: row["split"]) else {
                throw table.error(row, "expected train or test as split", found: row["split"])
            }
            guard !reader.names.isNormal(row["label"]) else {
                samples.append(
                    DatasetSample(
                        product: product, split: split, picture: picture, isAnomalous: false, rawNames: [], masks: []))
                continue
            }
            let annotated = annotations[picture] ?? []
            if typed[product] == nil { typed[product] = try typedMasks(of: product) }
            let file = picture.split(separator: "/").last.map(String.init) ?? picture
            let single = typed[product]?.masks(of: file).typed ?? []
            var masks: [DefectMask]
            if !single.isEmpty {
                masks = single.map { reader.names.mask("\(Self.maskFolder(product))/\($0.file)", [$0.rawName]) }
            } else if annotated.count > 1 {
                // A row without a mask leaves a picture of which the check says so.
                masks = annotated.filter { !$0.mask.isEmpty }.map { reader.names.mask($0.mask, $0.labels) }
            } else {
                masks = row["mask"].isEmpty ? [] : [reader.names.mask(row["mask"], annotated.first?.labels ?? [])]
            }
            samples.append(
                DatasetSample(
                    product: product, split: split, picture: picture, isAnomalous: true,
                    rawNames: annotated.flatMap(\.labels), masks: masks))
        }
        return samples
    }

    /// Labels of every annotated picture.
    func labels() throws(DatasetError) -> [String: [String]] {
        try annotations().mapValues { $0.flatMap(\.labels) }
    }

    private struct Annotation {
        let labels: [String]
        let mask: String
    }

    private func annotations() throws(DatasetError) -> [String: [Annotation]] {
        var annotations: [String: [Annotation]] = [:]
        for product in try FolderListing(reader.root).folders {
            let name = "\(product)/image_anno.csv"
            guard FolderListing.exists("\(reader.root)/\(name)") else { continue }
            let table = try CommaSeparatedFile(
                "\(reader.root)/\(name)", name: name, columns: ["image", "label", "mask"])
            for row in table.rows {
                let labels = row["label"].split(separator: ",").map { label in
                    String(label.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
                }
                annotations[row["image"], default: []].append(Annotation(labels: labels, mask: row["mask"]))
            }
        }
        return annotations
    }

    private static func maskFolder(_ product: String) -> String { "\(product)/Data/Masks/Anomaly" }

    private func typedMasks(of product: String) throws(DatasetError) -> MaskPairing {
        let pictures = try FolderListing(existing: "\(reader.root)/\(product)/Data/Images/Anomaly").pictures
        let masks = try FolderListing(existing: "\(reader.root)/\(Self.maskFolder(product))").pictures
        return MaskPairing(pictures: pictures, files: masks)
    }
}
