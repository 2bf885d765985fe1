// What a tree holds in places where nothing is looked for, or under names that do not say enough.
extension TreeReader {
    /// Faults of the layout.
    ///
    /// - Parameter leftOut: Products that are not looked at.
    /// - Returns: In the order of the folders.
    /// - Throws: ``DatasetError`` with `.cannotOpen`.
    func layoutIssues(except leftOut: Set<String>) throws(DatasetError) -> [DatasetIssue] {
        var issues = try strayFolders()
        for folder in try folders() where !leftOut.contains(folder.product) {
            issues += try layoutIssues(of: folder.listing, prefix: folder.prefix)
        }
        return issues
    }

    /// Masks of whole pictures beside masks of their types, of which only the latter are read.
    func passedOverMasks(
        except leftOut: Set<String>
    ) throws(DatasetError) -> [(whole: String, typed: [String])] {
        var found: [(whole: String, typed: [String])] = []
        for folder in try folders() where !leftOut.contains(folder.product) {
            for pair in try pairs(folder.listing, prefix: folder.prefix) {
                let (pictures, files) = try names(in: pair)
                let pairing = MaskPairing(pictures: pictures, files: files)
                for stem in Set(pictures.map(FolderListing.stem)).sorted() {
                    let masks = pairing.masks(of: stem + ".png")
                    guard let whole = masks.whole, !masks.typed.isEmpty else { continue }
                    found.append(("\(pair.masks)/\(whole)", masks.typed.map { "\(pair.masks)/\($0.file)" }))
                }
            }
        }
        return found
    }

    /// Folders of pictures with defects, and of their masks.
    func pairs(
        _ listing: FolderListing, prefix: String
    ) throws(DatasetError) -> [(pictures: String, masks: String)] {
        if let pictures = Self.pictureFolder(listing) { return [(prefix + pictures, prefix + "masks")] }
        return try FolderListing("\(reader.root)/\(prefix)test").folders.filter { !reader.names.isNormal($0) }.map {
            ("\(prefix)test/\($0)", "\(prefix)ground_truth/\($0)")
        }
    }

    /// Names of the pictures and of their masks.
    func names(
        in pair: (pictures: String, masks: String)
    ) throws(DatasetError) -> (pictures: [String], masks: [String]) {
        (
            try FolderListing("\(reader.root)/\(pair.pictures)").pictures,
            try FolderListing(existing: "\(reader.root)/\(pair.masks)").pictures
        )
    }

    /// Folders beside products that hold what products hold, under other names: `Test`, or no test pictures at all.
    private func strayFolders() throws(DatasetError) -> [DatasetIssue] {
        let listing = try FolderListing(reader.root)
        guard !Self.isProduct(listing) else { return [] }
        var issues: [DatasetIssue] = []
        for folder in listing.folders {
            let inner = try FolderListing("\(reader.root)/\(folder)").folders
            let parts = inner.filter {
                ["train", "test", "ground_truth", "masks", "pictures", "images"].contains($0.lowercased())
            }
            guard !parts.isEmpty, !Self.isProduct(try FolderListing("\(reader.root)/\(folder)")) else { continue }
            issues.append(
                DatasetIssue(
                    code: .strayFolder, subject: folder,
                    detail: "expected a folder “test”, or “pictures” beside “masks”, found "
                        + parts.map { "“\($0)”" }.joined(separator: ", ")))
        }
        return issues
    }

    private func layoutIssues(
        of listing: FolderListing, prefix: String
    ) throws(DatasetError) -> [DatasetIssue] {
        var issues: [DatasetIssue] = []
        func misplaced(_ pictures: [String], _ expected: String) {
            for path in pictures {
                issues.append(
                    DatasetIssue(
                        code: .misplacedPicture, subject: path, detail: "expected \(expected), found it elsewhere"))
            }
        }
        func look(in folder: String) throws(DatasetError) {
            issues += try twins(in: folder)
            misplaced(try picturesBelow(folder), "it in \(folder) itself, without folders below")
        }
        for pair in try pairs(listing, prefix: prefix) {
            misplaced(try picturesBelow(pair.masks), "masks in \(pair.masks) itself, without folders below")
            issues += try sharedNames(pair)
        }
        if let pictures = Self.pictureFolder(listing) {
            let read = "\(prefix)\(pictures) and \(prefix)masks"
            for folder in listing.folders where folder != pictures && Self.holdsPictures(folder) {
                issues.append(
                    DatasetIssue(
                        code: .unreadFolder, subject: prefix + folder,
                        detail: "expected a product in one form, found also \(read), which alone are read"))
            }
            for folder in listing.folders where folder == pictures || reader.names.isNormal(folder) {
                try look(in: prefix + folder)
            }
            return issues
        }
        for part in ["train", "test"] {
            let path = prefix + part
            let inner = try FolderListing(existing: "\(reader.root)/\(path)")
            misplaced(inner.pictures.map { "\(path)/\($0)" }, "it in a folder such as \(path)/good")
            for folder in inner.folders {
                if part == "test" || reader.names.isNormal(folder) {
                    try look(in: "\(path)/\(folder)")
                } else {
                    let own = try FolderListing("\(reader.root)/\(path)/\(folder)").pictures
                    misplaced(
                        own.map { "\(path)/\(folder)/\($0)" } + (try picturesBelow("\(path)/\(folder)")),
                        "training pictures in \(path)/good")
                }
            }
        }
        return try issues + lostTruths(prefix: prefix)
    }

    /// Folders of masks without the folder of their pictures.
    private func lostTruths(prefix: String) throws(DatasetError) -> [DatasetIssue] {
        let tests = try FolderListing("\(reader.root)/\(prefix)test").folders
        var issues: [DatasetIssue] = []
        for folder in try FolderListing(existing: "\(reader.root)/\(prefix)ground_truth").folders
        where !tests.contains(folder) {
            let path = "\(prefix)ground_truth/\(folder)"
            for mask in try FolderListing("\(reader.root)/\(path)").pictures {
                issues.append(
                    DatasetIssue(
                        code: .strayMask, subject: "\(path)/\(mask)",
                        detail: "expected pictures in \(prefix)test/\(folder), found no such folder"))
            }
        }
        return issues
    }

    /// Pictures of a folder whose names differ in their endings only.
    private func twins(in folder: String) throws(DatasetError) -> [DatasetIssue] {
        let pictures = try FolderListing("\(reader.root)/\(folder)").pictures
        let groups = Dictionary(grouping: pictures, by: FolderListing.stem).values.filter { $0.count > 1 }
        return groups.map { names in
            DatasetIssue(
                code: .ambiguousName, subject: "\(folder)/\(names[0])",
                detail: "expected one picture of that name, found also \(names.dropFirst().joined(separator: ", "))")
        }.sorted { $0.subject < $1.subject }
    }

    /// Masks called like one picture and like another's mask of a type.
    private func sharedNames(_ pair: (pictures: String, masks: String)) throws(DatasetError) -> [DatasetIssue] {
        let (pictures, files) = try names(in: pair)
        let stems = Set(pictures.map(FolderListing.stem))
        return files.compactMap { file in
            let name = FolderListing.stem(file)
            let other = name.indices.first {
                guard name[$0] == "_", stems.contains(String(name[..<$0])) else { return false }
                if case .type = reader.names.meaning(of: String(name[name.index(after: $0)...])) { return true }
                return false
            }
            guard stems.contains(name), let other else { return nil }
            return DatasetIssue(
                code: .ambiguousName, subject: "\(pair.masks)/\(file)",
                detail:
                    "expected a mask of one picture, found the pictures \(name[..<other]) and \(name), to which it may "
                    + "belong; it is read as the latter's")
        }
    }

    /// Pictures in the folders of a folder; a few levels down, as links may lead in a circle.
    private func picturesBelow(_ folder: String, levels: Int = 4) throws(DatasetError) -> [String] {
        guard levels > 0 else { return [] }
        var found: [String] = []
        for inner in try FolderListing(existing: "\(reader.root)/\(folder)").folders {
            let path = "\(folder)/\(inner)"
            found += try FolderListing("\(reader.root)/\(path)").pictures.map { "\(path)/\($0)" }
            found += try picturesBelow(path, levels: levels - 1)
        }
        return found
    }
}
