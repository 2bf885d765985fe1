extension FamilyRegistry {
    /// Products that stand in the picture, in the order of listings.
    static let objectFamilies: [any ProductFamily] = [
        Washer(), HexNut(), Screw(), BallBearing(), Gear(), BottleRim(), Tablet(), Capsule(), BlisterPack(),
        CircuitBoard(), Connector(), CableSection(), PrintedLabel(), TransistorOnBoard(), CableEnd(), SealRing(),
        Housing(),
        Zipper(), BrushHead(), BottleCap(), Candles(), Buttons(), TubeBundle(), Bracket(), NaturalKernel(), Spring(),
        BatteryCells(),
    ]
}
