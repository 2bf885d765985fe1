extension DefectType {
    /// Whether this defect is shown by drawing the scene again with a deviation.
    func isEdit(of scene: Scene) -> Bool {
        switch self {
        case .missing: !scene.components.isEmpty
        case .bent: !scene.bendables.isEmpty
        case .misplaced, .printError: true
        default: false
        }
    }

    /// Whether bare backdrop where the product used to be is left out of the mask: nothing is wrong to see there.
    var hasToLieOnProduct: Bool { self == .bent || self == .misplaced }

    /// Damages the scene's surface.
    ///
    /// - Parameters:
    ///   - scene: Changed in place.
    ///   - random: Where and how.
    ///   - severity: 0 hardly visible … 1 nobody could miss it.
    /// - Returns: Where the defect is meant to be, 0…1; nil when it cannot happen here.
    func paint(_ scene: inout Scene, _ random: inout Generator, _ severity: Float) -> Plane? {
        switch self {
        case .scratch: Scratch.paint(&scene, &random, severity)
        case .crack: Crack.paint(&scene, &random, severity)
        case .hole: Hole.paint(&scene, &random, severity)
        case .dent: Dent.paint(&scene, &random, severity)
        case .stain: Stain.paint(&scene, &random, severity)
        case .liquid: Liquid.paint(&scene, &random, severity)
        case .contamination: Contamination.paint(&scene, &random, severity)
        case .color: WrongColor.paint(&scene, &random, severity)
        case .cut: Cut.paint(&scene, &random, severity)
        case .poke: Poke.paint(&scene, &random, severity)
        case .bent: BentEdge.paint(&scene, &random, severity)
        case .broken: Broken.paint(&scene, &random, severity)
        case .missing: MissingPiece.paint(&scene, &random, severity)
        case .thread: LooseThread.paint(&scene, &random, severity)
        case .rust: Rust.paint(&scene, &random, severity)
        case .burr: Burr.paint(&scene, &random, severity)
        case .misplaced, .printError: nil
        }
    }

    /// A deviation of the design.
    ///
    /// - Parameters:
    ///   - scene: As drawn without it: tells what could deviate.
    ///   - random: Which part deviates and how.
    ///   - severity: 0 hardly visible … 1 nobody could miss it.
    /// - Returns: The edit, or nil when the product has nothing of that kind.
    func edit(of scene: Scene, _ random: inout Generator, _ severity: Float) -> Edit? {
        switch self {
        case .missing:
            guard let index = Self.inView(scene.components.map(\.pixel), scene, &random) else { return nil }
            return .remove(component: index)
        case .misplaced:
            guard let index = Self.inView(scene.components.map(\.pixel), scene, &random) else { return nil }
            let far = mix(0.25, 0.9, severity) * random.uniform(0.8, 1.2)
            let turn = random.chance(0.6) ? random.sign() * mix(0.12, 0.9, severity) * random.uniform(0.7, 1.2) : 0
            return .move(component: index, offset: .polar(random.angle(), random.chance(0.8) ? far : 0.1), turn: turn)
        case .bent:
            guard let index = Self.inView(scene.bendables.map(\.pixel), scene, &random) else { return nil }
            let angle = random.sign() * mix(0.25, 1.1, severity) * random.uniform(0.8, 1.2)
            return .bend(
                bendable: index,
                Bend(start: random.uniform(0.05, 0.6), angle: angle, span: random.chance(0.5) ? 0.08 : 0.4))
        case .printError:
            guard !scene.prints.isEmpty else { return nil }
            return .misprint(
                print: random.integer(0...scene.prints.count - 1),
                Misprint(kind: random.pick(Misprint.Kind.allCases), severity: severity, random: random.piece()))
        default: return nil
        }
    }

    /// One of the places that lie inside the picture, nil when none does.
    private static func inView(_ places: [Point], _ scene: Scene, _ random: inout Generator) -> Int? {
        let limit = Float(scene.side)
        let visible = places.indices.filter { index in
            places[index].x > 2 && places[index].y > 2 && places[index].x < limit - 2 && places[index].y < limit - 2
        }
        return visible.isEmpty ? nil : random.pick(visible)
    }
}
