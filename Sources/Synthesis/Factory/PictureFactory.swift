internal import Images

/// Draws products, damages them, and photographs them; every picture is a function of its arguments alone.
public struct PictureFactory: Sendable {
    /// What makes one picture.
    public struct Order: Sendable {
        /// Which family, by name.
        public var family: String
        /// Which design of the family, and which look of the inspection station.
        public var design: UInt64
        /// Which piece of that design.
        public var piece: UInt64
        /// Defects to give it, in this order; those that cannot happen to this piece are left out.
        public var defects: [DefectType]
        /// How plain they are.
        public var severity: Severity

        /// Describes a picture.
        public init(
            family: String, design: UInt64, piece: UInt64, defects: [DefectType] = [], severity: Severity = .moderate
        ) {
            self.family = family
            self.design = design
            self.piece = piece
            self.defects = defects
            self.severity = severity
        }
    }

    /// Feeds all randomness.
    public let seed: UInt64
    /// Pixels a side, at least 32.
    public let side: Int

    /// Makes a factory (traps when `side` is below 32).
    public init(seed: UInt64, side: Int) {
        precondition(side >= 32, "a picture needs at least 32 pixels a side, not \(side)")
        self.seed = seed
        self.side = side
    }

    /// Makes one picture.
    ///
    /// - Parameter order: What to make.
    /// - Returns: The picture, or nil when there is no family of that name.
    public func picture(_ order: Order) -> ProductPicture? {
        guard let family = FamilyRegistry.family(named: order.family) else { return nil }
        let root = Generator(
            seed: seed, index: order.design &* 4096 &+ UInt64(FamilyRegistry.number(of: order.family)),
            piece: order.piece)
        var lightRandom = root.fork(1)
        let light = Light(&lightRandom)
        let drawRandom = root.fork(2)
        var cameraRandom = root.fork(3)
        var damageRandom = root.fork(4)
        damageRandom = damageRandom.piece()

        func draw(_ edits: [Edit]) -> Scene {
            var scene = Scene(side: side, light: light, edits: edits)
            var random = drawRandom
            family.draw(&scene, &random)
            return scene
        }

        var scene = draw([])
        var picture = scene.rendered()
        let camera = Camera(for: picture, &cameraRandom)
        var defects: [ProductPicture.Defect] = []
        // Deviations of the design come first: they draw the scene anew.
        var edits: [Edit] = []
        let ordered = order.defects.filter(family.defects.contains)
        for type in ordered where type.isEdit(of: scene) {
            var random = damageRandom.fork(UInt64(type.number))
            for _ in 0..<4 {
                guard let edit = type.edit(of: scene, &random, order.severity.level(&random)) else { break }
                let changed = draw(edits + [edit])
                let after = changed.rendered()
                let change = camera.change(from: picture, to: after, in: scene.rect)
                let footprint = type.hasToLieOnProduct ? changed.part : nil
                let noticed = camera.noticed(change, over: picture, in: scene.rect)
                guard
                    let mask = VisibleMask.make(
                        change, noticed: noticed, footprint: footprint, side: side, gap: max(1, side / 48))
                else { continue }
                edits.append(edit)
                scene = changed
                picture = after
                defects.append(.init(type: type, mask: mask))
                break
            }
        }
        for type in ordered where !defects.contains(where: { $0.type == type }) && !type.isEdit(of: scene) {
            var random = damageRandom.fork(UInt64(type.number))
            for _ in 0..<5 {
                var changed = scene
                let severity = order.severity.level(&random)
                guard let footprint = type.paint(&changed, &random, severity) else { continue }
                var after = picture
                let area = footprint.bounds(above: 0.01).grown(4 + side / 20).intersection(scene.rect)
                changed.render(area, into: &after)
                let change = camera.change(from: picture, to: after, in: area)
                let noticed = camera.noticed(change, over: picture, in: area)
                guard
                    let mask = VisibleMask.make(
                        change, noticed: noticed, footprint: footprint, side: side, gap: max(1, side / 128))
                else { continue }
                scene = changed
                picture = after
                defects.append(.init(type: type, mask: mask))
                break
            }
        }
        var nounRandom = root.fork(5)
        return ProductPicture(
            image: camera.exposed(picture), family: family.name, noun: nounRandom.pick(family.nouns),
            defects: defects, severity: defects.isEmpty ? nil : order.severity)
    }
}
