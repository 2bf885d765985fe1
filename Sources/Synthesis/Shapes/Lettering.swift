/// What is printed, stamped and moulded on parts.
enum Lettering {
    /// A made-up part number, lot number, date or unit.
    ///
    /// - Parameters:
    ///   - random: Where it comes from.
    ///   - longest: No more characters than this, at least 2.
    /// - Returns: Upper case letters, digits and some signs.
    static func mark(_ random: inout Generator, longest: Int = 12) -> String {
        let letters = Array("ABCDEFGHJKLMNPRSTUVWXYZ")
        func digits(_ count: Int) -> String { (0..<count).map { _ in String(random.integer(0...9)) }.joined() }
        func letter(_ count: Int) -> String { String((0..<count).map { _ in random.pick(letters) }) }
        let candidates: [String]
        switch random.integer(0...6) {
        case 0: candidates = [letter(2) + "-" + digits(4), letter(1) + digits(2)]
        case 1: candidates = ["LOT " + digits(6), digits(4)]
        case 2: candidates = ["REV " + letter(1), letter(2)]
        case 3: candidates = [letter(3) + digits(3) + "." + digits(2), letter(1) + digits(1)]
        case 4: candidates = [digits(2) + "/" + digits(4), digits(2)]
        case 5: candidates = [letter(random.integer(4...7)), letter(3)]
        default: candidates = [digits(3) + " " + random.pick(["V", "MG", "ML", "A", "KG", "MM"]), digits(3)]
        }
        return candidates.first { $0.count <= longest } ?? String(candidates[candidates.count - 1].prefix(longest))
    }

    /// Dark bars of a linear bar code over a width: (left edge, width) in units, modules one to four wide.
    static func barcode(width: Float, modules: Int, _ random: inout Generator) -> [(left: Float, width: Float)] {
        let module = width / Float(modules)
        var bars: [(left: Float, width: Float)] = []
        var at = 0
        while at < modules {
            let dark = min(random.integer(1...4), modules - at)
            bars.append((Float(at) * module, Float(dark) * module))
            at += dark + random.integer(1...3)
        }
        return bars
    }
}
