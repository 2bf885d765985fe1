public import AnomalyDetection
public import Datasets
import Foundation
import Images

/// A dataset of a few tiny pictures in a folder of its own, removed with the object.
public final class MiniatureDataset {
    /// Its folder.
    public let root: String

    /// Starts with an empty folder.
    public init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "multiads-dataset-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// Writes a file and the folders above it.
    public func write(_ path: String, _ bytes: [UInt8]) throws {
        let url = URL(filePath: root).appending(path: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    /// Writes a text file.
    public func write(_ path: String, _ text: String) throws { try write(path, Array(text.utf8)) }

    /// A picture of one color, JPEG or PNG by its name: by default each of its own, as no two photographs are the same.
    public func picture(_ path: String, gray: UInt8? = nil, width: Int = 8, height: Int = 6) throws {
        let code = path.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        let color = RGBColor(
            red: gray ?? 64 + UInt8(code & 63), green: gray ?? 64 + UInt8(code >> 8 & 63),
            blue: gray ?? 64 + UInt8(code >> 16 & 63))
        let image = RGBImage(width: width, height: height, fill: color)
        try write(path, path.hasSuffix("png") ? PNGEncoder.encode(image) : JPEGEncoder.encode(image, quality: 90))
    }

    /// A mask whose marked columns hold `value`.
    public func mask(
        _ path: String, columns: Range<Int> = 2..<4, value: UInt8 = 255, width: Int = 8, height: Int = 6
    ) throws {
        let pixels = (0..<width * height).map { columns.contains($0 % width) ? value : 0 }
        try write(path, PNGEncoder.encode(GrayImage(width: width, height: height, pixels: pixels)))
    }

    /// Opens it with the built-in knowledge base.
    public func open(
        _ kind: DatasetKind, listing: Dataset.Listing = .automatic, variant: String? = nil
    ) throws -> Dataset {
        var knowledge = try KnowledgeBase.builtIn().dataset(named: kind.knowledgeBaseName)
        if let variant { knowledge = try knowledge.variant(named: variant) }
        return try Dataset(root: root, kind: kind, knowledge: knowledge, listing: listing)
    }

    /// The layout that is recognised.
    public func detected() throws -> DatasetKind? {
        try Dataset.detect(root: root, knowledge: KnowledgeBase.builtIn())
    }

    // MARK: - Layouts

    /// Two products in MVTec AD's layout, one normal and two anomalous test pictures each.
    public static func mvtec() throws -> MiniatureDataset {
        let dataset = try MiniatureDataset()
        for (product, types) in [
            ("bottle", ["broken_large", "contamination"]), ("screw", ["manipulated_front", "thread_top"]),
        ] {
            try dataset.picture("\(product)/train/good/000.png")
            try dataset.picture("\(product)/train/good/001.png")
            try dataset.picture("\(product)/test/good/000.png")
            for type in types {
                try dataset.picture("\(product)/test/\(type)/000.png")
                try dataset.mask("\(product)/ground_truth/\(type)/000_mask.png")
            }
        }
        return dataset
    }

    /// One product of VisA: two single-label defects, one with two labels.
    public static func visa(listing: String = "csv") throws -> MiniatureDataset {
        let dataset = try MiniatureDataset()
        let folder = "candle/Data/Images"
        try dataset.picture("\(folder)/Normal/0000.JPG")
        try dataset.picture("\(folder)/Normal/0001.JPG")
        for name in ["000", "001", "002"] {
            try dataset.picture("\(folder)/Anomaly/\(name).JPG")
            try dataset.mask("candle/Data/Masks/Anomaly/\(name).png", value: 3)
        }
        func anomaly(_ name: String) -> (String, String) {
            ("\(folder)/Anomaly/\(name).JPG", "candle/Data/Masks/Anomaly/\(name).png")
        }
        let labels = ["chunk of wax missing", "weird candle wick", "damaged corner of packaging,different colour spot"]
        if listing == "csv" {
            try dataset.write(
                "candle/image_anno.csv",
                "image,label,mask\n\(folder)/Normal/0001.JPG,normal,\n"
                    + labels.enumerated().map { index, label in
                        "\(anomaly("00\(index)").0),\"\(label)\",\(anomaly("00\(index)").1)\n"
                    }.joined())
            try dataset.write(
                "split_csv/1cls.csv",
                "object,split,label,image,mask\r\ncandle,train,normal,\(folder)/Normal/0000.JPG,\r\n"
                    + "candle,test,normal,\(folder)/Normal/0001.JPG,\r\n"
                    + ["000", "001", "002"].map { "candle,test,anomaly,\(anomaly($0).0),\(anomaly($0).1)\r\n" }.joined()
            )
        }
        func entry(_ name: String, _ extra: String) -> String {
            #"{"img_path": "\#(anomaly(name).0)", "mask_path": "\#(anomaly(name).1)", "cls_name": "candle", "anomaly": 1, \#(extra)}"#
        }
        if listing == "meta" {
            let empty = #""specie_name": """#
            try dataset.write(
                "meta.json",
                #"{"train": {"candle": [{"img_path": "\#(folder)/Normal/0000.JPG", "mask_path": "", "cls_name": "candle", "specie_name": "", "anomaly": 0}]}, "#
                    + #""test": {"candle": [\#(entry("000", empty)), \#(entry("002", empty))]}}"#)
        }
        if listing == "meta_wo_md" {
            try dataset.write(
                "meta_wo_md.json",
                #"{"candle": [{"img_path": "\#(folder)/Normal/0001.JPG", "mask_path": "", "cls_name": "candle", "anomaly": 0, "defect_cls": "normal"}, "#
                    + #"\#(entry("000", #""defect_cls": "missing""#)), \#(entry("001", #""defect_cls": "weird wick""#))]}"#
            )
        }
        return dataset
    }

    /// Two products of MAD-Sim or MAD-Real.
    public static func mad(simulated: Bool) throws -> MiniatureDataset {
        let dataset = try MiniatureDataset()
        for (folder, type) in [
            (simulated ? "02Unicorn" : "Unicorn", "Missing"), (simulated ? "03Bear" : "Bear", "Stains"),
        ] {
            let suffix = simulated ? "png" : "jpg"
            try dataset.picture("\(folder)/train/good/1.\(suffix)")
            try dataset.picture("\(folder)/test/good/0.\(suffix)")
            try dataset.picture("\(folder)/test/\(type)/27.\(suffix)")
            try dataset.mask("\(folder)/ground_truth/\(type)/\(simulated ? "27_mask" : "27").png")
        }
        return dataset
    }

    /// One product of Real-IAD with its list.
    public static func realIAD(list: String = "meta1.json") throws -> MiniatureDataset {
        let dataset = try MiniatureDataset()
        try dataset.picture("tape/OK/S0001/a.jpg")
        try dataset.picture("tape/OK/S0002/b.jpg")
        for (code, name) in [("QS", "c"), ("PS", "d")] {
            try dataset.picture("tape/NG/\(code)/S0003/\(name).jpg")
            try dataset.mask("tape/NG/\(code)/S0003/\(name).png")
        }
        try dataset.write(
            list,
            #"{"train": {"tape": [{"img_path": "OK/S0001/a.jpg", "mask_path": "", "cls_name": "tape", "anomaly": 0}]}, "#
                + #""test": {"meta": {"prefix": "tape/"}, "tape": [{"img_path": "OK/S0002/b.jpg", "mask_path": "", "cls_name": "tape", "anomaly": 0}, "#
                + #"{"img_path": "NG/QS/S0003/c.jpg", "mask_path": "NG/QS/S0003/c.png", "cls_name": "tape", "anomaly": 1, "defect_cls": "QS"}, "#
                + #"{"img_path": "NG/PS/S0003/d.jpg", "mask_path": "NG/PS/S0003/d.png", "cls_name": "tape", "anomaly": 1}]}}"#
        )
        return dataset
    }

    /// A user's product: a picture with two types, one with a single type, a normal one.
    public static func own() throws -> MiniatureDataset {
        let dataset = try MiniatureDataset()
        try dataset.picture("steel_plate/train/good/000.png")
        try dataset.picture("steel_plate/test/good/000.png")
        try dataset.picture("steel_plate/test/scratch/000.png")
        try dataset.mask("steel_plate/ground_truth/scratch/000_mask.png")
        try dataset.picture("steel_plate/test/combined/000.png")
        try dataset.mask("steel_plate/ground_truth/combined/000_mask.png", columns: 1..<5)
        try dataset.mask("steel_plate/ground_truth/combined/000_hole.png", columns: 1..<4)
        try dataset.mask("steel_plate/ground_truth/combined/000_scratch.png", columns: 3..<5)
        return dataset
    }
}

extension MiniatureDataset {
    /// The built-in names of a kind.
    public func knowledge(_ kind: DatasetKind) throws -> KnowledgeBase.Dataset {
        try KnowledgeBase.builtIn().dataset(named: kind.knowledgeBaseName)
    }

    /// A value together with the files it reads.
    public func kept<Value>(
        _ body: (MiniatureDataset) throws -> Value
    ) rethrows -> (value: Value, files: MiniatureDataset) { (try body(self), self) }

    /// Content of a file.
    public func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: root + "/" + path)))
    }
}
