// Files that a tree holds and no picture of the dataset uses.
extension TreeReader {
    /// Masks that no picture uses, and pictures of other formats than PNG and JPEG; paths relative to the dataset.
    ///
    /// - Parameter leftOut: Products that are not looked at.
    /// - Returns: Folder by folder.
    /// - Throws: ``DatasetError`` with `.cannotOpen`.
    func strays(except leftOut: Set<String>) throws(DatasetError) -> [DatasetIssue] {
        var found: [DatasetIssue] = []
        for folder in try folders() where !leftOut.contains(folder.product) {
            for pair in try pairs(folder.listing, prefix: folder.prefix) {
                let (pictures, files) = try names(in: pair)
                found += Self.strays(MaskPairing(pictures: pictures, files: files), in: pair.masks)
                found += try otherFormats(in: pair.pictures) + otherFormats(in: pair.masks)
            }
            for path in try normalFolders(folder.listing, prefix: folder.prefix) {
                found += try otherFormats(in: path)
            }
        }
        return found
    }

    private static func strays(_ pairing: MaskPairing, in folder: String) -> [DatasetIssue] {
        pairing.strays.map {
            DatasetIssue(
                code: .strayMask, subject: "\(folder)/\($0)",
                detail: "expected a picture of that name, without “_mask” or “_TYPE” at its end, found none")
        }
            + pairing.doubles.map {
                DatasetIssue(
                    code: .strayMask, subject: "\(folder)/\($0.file)",
                    detail:
                        "expected one mask of the whole picture, found also \($0.beside), which is the one that is read"
                )
            }
    }

    /// Folders of pictures without defects.
    private func normalFolders(_ listing: FolderListing, prefix: String) throws(DatasetError) -> [String] {
        let isTree = Self.pictureFolder(listing) == nil
        var folders: [String] = []
        for part in isTree ? ["train/", "test/"] : [""] {
            let inner = try FolderListing(existing: "\(reader.root)/\(prefix)\(part)").folders
            folders += inner.filter(reader.names.isNormal).map { prefix + part + $0 }
        }
        return folders
    }

    private func otherFormats(in folder: String) throws(DatasetError) -> [DatasetIssue] {
        try FolderListing(existing: "\(reader.root)/\(folder)").files.filter(FolderListing.isOtherPicture).map {
            DatasetIssue(
                code: .otherFormat, subject: "\(folder)/\($0)", detail: "expected PNG or JPEG, found another format")
        }
    }
}

extension Dataset {
    /// Masks that no picture uses, and pictures of formats that are not read; none where a list names the files.
    ///
    /// A picture whose mask is misspelt counts as normal where pictures and masks lie side by side: it would teach a defect as normal.
    ///
    /// - Returns: Issues of the codes `strayMask` and `otherFormat`, folder by folder.
    /// - Throws: ``DatasetError`` with `.cannotOpen`.
    func strays() throws(DatasetError) -> [DatasetIssue] { try treeReader?.strays(except: leftOut) ?? [] }

    /// Masks that no picture uses, and what to say of them where such are not left out; nil where there are none.
    ///
    /// - Throws: ``DatasetError`` with `.cannotOpen`.
    public func strayMasks() throws(DatasetError) -> (paths: [String], refusal: String)? {
        let masks = try strays().filter { $0.code == .strayMask }
        guard let first = masks.first else { return nil }
        return (
            masks.map(\.subject),
            "\(first.subject): \(first.detail)" + (masks.count > 1 ? " (and \(masks.count - 1) more masks)" : "")
                + "; rename it, or leave such masks out with --skip-bad"
        )
    }

    /// Reads the dataset's folders; nil where a list says what belongs to the dataset.
    var treeReader: TreeReader? {
        isListed ? nil : TreeReader(reader: DatasetReader(root: root, kind: kind, names: TypeNames(knowledge)))
    }
}
