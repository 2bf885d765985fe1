import AnomalyDetection
import Datasets
import Glibc
import Images
import TestSupport
import Testing

@Suite("Dataset layouts")
struct DatasetLayoutTests {
    private func types(_ product: DatasetProduct?) -> [[String]] { product?.test.map(\.types) ?? [] }

    @Test("an MVTec tree needs no list; folders mean types by name")
    func mvtecTree() throws {
        let files = try MiniatureDataset.mvtec()
        let dataset = try files.open(.mvtecAD)
        #expect(dataset.products.map(\.name) == ["bottle", "screw"])
        let bottle = try #require(dataset.product(named: "bottle"))
        #expect(bottle.train.map(\.picture) == ["bottle/train/good/000.png", "bottle/train/good/001.png"])
        #expect(types(bottle) == [["broken"], ["contamination"], []])
        #expect(bottle.test.map(\.isAnomalous) == [true, true, false])
        #expect(bottle.test[0].masks[0].path == "bottle/ground_truth/broken_large/000_mask.png")
        #expect(bottle.defectTypes == ["broken", "contamination"])
        #expect(types(dataset.product(named: "screw")) == [[], ["bent"], ["thread"]])
        #expect(dataset.unknownNames.isEmpty)
    }

    @Test("a knowledge base variant moves a folder to another type")
    func variant() throws {
        let dataset = try MiniatureDataset.mvtec().open(.mvtecAD, variant: "fabric-front")
        #expect(types(dataset.product(named: "screw")) == [[], ["fabric"], ["thread"]])
    }

    @Test("an entry that says of itself only its mask shows a defect; a byte order mark is no fault of a list")
    func listWithoutFlags() throws {
        let files = try MiniatureDataset.mvtec()
        let entry =
            #"{"img_path": "bottle/test/broken_large/000.png", "mask_path": "bottle/ground_truth/broken_large/000_mask.png"}"#
        try files.write(
            "meta.json",
            "\u{FEFF}"
                + #"{"test": {"bottle": [\#(entry), {"img_path": "bottle/test/good/000.png", "mask_path": ""}]}}"#)
        let test = try files.open(.mvtecAD).samples(.test)
        #expect(test.map(\.isAnomalous) == [true, false] && test[0].masks.map(\.type) == [nil])
    }

    @Test("a list of some products' tests takes references of those products only")
    func partialList() throws {
        let files = try MiniatureDataset.mvtec()
        try files.write("some.json", #"{"bottle": [{"img_path": "bottle/test/good/000.png", "anomaly": 0}]}"#)
        let dataset = try files.open(.mvtecAD, listing: .file("some.json"))
        #expect(dataset.products.map(\.name) == ["bottle"] && dataset.samples(.train).count == 2)
    }

    @Test("OK alone does not make a dataset Real-IAD, and is a name of good pictures in any case")
    func okFolders() throws {
        let files = try MiniatureDataset()
        for name in ["part/OK/0", "part/pictures/1"] { try files.picture("\(name).png") }
        try files.mask("part/masks/1_scratch.png")
        try files.write("notes/OK/read.txt", "")
        #expect(try files.detected() == .folder)
        #expect(try files.open(.folder).samples(.train).map(\.picture) == ["part/OK/0.png"])
    }

    @Test("a product in the folder one works in is called as that folder is")
    func dotRoot() throws {
        let files = try MiniatureDataset.mvtec()
        let knowledge = try files.knowledge(.folder)
        for root in ["\(files.root)/bottle/.", "\(files.root)/bottle/test/.."] {
            #expect(try Dataset(root: root, kind: .folder, knowledge: knowledge).products.map(\.name) == ["bottle"])
        }
    }

    @Test("a name that is no UTF-8 is told, and a file system's own folder passed over")
    func oddFolders() throws {
        let files = try MiniatureDataset.mvtec()
        try files.write("lost+found/test/x.txt", "")
        #expect(try files.open(.mvtecAD).products.map(\.name) == ["bottle", "screw"])
        #expect(
            mkdir(Array("\(files.root)/bottle/test/Gr".utf8CString.dropLast()) + [CChar(bitPattern: 0xF6), 0], 0o755)
                == 0)
        let error = try #require(throws: DatasetError.self) { try files.open(.mvtecAD) }
        #expect(error.code == .cannotOpen && error.detail.contains("UTF-8"))
    }

    @Test("an MVTec list decides over the folders, unless they are asked for")
    func mvtecList() throws {
        let files = try MiniatureDataset.mvtec()
        try files.write(
            "meta.json",
            #"{"train": {"bottle": []}, "test": {"bottle": [{"img_path": "bottle/test/broken_large/000.png", "mask_path": "bottle/ground_truth/broken_large/000_mask.png", "cls_name": "bottle", "specie_name": "broken_large", "anomaly": 1}]}}"#
        )
        let listed = try files.open(.mvtecAD)
        #expect(listed.samples(.test).map(\.picture) == ["bottle/test/broken_large/000.png"])
        #expect(listed.samples(.test)[0].types == ["broken"])
        #expect(try files.open(.mvtecAD, listing: .folders).samples(.test).count == 6)
    }

    @Test("VisA's annotations: one label is a type, two share a mask of no type")
    func visaAnnotations() throws {
        let dataset = try MiniatureDataset.visa().open(.visa)
        let candle = try #require(dataset.product(named: "candle"))
        #expect(candle.train.count == 1)
        #expect(types(candle) == [[], ["missing"], ["weird_wick"], []])
        #expect(candle.test.map(\.isFullyTyped) == [true, true, true, false])
        #expect(candle.test[3].rawNames == ["damaged corner of packaging", "different colour spot"])
    }

    @Test("VisA's meta.json has no types; annotations beside it do")
    func visaMeta() throws {
        let files = try MiniatureDataset.visa(listing: "meta")
        let bare = try files.open(.visa)
        #expect(bare.samples(.test).map(\.isFullyTyped) == [false, false])
        #expect(bare.samples(.test).map(\.masks.count) == [1, 1])
        try files.write(
            "candle/image_anno.csv", "image,label,mask\ncandle/Data/Images/Anomaly/000.JPG,melt,x.png\n")
        #expect(try files.open(.visa).samples(.test).map(\.types) == [["melt"], []])
    }

    @Test("VisA's single-type list has no training part of its own")
    func visaSingleTypes() throws {
        let files = try MiniatureDataset.visa(listing: "meta_wo_md")
        let dataset = try files.open(.visa)
        #expect(dataset.samples(.test).map(\.types) == [[], ["missing"], ["weird_wick"]])
        #expect(dataset.samples(.train).isEmpty)

        // Beside the split file, the list chooses what is tested, and references come from the split.
        let full = try MiniatureDataset.visa()
        let single = try MiniatureDataset.visa(listing: "meta_wo_md")
        let joined = try full.open(.visa, listing: .file(single.root + "/meta_wo_md.json"))
        #expect(joined.samples(.test).count == 3)
        #expect(joined.samples(.train).map(\.picture) == ["candle/Data/Images/Normal/0000.JPG"])
    }

    @Test("extended VisA: a mask for every defect, by rows or by names")
    func visaExtended() throws {
        let byName = try MiniatureDataset.visa()
        try byName.mask("candle/Data/Masks/Anomaly/002_spot.png", columns: 0..<2)
        try byName.mask("candle/Data/Masks/Anomaly/002_damage.png", columns: 1..<3)
        let named = try byName.open(.visa).samples(.test)[3]
        #expect(named.types == ["damage", "spot"] && named.isFullyTyped)

        let byRow = try MiniatureDataset.visa()
        let picture = "candle/Data/Images/Anomaly/002.JPG"
        try byRow.write(
            "candle/image_anno.csv", "image,label,mask\n\(picture),melt,candle/a.png\n\(picture),bent,candle/b.png\n")
        let rows = try byRow.open(.visa).samples(.test)[3]
        #expect(rows.masks.map(\.type) == ["melt", "bent"])
        #expect(rows.masks.map(\.path) == ["candle/a.png", "candle/b.png"])
    }

    @Test("a list may give several masks to one picture")
    func severalMasksInList() throws {
        let files = try MiniatureDataset()
        try files.write(
            "meta.json",
            #"{"test": {"pcb1": [{"img_path": "p.png", "anomaly": 1, "masks": [{"mask_path": "a.png", "defect_cls": "melt"}, {"mask_path": "b.png", "defect_cls": "bent"}]}]}}"#
        )
        let sample = try files.open(.visa).samples(.test)[0]
        #expect(sample.masks.map(\.type) == ["melt", "bent"])
        #expect(sample.rawNames == ["melt", "bent"])
    }

    @Test("MPDD keeps to MVTec's layout")
    func mpdd() throws {
        let files = try MiniatureDataset()
        try files.picture("bracket_brown/train/good/000.png")
        try files.picture("bracket_brown/test/good/000.png")
        for type in ["bend_and_parts_mismatch", "parts_mismatch"] {
            try files.picture("bracket_brown/test/\(type)/000.png")
            try files.mask("bracket_brown/ground_truth/\(type)/000_mask.png")
        }
        #expect(try files.detected() == .mpdd)
        #expect(types(try files.open(.mpdd).products[0]) == [["bent"], [], ["mismatch"]])
        #expect(types(try files.open(.mpdd, variant: "table-14").products[0]) == [["mismatch"], [], ["mismatch"]])
    }

    @Test("MAD: numbered folders are one product, masks have either name", arguments: [true, false])
    func mad(simulated: Bool) throws {
        let files = try MiniatureDataset.mad(simulated: simulated)
        let kind: DatasetKind = simulated ? .madSim : .madReal
        #expect(try files.detected() == kind)
        let dataset = try files.open(kind)
        #expect(Set(dataset.products.map(\.name)) == ["Unicorn", "Bear"])
        let unicorn = try #require(dataset.product(named: "Unicorn"))
        #expect(Array(types(unicorn).joined()) == ["missing"])
        #expect(unicorn.test.filter(\.isAnomalous)[0].masks.count == 1)
        #expect(unicorn.train.count == 1)
    }

    @Test("MAD's list names masks of good pictures, which are left alone")
    func madList() throws {
        let files = try MiniatureDataset.mad(simulated: true)
        try files.write(
            "meta.json",
            #"{"test": {"02Unicorn": [{"img_path": "02Unicorn/test/good/0.png", "mask_path": "02Unicorn/ground_truth/good/0_mask.png", "product_cls": "Unicorn", "defect_cls": "good", "anomaly": 0}, {"img_path": "02Unicorn/test/Missing/27.png", "mask_path": "02Unicorn/ground_truth/Missing/27_mask.png", "product_cls": "Unicorn", "defect_cls": "Missing", "anomaly": 1}]}}"#
        )
        let dataset = try files.open(.madSim)
        #expect(dataset.products.map(\.name) == ["Unicorn"])
        #expect(dataset.samples(.test).map(\.masks.count) == [0, 1])
        let truth = try dataset.groundTruth(of: dataset.samples(.test)[0], types: ["missing"], side: 4)
        #expect(truth.labels.allSatisfy { $0 == 0 })
    }

    @Test("Real-IAD: paths below the product, codes from list or path", arguments: ["meta1.json", "meta.json"])
    func realIAD(list: String) throws {
        let files = try MiniatureDataset.realIAD(list: list)
        #expect(try files.detected() == .realIAD)
        let dataset = try files.open(.realIAD)
        #expect(dataset.products.map(\.name) == ["tape"])
        #expect(types(dataset.products[0]) == [[], ["missing"], ["damage"]])
        #expect(dataset.samples(.test)[1].picture == "tape/NG/QS/S0003/c.jpg")
        #expect(try dataset.picture(of: dataset.samples(.test)[1]).width == 8)
    }

    @Test("Real-IAD as it is given out: a list for each product, which says the product in every entry")
    func realIADLists() throws {
        let files = try MiniatureDataset.realIAD(list: "unused.json")
        try files.write(
            "realiad_jsons/tape.json",
            #"{"meta": {"normal_class": "OK", "prefix": "tape/"}, "train": [{"category": "tape", "anomaly_class": "OK", "#
                + #""image_path": "OK/S0001/a.jpg", "mask_path": null}], "test": [{"category": "tape", "anomaly_class": "OK", "#
                + #""image_path": "OK/S0002/b.jpg", "mask_path": null}, {"category": "tape", "anomaly_class": "QS", "#
                + #""image_path": "NG/QS/S0003/c.jpg", "mask_path": "NG/QS/S0003/c.png"}]}"#)
        let listed = try files.open(.realIAD, listing: .file("realiad_jsons/tape.json"))
        for dataset in [try files.open(.realIAD), listed] {
            let product = try #require(dataset.products.first)
            #expect(product.name == "tape" && product.train.map(\.picture) == ["tape/OK/S0001/a.jpg"])
            #expect(types(product) == [[], ["missing"]])
            #expect(product.test[1].masks.map(\.path) == ["tape/NG/QS/S0003/c.png"])
        }
    }

    @Test("a user's tree may hold several types in one picture")
    func ownTree() throws {
        let files = try MiniatureDataset.own()
        #expect(try files.detected() == .folder)
        let product = try files.open(.folder).products[0]
        #expect(product.name == "steel_plate" && product.noun == "steel plate")
        #expect(types(product) == [["hole", "scratch"], [], ["scratch"]])
        #expect(product.defectTypes == ["scratch", "hole"])
    }

    @Test("pictures and masks side by side; a picture without masks is normal")
    func sideBySide() throws {
        let files = try MiniatureDataset()
        try files.picture("good/1.png")
        try files.picture("pictures/1.png")
        try files.picture("pictures/1_left.png")
        try files.mask("masks/1_dent.png")
        try files.mask("masks/1_left_burr.png")
        try files.mask("masks/1_left_scratch.png")
        try files.picture("pictures/2.png")
        #expect(try files.detected() == .folder)
        let product = try files.open(.folder).products[0]
        #expect(types(product) == [["dent"], ["burr", "scratch"], []])
        #expect(product.test.map(\.isAnomalous) == [true, true, false])
        #expect(product.train.map(\.picture) == ["good/1.png"])
    }

    @Test(
        "kinds are found by the names people type",
        arguments: [
            ("mvtec", DatasetKind.mvtecAD), ("MVTec-AD", .mvtecAD), ("real_iad", .realIAD), ("MAD-Sim", .madSim),
            ("own", .folder),
        ])
    func kindNames(name: String, kind: DatasetKind) { #expect(DatasetKind(name: name) == kind) }

    @Test("the public layouts are told apart")
    func detection() throws {
        #expect(try MiniatureDataset.mvtec().detected() == .mvtecAD)
        #expect(try MiniatureDataset.visa().detected() == .visa)
        #expect(try MiniatureDataset.visa(listing: "meta").detected() == .visa)
        let foreign = try MiniatureDataset.mvtec()
        try foreign.picture("bottle/test/dent/000.png")
        #expect(try foreign.detected() == .folder)
        let empty = try MiniatureDataset()
        try empty.write("notes.txt", "nothing here")
        #expect(try empty.detected() == nil)
    }
}
