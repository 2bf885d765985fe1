import AnomalyDetection
import Datasets
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Dataset check")
struct DatasetCheckTests {
    private func report(
        _ files: MiniatureDataset, _ kind: DatasetKind, depth: DatasetCheck.Depth = .pixels
    ) throws -> DatasetReport {
        DatasetCheck(try files.open(kind), depth: depth, threads: ComputeThreads(count: 2)).run()
    }

    @Test("a sound dataset has counts and no issue")
    func sound() throws {
        let report = try report(MiniatureDataset.mvtec(), .mvtecAD)
        #expect(report.issues.total == 0, "\(report.issues.listed)")
        let bottle = report.products[0]
        #expect(bottle.train == 2 && bottle.normal == 1 && bottle.anomalous == 2)
        #expect(bottle.rawNames == ["broken_large": 1, "contamination": 1])
        #expect(bottle.singleTypes == ["broken": 1, "contamination": 1])
    }

    @Test("every fault is found, named and counted")
    func faults() throws {
        let files = try MiniatureDataset.mvtec()
        try files.picture("bottle/test/contamination/001.png")
        try files.picture("bottle/test/contamination/002.png")
        try files.mask("bottle/ground_truth/contamination/002_mask.png", columns: 0..<0)
        try files.mask("bottle/ground_truth/broken_large/000_mask.png", width: 7)
        try files.write("bottle/test/good/000.png", "damaged")
        try files.write("screw/ground_truth/thread_top/000_mask.png", "damaged")
        try files.picture("screw/test/strange/000.png")
        try files.mask("screw/ground_truth/strange/000_mask.png")
        let issues = try report(files, .mvtecAD).issues
        #expect(
            issues.counts == [
                .missingMask: 1, .emptyMask: 1, .sizeMismatch: 1, .unreadablePicture: 1, .unreadableMask: 1,
                .unknownType: 1,
            ])
        let subjects = Dictionary(uniqueKeysWithValues: issues.listed.map { ($0.code, $0.subject) })
        #expect(subjects[.missingMask] == "bottle/test/contamination/001.png")
        #expect(subjects[.sizeMismatch] == "bottle/ground_truth/broken_large/000_mask.png")
        #expect(subjects[.unknownType] == "strange")
    }

    @Test("masks that belong to no picture and pictures of other formats are named, side by side and in trees")
    func strays() throws {
        let files = try MiniatureDataset.mvtec()
        try files.mask("bottle/ground_truth/contamination/0OO_mask.png")
        try files.write("screw/test/thread_top/009.bmp", "BM")
        var issues = try report(files, .mvtecAD).issues
        #expect(issues.counts == [.strayMask: 1, .otherFormat: 1])
        #expect(
            issues.listed.map(\.subject) == [
                "bottle/ground_truth/contamination/0OO_mask.png", "screw/test/thread_top/009.bmp",
            ])
        let own = try MiniatureDataset()
        for name in ["good/0", "pictures/1", "pictures/2"] { try own.picture("\(name).png") }
        try own.mask("masks/1_scratch.png")
        try own.mask("masks/2-scratch.png")
        issues = try report(own, .folder).issues
        #expect(issues.counts == [.strayMask: 1] && issues.listed.map(\.subject) == ["masks/2-scratch.png"])
    }

    @Test("formats that are not read are named among good pictures too, and when there is nothing else")
    func otherFormats() throws {
        let files = try MiniatureDataset.mvtec()
        try files.write("screw/train/good/009.bmp", "BM")
        try files.write("screw/test/good/009.tif", "II")
        #expect(
            try report(files, .mvtecAD).issues.listed.map(\.subject) == [
                "screw/train/good/009.bmp", "screw/test/good/009.tif",
            ])
        let own = try MiniatureDataset()
        try own.write("part/good/0.bmp", "BM")
        try own.write("part/pictures/1.bmp", "BM")
        try own.write("part/masks/1.bmp", "BM")
        let error = try #require(throws: DatasetError.self) { try own.open(.folder) }
        #expect(
            error.code == .unknownLayout && error.detail.hasSuffix("other formats only, such as part/pictures/1.bmp"))
    }

    @Test("a picture in a mask's place marks every pixel, and is told")
    func pictureAsMask() throws {
        let files = try MiniatureDataset.mvtec()
        try files.picture("bottle/ground_truth/contamination/000_mask.png")
        let issues = try report(files, .mvtecAD).issues
        #expect(issues.counts == [.fullMask: 1], "\(issues.listed)")
    }

    @Test("of two masks of a whole picture one is read, and the other told")
    func doubleMasks() throws {
        let files = try MiniatureDataset.mvtec()
        try files.mask("bottle/ground_truth/contamination/000.png", columns: 0..<1)
        let issues = try report(files, .mvtecAD).issues
        #expect(issues.counts == [.strayMask: 1], "\(issues.listed)")
        #expect(issues.listed.first?.detail.contains("found also 000.png") == true)
    }

    @Test("whole masks that cannot be compared with those of the types are told")
    func brokenWholeMasks() throws {
        let files = try MiniatureDataset.own()
        try files.mask("steel_plate/ground_truth/combined/000_mask.png", width: 7)
        #expect(try report(files, .folder).issues.counts == [.sizeMismatch: 1])
        try files.write("steel_plate/ground_truth/combined/000_mask.png", "damaged")
        #expect(try report(files, .folder).issues.counts == [.unreadableMask: 1])
    }

    @Test("a product in two forms is read in one, and the other folders are told")
    func twoForms() throws {
        let files = try MiniatureDataset.mvtec()
        try files.picture("bottle/images/0.png")
        try files.mask("bottle/masks/0.png")
        let issues = try report(files, .mvtecAD).issues
        #expect(issues.counts[.unreadFolder] == 2)
        let subjects = issues.listed.filter { $0.code == .unreadFolder }.map(\.subject)
        #expect(subjects == ["bottle/test", "bottle/train"])
    }

    @Test("a mask called like a picture and like another's mask of a type is told")
    func sharedNames() throws {
        let files = try MiniatureDataset()
        for name in ["good/0", "pictures/000", "pictures/000_scratch", "pictures/001"] {
            try files.picture("\(name).png")
        }
        try files.mask("masks/000_scratch.png")
        let issues = try report(files, .folder).issues
        #expect(issues.counts[.ambiguousName] == 1)
        let issue = try #require(issues.listed.first { $0.code == .ambiguousName })
        #expect(issue.subject == "masks/000_scratch.png" && issue.detail.contains("000 and 000_scratch"))
    }

    @Test("where a list names the files, masks need not be called like their pictures")
    func listedMasks() throws {
        let files = try MiniatureDataset.mvtec()
        try files.mask("bottle/ground_truth/contamination/label0.png")
        #expect(try report(files, .mvtecAD).issues.counts == [.strayMask: 1])
        try files.write(
            "meta.json",
            #"{"train": {"bottle": [{"img_path": "bottle/train/good/000.png"}]}, "test": {"bottle": [{"img_path": "bottle/test/good/000.png"}, {"img_path": "bottle/test/contamination/000.png", "mask_path": "bottle/ground_truth/contamination/label0.png", "specie_name": "contamination", "anomaly": 1}]}}"#
        )
        let issues = try report(files, .mvtecAD).issues
        #expect(issues.total == 0, "\(issues.listed)")
    }

    @Test("folders and pictures where nothing is looked for are named")
    func layout() throws {
        let files = try MiniatureDataset.mvtec()
        // Another spelling of “test”, on a file system that tells the two apart.
        try files.picture("cable/Test/good/000.png")
        try files.picture("bottle/test/contamination/more/001.png")
        try files.picture("bottle/test/001.png")
        try files.picture("bottle/train/001.png")
        try files.picture("screw/train/scratched/001.png")
        try files.mask("screw/ground_truth/thread_side/000_mask.png")
        try files.mask("screw/ground_truth/thread_top/more/000_mask.png")
        try files.write("results/report.html", "")
        let issues = try report(files, .mvtecAD).issues
        #expect(issues.counts == [.strayFolder: 1, .misplacedPicture: 5, .strayMask: 1], "\(issues.listed)")
        #expect(
            issues.listed.map(\.subject) == [
                "cable", "bottle/train/001.png", "bottle/test/001.png", "bottle/test/contamination/more/001.png",
                "screw/ground_truth/thread_top/more/000_mask.png", "screw/train/scratched/001.png",
                "screw/ground_truth/thread_side/000_mask.png",
            ])
        #expect(issues.listed[0].detail.contains("found “Test”"))
    }

    @Test("two pictures of one name, and a mask that marks more than those of the types")
    func ambiguous() throws {
        let files = try MiniatureDataset.own()
        #expect(try report(files, .folder).issues.counts == [:], "a whole mask that is the sum of its types' is fine")
        try files.picture("steel_plate/test/scratch/000.jpg")
        try files.mask("steel_plate/ground_truth/combined/000_mask.png", columns: 1..<7)
        let issues = try report(files, .folder).issues
        #expect(issues.counts == [.ambiguousName: 1, .unreadMask: 1], "\(issues.listed)")
        #expect(
            issues.listed.map(\.subject) == [
                "steel_plate/test/scratch/000.jpg", "steel_plate/ground_truth/combined/000_mask.png",
            ])
        #expect(issues.listed[1].detail.hasSuffix("found 12 that none of them has"))
    }

    @Test("lists that contradict themselves are told")
    func lists() throws {
        let files = try MiniatureDataset.mvtec()
        func entry(_ path: String, _ anomaly: Int, _ type: String) -> String {
            let mask = anomaly == 1 ? "bottle/ground_truth/contamination/000_mask.png" : ""
            return
                #"{"img_path": "bottle/\#(path)", "mask_path": "\#(mask)", "cls_name": "bottle", "specie_name": "\#(type)", "anomaly": \#(anomaly)}"#
        }
        let train = [entry("train/good/000.png", 0, "contamination"), entry("train/good/001.png", 1, "contamination")]
        let test = [
            entry("./train//good/000.png", 0, "good"), entry("test/contamination/000.png", 1, "contamination"),
            entry("test/contamination/000.png", 1, "contamination"), entry("test/broken_large/000.png", 1, "good"),
        ]
        try files.write(
            "meta.json",
            #"{"train": {"bottle": [\#(train.joined(separator: ","))]}, "test": {"bottle": [\#(test.joined(separator: ","))]}}"#
        )
        let issues = try report(files, .mvtecAD).issues
        #expect(
            issues.counts == [.listedTwice: 1, .inBothSplits: 1, .anomalousReference: 1, .contradictoryType: 2],
            "\(issues.listed)")
        let contradictions = issues.listed.filter { $0.code == .contradictoryType }.map(\.subject)
        #expect(contradictions == ["bottle/train/good/000.png", "bottle/test/broken_large/000.png"])
        #expect(issues.listed.first { $0.code == .inBothSplits }?.subject == "bottle/train/good/000.png")
    }

    @Test(
        "copies of training pictures, and of good ones among defective ones, are told; names and links do not hide them"
    )
    func copies() throws {
        let files = try MiniatureDataset.mvtec()
        func copy(_ from: String, _ to: String) throws {
            try files.write("bottle/\(to)", Array(Data(contentsOf: URL(filePath: "\(files.root)/bottle/\(from)"))))
        }
        try copy("train/good/000.png", "test/good/copy.png")
        try copy("test/good/000.png", "test/broken_large/000.png")
        try FileManager.default.createSymbolicLink(
            atPath: "\(files.root)/bottle/test/good/linked.png",
            withDestinationPath: "\(files.root)/bottle/train/good/001.png")
        let issues = try report(files, .mvtecAD).issues
        #expect(issues.counts == [.copiedPicture: 3], "\(issues.listed)")
        let told = Dictionary(uniqueKeysWithValues: issues.listed.map { ($0.subject, $0.detail) })
        let leak = "expected a test picture that is not trained with, found the same file as bottle/train/good"
        #expect(told["bottle/test/good/copy.png"] == "\(leak)/000.png")
        #expect(told["bottle/test/good/linked.png"] == "\(leak)/001.png")
        #expect(
            told["bottle/test/good/000.png"]
                == "expected no defect, found the same file as bottle/test/broken_large/000.png, which is listed with one"
        )
        #expect(try report(files, .mvtecAD, depth: .headers).issues.counts == [:], "files are not read for headers")
    }

    @Test("products without defects, normals or references are named")
    func composition() throws {
        let files = try MiniatureDataset()
        try files.picture("only_good/test/good/0.png")
        try files.picture("only_bad/train/good/0.png")
        try files.picture("only_bad/test/scratch/0.png")
        try files.mask("only_bad/ground_truth/scratch/0.png")
        let issues = try report(files, .folder).issues
        #expect(issues.counts == [.noDefects: 1, .noNormals: 1, .noReferences: 1])
        #expect(issues.listed.map(\.subject).sorted() == ["only_bad", "only_good", "only_good"])
    }

    @Test("the list of faults is bounded, their count is not")
    func bounded() throws {
        let files = try MiniatureDataset.mvtec()
        for index in 100..<150 { try files.write("bottle/train/good/\(index).png", "damaged") }
        let issues = try report(files, .mvtecAD, depth: .headers).issues
        #expect(issues.counts == [.unreadablePicture: 50])
        #expect(issues.listed.count == DatasetIssues.listedPerCode)
        #expect(issues.listed[0].subject == "bottle/train/good/100.png")
    }

    @Test("damage behind the header is found when pixels are decoded")
    func depth() throws {
        let files = try MiniatureDataset.mvtec()
        let dataset = try files.open(.mvtecAD)
        let path = dataset.samples(.test)[0].picture
        let whole = try files.bytes(path)
        try files.write(path, Array(whole.prefix(whole.count - 20)))
        #expect(try report(files, .mvtecAD, depth: .headers).issues.total == 0)
        #expect(try report(files, .mvtecAD).issues.counts == [.unreadablePicture: 1])
    }

    @Test("progress reaches the number of all pictures")
    func progress() throws {
        let dataset = try MiniatureDataset.mvtec().kept { try $0.open(.mvtecAD) }
        var last = (0, 0)
        _ = DatasetCheck(dataset.value, threads: ComputeThreads(count: 2)).run { last = ($0, $1) }
        #expect(last == (10, 10))
    }

    @Test(
        "published counts add up to the published totals",
        arguments: [
            (DatasetKind.mvtecAD, 15, 3629, 1725, 1258), (.visa, 12, 8659, 2162, 1200), (.mpdd, 6, 888, 458, 282),
            (.madSim, 20, 4200, 5589, 4951), (.madReal, 10, 490, 271, 221),
        ])
    func published(kind: DatasetKind, products: Int, train: Int, test: Int, anomalous: Int) throws {
        let counts = PublishedCounts.of(kind)
        #expect(counts.count == products)
        #expect(counts.reduce(0) { $0 + $1.train } == train)
        #expect(counts.reduce(0) { $0 + $1.normal + $1.anomalous } == test)
        #expect(counts.reduce(0) { $0 + $1.anomalous } == anomalous)
        let known = Set(try MiniatureDataset().knowledge(kind).products.map(\.name))
        #expect(counts.allSatisfy { known.contains($0.name) })
        if kind == .visa {
            #expect(counts.reduce(0) { $0 + $1.singleLabels.values.reduce(0, +) } == 916)
        }
    }
}
