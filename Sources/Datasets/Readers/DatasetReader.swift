/// Reads the list of pictures of a dataset, whichever form it has.
struct DatasetReader {
    let root: String
    let kind: DatasetKind
    let names: TypeNames

    /// The pictures, and whether a list named them or the folders did.
    func samples(_ listing: Dataset.Listing) throws(DatasetError) -> (samples: [DatasetSample], isListed: Bool) {
        switch listing {
        case .file(let path):
            let listed = try MetaReader(reader: self).samples(file: path)
            // Lists of single-type pictures have no training part; references come from the dataset itself.
            guard !listed.contains(where: { $0.split == .train }) else { return (listed, true) }
            let products = Set(listed.map(\.product))
            let own = try folderSamples().filter { $0.split == .train && products.contains($0.product) }
            return (listed + own, true)
        case .folders: return (try folderSamples(), !isTree)
        case .automatic:
            // VisA's own annotation files say more than the lists made from them.
            if kind == .visa, let samples = try VisAReader(reader: self).annotatedSamples() { return (samples, true) }
            for name in ["meta.json", "meta1.json", "meta_wo_md.json"] where FolderListing.exists("\(root)/\(name)") {
                // Not the list that lies in the folder one happens to work in.
                return (try MetaReader(reader: self).samples(file: name, isRelative: true), true)
            }
            return (try folderSamples(), !isTree)
        }
    }

    /// Whether the layout's own folders say what belongs to it.
    private var isTree: Bool { kind != .visa && kind != .realIAD }

    private func folderSamples() throws(DatasetError) -> [DatasetSample] {
        switch kind {
        case .visa:
            guard let samples = try VisAReader(reader: self).annotatedSamples() else {
                throw DatasetError(
                    .unknownLayout, path: root,
                    "expected split_csv/1cls.csv, meta.json or meta_wo_md.json of VisA, found none")
            }
            return samples
        case .realIAD:
            let folder = "realiad_jsons"
            let lists = try FolderListing(existing: "\(root)/\(folder)").files.filter { $0.hasSuffix(".json") }
            guard !lists.isEmpty else {
                throw DatasetError(
                    .unknownLayout, path: root,
                    "expected meta.json, meta1.json or \(folder)/PRODUCT.json, which alone say what Real-IAD trains and tests "
                        + "on, found none; a tree of your own is --dataset folder")
            }
            var samples: [DatasetSample] = []
            for list in lists { samples += try MetaReader(reader: self).samples(file: "\(root)/\(folder)/\(list)") }
            return samples
        case .mvtecAD, .mpdd, .madSim, .madReal, .folder:
            return try TreeReader(reader: self).samples()
        }
    }

    /// The product that a folder stands for: MAD-Sim numbers its folders, such as 02Unicorn.
    func product(ofFolder folder: String) -> String {
        guard kind == .madSim, folder.prefix(2).allSatisfy(\.isNumber), folder.count > 2 else { return folder }
        return String(folder.dropFirst(2))
    }

    /// A picture of a folder named `rawName`, with the masks found for it.
    func sample(
        product: String, split: DatasetSplit, picture: String, rawName: String, masks: MaskPairing.Masks,
        maskFolder: String
    ) -> DatasetSample {
        guard !names.isNormal(rawName) else {
            return DatasetSample(
                product: product, split: split, picture: picture, isAnomalous: false, rawNames: [], masks: [])
        }
        // Masks of single types say more than the whole picture's.
        let found =
            masks.typed.isEmpty
            ? masks.whole.map { [names.mask("\(maskFolder)/\($0)", [rawName])] } ?? []
            : masks.typed.map { names.mask("\(maskFolder)/\($0.file)", [$0.rawName]) }
        let rawNames = masks.typed.isEmpty ? [rawName] : masks.typed.map(\.rawName)
        return DatasetSample(
            product: product, split: split, picture: picture, isAnomalous: true, rawNames: rawNames, masks: found)
    }
}
