/// Reads MVTec-style trees, and a user's own folders of pictures and masks.
///
/// A product is a folder with `test`, or with `pictures` (or `images`) beside `masks`; the dataset's folder may itself be
/// the only product.
struct TreeReader {
    let reader: DatasetReader

    func samples() throws(DatasetError) -> [DatasetSample] {
        var samples: [DatasetSample] = []
        for folder in try folders() {
            samples += try self.samples(product: folder.product, folder.listing, prefix: folder.prefix)
        }
        return samples
    }

    /// The products' folders: what they hold, and what comes before their files' paths.
    func folders() throws(DatasetError) -> [(product: String, listing: FolderListing, prefix: String)] {
        let listing = try FolderListing(reader.root)
        if Self.isProduct(listing) {
            return [(FolderListing.name(ofFolder: reader.root) ?? "product", listing, "")]
        }
        var folders: [(product: String, listing: FolderListing, prefix: String)] = []
        for folder in listing.folders {
            let inner = try FolderListing("\(reader.root)/\(folder)")
            if Self.isProduct(inner) { folders.append((reader.product(ofFolder: folder), inner, folder + "/")) }
        }
        return folders
    }

    /// Whether a folder's content is a product's.
    static func isProduct(_ listing: FolderListing) -> Bool {
        listing.folders.contains("test") || pictureFolder(listing) != nil
    }

    /// Whether a product's folder of that name holds pictures in one form or the other.
    static func holdsPictures(_ folder: String) -> Bool { ["train", "test", "pictures", "images"].contains(folder) }

    static func pictureFolder(_ listing: FolderListing) -> String? {
        listing.folders.contains("masks") ? listing.folders.first { $0 == "pictures" || $0 == "images" } : nil
    }

    private func samples(
        product: String, _ listing: FolderListing, prefix: String
    ) throws(DatasetError) -> [DatasetSample] {
        if let pictures = Self.pictureFolder(listing) {
            return try normals(product, prefix: prefix) + paired(product, pictures: prefix + pictures, prefix: prefix)
        }
        var samples = try normals(product, prefix: prefix + "train/")
        let test = try FolderListing("\(reader.root)/\(prefix)test")
        for folder in test.folders {
            let pictures = try pictures(in: "\(prefix)test/\(folder)")
            let maskFolder = "\(prefix)ground_truth/\(folder)"
            let masks = try FolderListing(existing: "\(reader.root)/\(maskFolder)").pictures
            let pairing = MaskPairing(pictures: pictures, files: masks)
            for picture in pictures {
                samples.append(
                    reader.sample(
                        product: product, split: .test, picture: "\(prefix)test/\(folder)/\(picture)", rawName: folder,
                        masks: pairing.masks(of: picture), maskFolder: maskFolder))
            }
        }
        return samples
    }

    /// Training pictures: everything in `good` and folders of that meaning.
    private func normals(_ product: String, prefix: String) throws(DatasetError) -> [DatasetSample] {
        var samples: [DatasetSample] = []
        for folder in try FolderListing(existing: "\(reader.root)/\(prefix)").folders
        where reader.names.isNormal(folder) {
            for picture in try pictures(in: prefix + folder) {
                samples.append(
                    DatasetSample(
                        product: product, split: .train, picture: "\(prefix)\(folder)/\(picture)", isAnomalous: false,
                        rawNames: [], masks: []))
            }
        }
        return samples
    }

    /// Pictures beside masks: one without any mask is normal.
    private func paired(
        _ product: String, pictures folder: String, prefix: String
    ) throws(DatasetError) -> [DatasetSample] {
        let pictures = try pictures(in: folder)
        let maskFolder = prefix + "masks"
        let pairing = MaskPairing(
            pictures: pictures, files: try FolderListing("\(reader.root)/\(maskFolder)").pictures)
        return pictures.map { picture in
            let masks = pairing.masks(of: picture)
            return reader.sample(
                product: product, split: .test, picture: "\(folder)/\(picture)",
                rawName: masks == MaskPairing.Masks() ? "good" : TypeNames.combined, masks: masks,
                maskFolder: maskFolder)
        }
    }

    private func pictures(in folder: String) throws(DatasetError) -> [String] {
        try FolderListing("\(reader.root)/\(folder)").pictures
    }
}
