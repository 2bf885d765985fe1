/// A flat ring of turned or stamped metal.
struct Washer: ProductFamily {
    let name = "washer"
    let nouns = ["washer", "metal ring", "shim"]
    let kind = ProductKind.object
    let defects = Set<DefectType>.metalPart

    func draw(_ scene: inout Scene, _ random: inout Generator) {
        scene.drawBackdrop(&random)
        let frame = scene.posed(&random, turn: .infinity)
        let outer = random.uniform(70, 105)
        let inner = outer * random.uniform(0.35, 0.65)
        let ring = scene.field(frame) { x, y in
            let r = length(x, y)
            return max(r - outer, inner - r)
        }
        let metal = Material.anyMetal(&random)
        let mask = scene.body(ring, metal, in: frame, edge: random.uniform(1, 5), elevation: random.uniform(2, 8))

        // Marks of the lathe, and a random roughness over them.
        let pitch = random.uniform(1.6, 5)
        let lathe = scene.field(frame) { x, y in sine(length(x, y) * 6.283_185_5 / pitch) }
        scene.raise(lathe.masked(by: mask), by: pitch * random.uniform(0, 0.03))
        scene.modulate(scene.noise(.fine, in: frame, &random), random.uniform(0.01, 0.08), where: mask)

        // The bore's edge is not part of the outline's outside, but burrs sit there as well.
        for step in 0..<12 {
            let angle = Float(step) * 0.523_6
            scene.addEdge(at: .polar(angle, inner), outward: .polar(angle + 3.141_592_7, 1), in: frame)
        }
    }
}
