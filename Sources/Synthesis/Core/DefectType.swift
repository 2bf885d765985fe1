/// The defect types of the factory; the names are those of the general knowledge base.
public enum DefectType: String, Sendable, CaseIterable, Hashable, Comparable {
    case scratch, crack, hole, dent, stain, liquid, contamination, color, cut, poke
    case bent, broken, missing, misplaced, thread
    case printError = "print_error"
    case rust, burr

    /// The order of declaration, which numbers types in streams.
    public static func < (a: DefectType, b: DefectType) -> Bool { a.number < b.number }

    /// Its place in the list of all types, from 0.
    public var number: Int { Self.numbers[self] ?? 0 }

    private static let numbers = Dictionary(uniqueKeysWithValues: zip(allCases, 0...))
}

extension Set<DefectType> {
    /// What can happen to any smooth solid surface.
    static let surface: Set = [.scratch, .dent, .stain, .contamination, .color, .liquid]
    /// What can happen to a hard, brittle surface.
    static let brittle: Set = [.scratch, .crack, .stain, .contamination, .color, .hole, .liquid]
    /// What can happen to cloth and other soft sheets.
    static let soft: Set = [.cut, .hole, .stain, .color, .thread, .contamination, .liquid, .poke]
    /// What can happen to a bare metal part.
    static let metalPart: Set = [.scratch, .dent, .rust, .burr, .stain, .contamination, .color, .broken]
    /// What can happen to a molded plastic part.
    static let plasticPart: Set = [.scratch, .crack, .broken, .burr, .stain, .contamination, .color, .dent, .hole]
}
