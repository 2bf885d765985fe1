/// How many pictures a public dataset should have, by its published lists.
public struct PublishedCounts: Sendable, Equatable {
    /// The product.
    public let name: String
    /// Training pictures.
    public let train: Int
    /// Normal test pictures.
    public let normal: Int
    /// Anomalous test pictures.
    public let anomalous: Int
    /// Anomalous test pictures by folder; empty where the dataset has no such folders.
    public let folders: [String: Int]
    /// Anomalous test pictures with a single annotated defect by annotation; VisA only.
    public let singleLabels: [String: Int]

    /// The counts of a dataset, or an empty list for a user's own and for Real-IAD, whose lists are not public.
    public static func of(_ kind: DatasetKind) -> [PublishedCounts] {
        switch kind {
        case .mvtecAD: parse(mvtecAD)
        case .visa: parse(visa)
        case .mpdd: parse(mpdd)
        case .madSim: parse(madSim)
        case .madReal: parse(madReal)
        case .realIAD, .folder: []
        }
    }

    /// Lines of: product, training pictures, normal test pictures, then `folder:count`, or the number of all anomalous
    /// test pictures and `label:count` for those with one label.
    private static func parse(_ text: String) -> [PublishedCounts] {
        text.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            let numbers = words.dropFirst().prefix { !$0.contains(":") }.compactMap { Int($0) }
            let pairs = words.compactMap { word -> (String, Int)? in
                let parts = word.split(separator: ":")
                guard parts.count == 2, let count = Int(parts[1]) else { return nil }
                return (parts[0].map { $0 == "~" ? " " : String($0) }.joined(), count)
            }
            let counts = Dictionary(uniqueKeysWithValues: pairs)
            let hasTotal = numbers.count == 3
            return PublishedCounts(
                name: String(words[0]), train: numbers[0], normal: numbers[1],
                anomalous: hasTotal ? numbers[2] : counts.values.reduce(0, +), folders: hasTotal ? [:] : counts,
                singleLabels: hasTotal ? counts : [:])
        }
    }

    private static let mvtecAD = """
        bottle 209 20 broken_large:20 broken_small:22 contamination:21
        cable 224 58 bent_wire:13 cable_swap:12 combined:11 cut_inner_insulation:14 cut_outer_insulation:10 missing_cable:12 missing_wire:10 poke_insulation:10
        capsule 219 23 crack:23 faulty_imprint:22 poke:21 scratch:23 squeeze:20
        carpet 280 28 color:19 cut:17 hole:17 metal_contamination:17 thread:19
        grid 264 21 bent:12 broken:12 glue:11 metal_contamination:11 thread:11
        hazelnut 391 40 crack:18 cut:17 hole:18 print:17
        leather 245 32 color:19 cut:19 fold:17 glue:19 poke:18
        metal_nut 220 22 bent:25 color:22 flip:23 scratch:23
        pill 267 26 color:25 combined:17 contamination:21 crack:26 faulty_imprint:19 pill_type:9 scratch:24
        screw 320 41 manipulated_front:24 scratch_head:24 scratch_neck:25 thread_side:23 thread_top:23
        tile 230 33 crack:17 glue_strip:18 gray_stroke:16 oil:18 rough:15
        toothbrush 60 12 defective:30
        transistor 213 60 bent_lead:10 cut_lead:10 damaged_case:10 misplaced:10
        wood 247 19 color:8 combined:11 hole:10 liquid:10 scratch:21
        zipper 240 32 broken_teeth:19 combined:16 fabric_border:17 fabric_interior:16 rough:17 split_teeth:18 squeezed_teeth:16
        """

    private static let visa = """
        candle 900 100 100 damage:18 spot:15 missing:12 partical:12 melded:12 weird~candle~wick:9 extra:9
        capsules 542 60 100 bubble:30
        cashew 450 50 100 breakage:20 hole:20 spot:19 scratch:15 burnt:10 stuck:6
        chewinggum 453 50 100 missing:29 spot:19 scratch:9
        fryum 450 50 100 spot:26 breakage:26 stuck:20 burnt:9 scratch:6
        macaroni1 900 100 100 spot:36 chip:17 scratch:16 crack:11
        macaroni2 900 100 100 spot:35 chip:19 scratch:16 crack:7 breakage:1
        pcb1 904 100 100 melt:46 missing:17 bent:14 scratch:14
        pcb2 901 100 100 melt:48 missing:17 scratch:14 bent:12
        pcb3 905 101 100 melt:38 scratch:20 bent:19 missing:16
        pcb4 904 101 100 missing:19 extra:12 damage:7 burnt:2 scratch:2 wrong~place:2
        pipe_fryum 450 50 100 spot:30 scratch:18 burnt:15 breakage:15 stuck:10
        """

    private static let mpdd = """
        bracket_black 289 32 hole:12 scratches:35
        bracket_brown 185 26 bend_and_parts_mismatch:17 parts_mismatch:34
        bracket_white 110 30 defective_painting:13 scratches:17
        connector 128 30 parts_mismatch:14
        metal_plate 54 26 major_rust:14 total_rust:23 scratches:34
        tubes 122 32 flattening:69
        """

    private static let madSim = """
        Unicorn 210 20 Burrs:55 Missing:132 Stains:35
        Scorpion 210 36 Burrs:61 Missing:121 Stains:53
        Whale 210 30 Burrs:71 Missing:127 Stains:53
        Zalika 210 36 Burrs:56 Missing:130 Stains:57
        Gorilla 210 20 Burrs:67 Missing:137 Stains:35
        Swan 210 36 Burrs:66 Missing:143 Stains:41
        Obesobeso 210 36 Burrs:101 Missing:123 Stains:61
        Bird 210 30 Burrs:51 Missing:160 Stains:40
        Turtle 210 20 Burrs:32 Missing:130 Stains:35
        Owl 210 30 Burrs:41 Missing:115 Stains:44
        Cat 210 36 Burrs:98 Missing:151 Stains:58
        Sabertooth 210 36 Burrs:58 Missing:136 Stains:47
        Sheep 210 36 Burrs:39 Missing:150 Stains:63
        Pheonix 210 36 Burrs:86 Missing:150 Stains:69
        Elephant 210 36 Burrs:72 Missing:149 Stains:55
        Bear 210 36 Burrs:88 Missing:112 Stains:59
        Puppy 210 36 Burrs:63 Missing:125 Stains:47
        Pig 210 36 Burrs:76 Missing:138 Stains:70
        Parrot 210 36 Burrs:29 Missing:131 Stains:42
        Mallard 210 20 Burrs:27 Missing:157 Stains:33
        """

    private static let madReal = """
        Parrot 49 5 Missing:23
        Puppy 46 5 Stains:20
        Pig 58 5 Missing:17
        Whale 48 5 Stains:32
        Bird 52 5 Missing:22
        Bear 45 5 Stains:24
        Scorpion 51 5 Missing:23
        Turtle 45 5 Stains:21
        Unicorn 48 5 Missing:21
        Elephant 48 5 Missing:18
        """
}
