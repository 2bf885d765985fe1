import Datasets
import TestSupport
import Testing

@Suite("Datasets that cannot be read")
struct DatasetErrorTests {
    private func failure(_ body: () throws -> Void) throws -> DatasetError {
        try #require(#expect(throws: DatasetError.self) { try body() })
    }

    @Test("a folder that is not there, or a file in its place")
    func noFolder() throws {
        let files = try MiniatureDataset()
        try files.write("file", "x")
        let knowledge = try files.knowledge(.folder)
        let missing = try failure { _ = try Dataset(root: files.root + "/no", kind: .folder, knowledge: knowledge) }
        #expect(missing.code == .cannotOpen)
        let file = try failure { _ = try Dataset(root: files.root + "/file", kind: .folder, knowledge: knowledge) }
        #expect(file.detail.contains("expected a folder, found a file"))
    }

    @Test("an empty folder, and layouts that need a list", arguments: DatasetKind.allCases)
    func empty(kind: DatasetKind) throws {
        let files = try MiniatureDataset()
        #expect(try failure { _ = try files.open(kind) }.code == .unknownLayout)
    }

    @Test(
        "lists that are not of the form",
        arguments: [
            ("[]", "expected an object"), (#"{"test": []}"#, "object of products at test."),
            (#"{"test": {"a": {}}}"#, "expected a list at test.a"), (#"{"test": {"a": [{}]}}"#, "at test.a[0]"),
            (#"{"test": {"a": [{"img_path": "x", "anomaly": 2}]}}"#, "expected 0 or 1 at test.a[0].anomaly"),
            (#"{"test": {"a": 1, "a": 2}}"#, "line 1"), ("{\n\n\"x\"}", "line 3"),
        ])
    func lists(text: String, part: String) throws {
        let files = try MiniatureDataset()
        try files.write("meta.json", text)
        let error = try failure { _ = try files.open(.mvtecAD) }
        #expect(error.code == .badList)
        #expect(error.description.contains(part), "\(error)")
    }

    @Test(
        "products whose names would lead results out of their folder",
        arguments: ["../out", "/etc", "a/b", "..", ".hidden", "", "a\\u0000b", "a\\nb"])
    func productNames(name: String) throws {
        let files = try MiniatureDataset()
        try files.write("meta.json", #"{"test": {"\#(name)": [{"img_path": "x.png", "anomaly": 0}]}}"#)
        let error = try failure { _ = try files.open(.mvtecAD) }
        #expect(error.code == .badList && error.detail.contains("names of folders"), "\(error)")
    }

    @Test(
        "tables that are not of the form",
        arguments: [
            ("object,split,label,image\n", "expected a column “mask”"),
            ("object,split,label,image,mask\ncandle,validate,normal,x,\n", "line 2, found “validate”"),
            ("object,split,label,image,mask\n\"candle,test\n", "closing quote"),
        ])
    func tables(text: String, part: String) throws {
        let files = try MiniatureDataset()
        try files.write("split_csv/1cls.csv", text)
        let error = try failure { _ = try files.open(.visa) }
        #expect(error.code == .badList)
        #expect(error.description.contains(part), "\(error)")
    }
}
