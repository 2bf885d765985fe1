public import AnomalyDetection

extension Dataset {
    /// Recognises the layout of a folder by its files and the names of its products.
    ///
    /// - Parameters:
    ///   - root: The dataset's folder.
    ///   - knowledge: Knows which products the public datasets have.
    /// - Returns: ``DatasetKind/folder`` for trees whose products belong to no public dataset; nil for anything else.
    /// - Throws: ``DatasetError`` with `.cannotOpen`.
    public static func detect(root: String, knowledge: KnowledgeBase) throws(DatasetError) -> DatasetKind? {
        try FolderListing.requireFolder(root)
        let listing = try FolderListing(root)
        if FolderListing.exists("\(root)/split_csv/1cls.csv") { return .visa }
        let hasRealIADLists = listing.folders.contains("realiad_jsons")
        if TreeReader.isProduct(listing) { return .folder }
        var folders: [String] = []
        var hasVisALayout = false
        var hasRealIADLayout = false
        for folder in listing.folders {
            let inner = try FolderListing("\(root)/\(folder)")
            hasVisALayout = hasVisALayout || FolderListing.isFolder("\(root)/\(folder)/Data/Images")
            hasRealIADLayout = hasRealIADLayout || inner.folders.contains("OK") && inner.folders.contains("NG")
            if TreeReader.isProduct(inner) { folders.append(folder) }
        }
        if hasVisALayout { return .visa }
        guard !folders.isEmpty else { return hasRealIADLayout || hasRealIADLists ? .realIAD : nil }
        // Numbered folders alone tell the two MAD sets apart, whose products share names.
        let isNumbered = folders.allSatisfy { $0.count > 2 && $0.prefix(2).allSatisfy(\.isNumber) }
        let candidates: [DatasetKind] = isNumbered ? [.madSim] : [.mvtecAD, .mpdd, .madReal]
        for kind in candidates {
            guard let dataset = try? knowledge.dataset(named: kind.knowledgeBaseName) else { continue }
            if try fits(dataset, folders: folders, isNumbered: isNumbered, root: root) { return kind }
        }
        return .folder
    }

    /// True when a dataset knows all products and all their test folders.
    private static func fits(
        _ dataset: KnowledgeBase.Dataset, folders: [String], isNumbered: Bool, root: String
    ) throws(DatasetError) -> Bool {
        let names = TypeNames(dataset)
        for folder in folders {
            guard names.products.contains(isNumbered ? String(folder.dropFirst(2)) : folder) else { return false }
            let tests = try FolderListing(existing: "\(root)/\(folder)/test").folders
            guard tests.allSatisfy({ names.meaning(of: $0) != .unknown }) else { return false }
        }
        return true
    }
}
