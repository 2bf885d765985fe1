// Files that a tree holds and no picture of the dataset uses.
extension TreeReader {
    /// Masks that are called like no picture, and pictures of other formats than PNG and JPEG; paths relative to the dataset.
    ///
    /// - Parameter leftOut: Products that are not looked at.
    /// - Returns: Paths, folder by folder.
    /// - Throws: ``DatasetError`` with `.cannotOpen`.
    func strays(except leftOut: Set<String>) throws(DatasetError) -> (masks: [String], otherFormats: [String]) {
        var found: (masks: [String], otherFormats: [String]) = ([], [])
        for folder in try folders() where !leftOut.contains(folder.product) {
            try look(in: folder.listing, prefix: folder.prefix, &found)
        }
        return found
    }

    private func look(
        in listing: FolderListing, prefix: String, _ found: inout (masks: [String], otherFormats: [String])
    ) throws(DatasetError) {
        if let pictures = Self.pictureFolder(listing) {
            try compare(pictures: prefix + pictures, masks: prefix + "masks", &found)
            return
        }
        for folder in try FolderListing("\(reader.root)/\(prefix)test").folders {
            // Whatever lies beside normal pictures is not read.
            guard !reader.names.isNormal(folder) else {
                found.otherFormats += try otherFormats(in: "\(prefix)test/\(folder)")
                continue
            }
            try compare(pictures: "\(prefix)test/\(folder)", masks: "\(prefix)ground_truth/\(folder)", &found)
        }
    }

    private func compare(
        pictures folder: String, masks maskFolder: String, _ found: inout (masks: [String], otherFormats: [String])
    ) throws(DatasetError) {
        let pictures = try FolderListing("\(reader.root)/\(folder)").pictures
        let files = try FolderListing(existing: "\(reader.root)/\(maskFolder)").pictures
        found.masks += MaskPairing(pictures: pictures, files: files).strays.map { "\(maskFolder)/\($0)" }
        found.otherFormats += try otherFormats(in: folder) + otherFormats(in: maskFolder)
    }

    private func otherFormats(in folder: String) throws(DatasetError) -> [String] {
        try FolderListing(existing: "\(reader.root)/\(folder)").files.filter(FolderListing.isOtherPicture).map {
            "\(folder)/\($0)"
        }
    }
}

extension Dataset {
    /// Masks that are called like no picture, and pictures of formats that are not read; none where a list names the files.
    ///
    /// A picture whose mask is misspelt counts as normal where pictures and masks lie side by side: it would teach a defect as normal.
    ///
    /// - Throws: ``DatasetError`` with `.cannotOpen`.
    public func strays() throws(DatasetError) -> (masks: [String], otherFormats: [String]) {
        try treeReader?.strays(except: leftOut) ?? ([], [])
    }

    /// Reads the dataset's folders; nil for layouts that are made of lists.
    var treeReader: TreeReader? {
        switch kind {
        case .visa, .realIAD: nil
        case .mvtecAD, .mpdd, .madSim, .madReal, .folder:
            TreeReader(reader: DatasetReader(root: root, kind: kind, names: TypeNames(knowledge)))
        }
    }
}
