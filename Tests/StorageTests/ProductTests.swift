import Storage
import Testing

@Suite("Products")
struct ProductTests {
    private let settings = ProductSettings(
        noun: "cable",
        defectTypes: [
            ProductDefectType(name: "bent"),
            ProductDefectType(name: "kink", phrases: ["{} has a kink", "kinked {}"]),
        ],
        threshold: 0.5, reviewThreshold: 0.375, mapThreshold: 0.25, decision: .references, pictureCheck: .blank,
        imageSide: 518,
        ignore: [[PixelPoint(x: 0, y: 0), PixelPoint(x: 40, y: 0.5)]],
        include: [[PixelPoint(x: 1, y: 2)]], mmPerPixel: 0.125, keepImages: .notOk, maxBankRows: 2000)

    @Test("are read back as they were written")
    func roundTrip() async throws {
        try await withStore { store in
            let written = try await store.putProduct("cable", settings: settings, if: .none, at: moment(1))
            #expect(written.isNew)
            let product = try #require(try await store.product("cable"))
            #expect(product == written.product)
            #expect(product.settings == settings)
            #expect(product.createdAt == moment(1))
            #expect(product.updatedAt == moment(1))
            #expect(product.revision == 1)
            #expect(product.references.version == 0)
            #expect(product.references.count == 0)
            #expect(try await store.product("other") == nil)
        }
    }

    @Test("keep their making time and count revisions when written again")
    func replace() async throws {
        try await withStore { store in
            _ = try await store.putProduct("cable", settings: settings, if: .none, at: moment(1))
            let plain = ProductSettings(noun: "wire")
            let written = try await store.putProduct("cable", settings: plain, if: .none, at: moment(2))
            #expect(!written.isNew)
            #expect(written.product.settings == plain)
            #expect(written.product.createdAt == moment(1))
            #expect(written.product.updatedAt == moment(2))
            #expect(written.product.revision == 2)
        }
    }

    @Test("are written only when the precondition holds")
    func preconditions() async throws {
        try await withStore { store in
            let missing = try await expectError(.revisionMismatch) {
                try await store.putProduct("cable", settings: settings, if: .revision(1), at: moment(1))
            }
            #expect(missing.expected == 1)
            #expect(missing.found == nil)

            _ = try await store.putProduct("cable", settings: settings, if: .absent, at: moment(1))
            try await expectError(.revisionMismatch) {
                try await store.putProduct("cable", settings: settings, if: .absent, at: moment(2))
            }
            _ = try await store.putProduct("cable", settings: settings, if: .revision(1), at: moment(2))
            let stale = try await expectError(.revisionMismatch) {
                try await store.putProduct("cable", settings: settings, if: .revision(1), at: moment(3))
            }
            #expect(stale.expected == 1)
            #expect(stale.found == 2)
            try await expectError(.revisionMismatch) { try await store.deleteProduct("cable", if: .revision(1)) }
            #expect(try await store.deleteProduct("cable", if: .revision(2)))
            #expect(try await store.deleteProduct("cable", if: .none) == false)
            // What is not there is not compared: the answer is that it is not there.
            #expect(try await store.deleteProduct("cable", if: .revision(1)) == false)
        }
    }

    @Test(
        "compare preconditions with what is stored",
        arguments: [
            (ProductPrecondition(match: .any), true), (ProductPrecondition(match: .revisions([2, 1])), true),
            (ProductPrecondition(match: .revisions([])), false), (ProductPrecondition(noneMatch: .any), false),
            (ProductPrecondition(noneMatch: .revisions([1])), false),
            (ProductPrecondition(noneMatch: .revisions([2])), true),
            (ProductPrecondition(match: .any, noneMatch: .revisions([1])), false),
            (ProductPrecondition(match: .revisions([1]), noneMatch: .revisions([2])), true),
        ])
    func matching(_ precondition: ProductPrecondition, _ holds: Bool) async throws {
        try await withStore { store in
            _ = try await store.putProduct("cable", settings: settings, if: .none, at: moment(1))
            if holds {
                #expect(
                    try await store.putProduct("cable", settings: settings, if: precondition, at: moment(2)).isNew
                        == false)
            } else {
                let error = try await expectError(.revisionMismatch) {
                    try await store.putProduct("cable", settings: settings, if: precondition, at: moment(2))
                }
                #expect(error.found == 1)
            }
        }
    }

    @Test("never use a revision or a references version again after deletion")
    func numbersAreNotReused() async throws {
        try await withStore { store in
            _ = try await store.putProduct("cable", settings: settings, if: .none, at: moment(1))
            _ = try await store.addReference(reference(1), to: "cable", limits: ReferenceLimits(), at: moment(1))
            #expect(try await store.deleteProduct("cable", if: .none))
            #expect(try await store.referenceSet(of: "cable", version: 1) == nil)
            #expect(try await store.referencePicture(digest(1), of: "cable") == nil)

            let again = try await store.putProduct("cable", settings: settings, if: .absent, at: moment(2))
            #expect(again.isNew)
            #expect(again.product.revision == 2)
            #expect(again.product.references.count == 0)
            let added = try await store.addReference(
                reference(1), to: "cable", limits: ReferenceLimits(), at: moment(2))
            #expect(added.references.version == 2)
            #expect(added.references.count == 1)
        }
    }

    @Test("are listed in the order of their ids, page by page", arguments: [1, 2, 3, 7, 8, 1000])
    func pages(limit: Int) async throws {
        try await withStore { store in
            // "é" sorts after every ASCII id, by its bytes.
            let ids = ["é", "b", "a", "z9", "A", "a/b", "a b"]
            for id in ids { _ = try await store.putProduct(id, settings: settings, if: .none, at: moment(1)) }
            var seen: [String] = []
            var token: PageToken?
            repeat {
                let page = try await store.products(after: token, limit: limit)
                #expect(page.items.count <= limit)
                seen += page.items.map(\.id)
                token = try page.next.map { try PageToken($0.text) }
            } while token != nil
            #expect(seen == ["A", "a", "a b", "a/b", "b", "z9", "é"])
        }
    }

    @Test("show the current references with each product")
    func referenceSummary() async throws {
        try await withStore { store in
            for id in ["a", "b"] { _ = try await store.putProduct(id, settings: settings, if: .none, at: moment(1)) }
            for number in 1...3 {
                _ = try await store.addReference(reference(number), to: "b", limits: ReferenceLimits(), at: moment(2))
            }
            _ = try await store.removeReference(digest(2), from: "b", at: moment(3))
            let page = try await store.products(after: nil, limit: 10)
            #expect(page.items.map(\.references.version) == [0, 4])
            #expect(page.items.map(\.references.count) == [0, 2])
            #expect(page.next == nil)
        }
    }

    @Test(
        "refuse values that cannot be stored",
        arguments: [
            ("empty id", "", ProductSettings(noun: "x")),
            ("NUL in the id", "a\0b", ProductSettings(noun: "x")),
            ("id too long", String(repeating: "x", count: 513), ProductSettings(noun: "x")),
            ("empty noun", "a", ProductSettings(noun: "")),
            ("unnamed defect", "a", ProductSettings(noun: "x", defectTypes: [ProductDefectType(name: "")])),
            ("threshold not a number", "a", ProductSettings(noun: "x", threshold: .nan)),
            ("side of zero", "a", ProductSettings(noun: "x", imageSide: 0)),
            ("cap of zero", "a", ProductSettings(noun: "x", maxBankRows: 0)),
            ("negative pixel size", "a", ProductSettings(noun: "x", mmPerPixel: -1)),
            ("infinite coordinate", "a", ProductSettings(noun: "x", ignore: [[PixelPoint(x: .infinity, y: 0)]])),
        ])
    func invalid(name: String, id: String, settings: ProductSettings) async throws {
        try await withStore { store in
            try await expectError(.invalidValue) {
                try await store.putProduct(id, settings: settings, if: .none, at: moment(1))
            }
            #expect(try await store.products(after: nil, limit: 10).items.isEmpty)
        }
    }

    @Test("refuse page sizes outside 1…1000", arguments: [-1, 0, 1001])
    func pageSize(limit: Int) async throws {
        try await withStore { store in
            let error = try await expectError(.invalidValue) { try await store.products(after: nil, limit: limit) }
            #expect(error.found == limit)
        }
    }
}
