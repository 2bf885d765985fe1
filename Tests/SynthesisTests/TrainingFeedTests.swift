import Images
import Synthesis
import Testing

@Suite("Training feed")
struct TrainingFeedTests {
    @Test("marks later defects over earlier ones in the type map")
    func typeMap() throws {
        let feed = TrainingFeed(seed: 9, side: 64, families: FamilyDescription.all, defectiveShare: 1)
        var marked = 0
        for index in UInt64(0)..<30 {
            let picture = try #require(feed.picture(index))
            let map = picture.typeMap
            #expect(map.count == 64 * 64)
            #expect((picture.severity == nil) == picture.defects.isEmpty)
            var expected = [UInt8](repeating: 0, count: map.count)
            for defect in picture.defects {
                for i in expected.indices where defect.mask.pixels[i] != 0 {
                    expected[i] = UInt8(defect.type.number + 1)
                }
            }
            #expect(map == expected)
            marked += picture.defects.isEmpty ? 0 : 1
        }
        #expect(marked >= 24, "only \(marked) of 30 pictures show the defect they were meant to")
    }

    @Test("gives perfect pictures only when none are to be defective")
    func perfect() throws {
        let feed = TrainingFeed(seed: 9, side: 64, families: FamilyDescription.all, defectiveShare: 0)
        for index in UInt64(0)..<10 {
            let picture = try #require(feed.picture(index))
            #expect(picture.defects.isEmpty && picture.severity == nil)
            #expect(picture.typeMap.allSatisfy { $0 == 0 })
        }
    }

    @Test("keeps to the families it was given, and reaches all types they can have")
    func families() {
        let few = FamilyDescription.all.filter { ["paper", "washer"].contains($0.name) }
        let feed = TrainingFeed(seed: 1, side: 64, families: few, defectiveShare: 1)
        let orders = (UInt64(0)..<600).map(feed.order)
        #expect(Set(orders.map(\.family)) == ["paper", "washer"])
        #expect(Set(orders.flatMap(\.defects)) == Set(few.flatMap(\.defects)))
        #expect(orders.contains { $0.defects.count > 1 })
    }

    @Test("shows several pieces of a design in a row when asked to")
    func pieces() {
        let feed = TrainingFeed(seed: 3, side: 64, families: FamilyDescription.all, pieces: 3)
        let orders = (UInt64(0)..<300).map(feed.order)
        for first in stride(from: 0, to: orders.count, by: 3) {
            let group = orders[first..<first + 3]
            #expect(Set(group.map(\.family)).count == 1 && Set(group.map(\.design)).count == 1)
        }
        #expect(Set(orders.map(\.piece)).count == 300 && Set(orders.map(\.design)).count == 100)
        #expect(Set(orders.map(\.family)).count > 10)
    }
}
