import Synthesis
import Testing

@Suite("Families")
struct RegistryTests {
    @Test("have unique names that are folder names, nouns and defects")
    func names() {
        let all = FamilyDescription.all
        #expect(Set(all.map(\.name)).count == all.count)
        for family in all {
            #expect(family.name.allSatisfy { $0.isLowercase || $0 == "_" || $0.isNumber }, "\(family.name)")
            #expect(!family.nouns.isEmpty && !family.defects.isEmpty, "\(family.name)")
        }
    }

    @Test("cover every defect type, also those that may be trained on")
    func types() {
        #expect(Set(FamilyDescription.all.flatMap(\.defects)) == Set(DefectType.allCases))
        #expect(
            Set(FamilyDescription.all.filter { !$0.isHeldOut }.flatMap(\.defects)) == Set(DefectType.allCases))
    }

    @Test("number at least 24, six of them held out")
    func count() {
        #expect(FamilyDescription.all.count >= 24)
        #expect(FamilyDescription.all.count { $0.isHeldOut } == 6)
    }
}
