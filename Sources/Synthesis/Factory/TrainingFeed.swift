/// An endless, numbered supply of pictures for training: every picture another piece, every `pieces` another design and
/// another station.
public struct TrainingFeed: Sendable {
    /// Feeds all randomness.
    public let seed: UInt64
    /// Pixels a side.
    public let side: Int
    /// Families to draw from, at least one.
    public let families: [FamilyDescription]
    /// Share of pictures that are meant to have a defect, 0…1.
    public let defectiveShare: Float
    /// How plain the defects are; all kinds when nil.
    public let severity: Severity?
    /// Consecutive pictures that show one design: what few-shot training compares.
    public let pieces: UInt64

    private let familiesOfType: [(type: DefectType, families: [FamilyDescription])]
    private let factory: PictureFactory

    /// Makes a feed (traps without families or pieces).
    public init(
        seed: UInt64, side: Int, families: [FamilyDescription], defectiveShare: Float = 0.55, severity: Severity? = nil,
        pieces: UInt64 = 1
    ) {
        precondition(!families.isEmpty, "a feed needs a family")
        precondition(pieces > 0, "a design needs a piece")
        self.pieces = pieces
        self.seed = seed
        self.side = side
        self.families = families
        self.defectiveShare = defectiveShare
        self.severity = severity
        familiesOfType = DefectType.allCases.compactMap { type in
            let able = families.filter { $0.defects.contains(type) }
            return able.isEmpty ? nil : (type, able)
        }
        factory = PictureFactory(seed: seed, side: side)
    }

    /// What picture `index` is to show.
    ///
    /// Half of the designs are chosen by a type, which their defective pieces then have, so that types few products can
    /// have are learned as well.
    public func order(_ index: UInt64) -> PictureFactory.Order {
        let design = index / pieces
        var plan = Generator(seed: seed, index: design).fork(0xFEED)
        var family = plan.pick(families)
        var types: [DefectType] = []
        if plan.chance(0.5), !familiesOfType.isEmpty {
            let chosen = plan.pick(familiesOfType)
            family = plan.pick(chosen.families)
            types = [chosen.type]
        }
        var random = Generator(seed: seed, index: index).fork(0xF00D)
        guard random.chance(defectiveShare), !family.defects.isEmpty else {
            return .init(family: family.name, design: design, piece: index)
        }
        let count = random.pick([1, 1, 1, 1, 1, 2, 2, 3])
        var rest = family.defects.filter { !types.contains($0) }
        random.shuffle(&rest)
        types += rest.prefix(max(0, count - types.count))
        let drawn = random.pick([
            Severity.subtle, .subtle, .subtle, .moderate, .moderate, .moderate, .moderate, .obvious, .obvious, .obvious,
        ])
        return .init(family: family.name, design: design, piece: index, defects: types, severity: severity ?? drawn)
    }

    /// Makes picture `index`; nil never happens for families of this factory.
    ///
    /// When none of its defects can be seen on this piece, another one has its turn.
    public func picture(_ index: UInt64) -> ProductPicture? {
        var order = order(index)
        for attempt in UInt64(1)...2 {
            guard let picture = factory.picture(order) else { return nil }
            if order.defects.isEmpty || !picture.defects.isEmpty { return picture }
            if pieces == 1 { order.design ^= attempt << 48 } else { order.piece ^= attempt << 48 }
        }
        return factory.picture(order)
    }
}
